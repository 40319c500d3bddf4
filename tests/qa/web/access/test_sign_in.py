"""Where asking needs a key the pages ask for one, and the browser keeps it where no script and no other site gets it."""

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from qa.web import create_app
from qa.web.access.keys import KeyStore
from qa.web.access.proxies import parse_networks
from qa.web.errors.problems import Code
from qa.web.service import AppOptions
from tests.qa.web.helpers import DOCUMENT, TEXT, HandMade
from tests.qa.web.shape import problem

ASK = {"question": "Who?"}


@pytest.fixture
def store(tmp_path: Path) -> KeyStore:
    """A file with the key of a visitor."""
    return KeyStore(tmp_path / "keys.sqlite")


@pytest.fixture
def key(store: KeyStore) -> str:
    """The key of a visitor."""
    return store.add_key("visitor", ["ask"])


@pytest.fixture
def client(tmp_path: Path, key: str) -> FlaskClient:
    """A browser, which keeps cookies, and the application that needs the key."""
    options = AppOptions(
        feedback=tmp_path / "f.sqlite", keys=tmp_path / "keys.sqlite", proxies=parse_networks("127.0.0.1")
    )
    return create_app(HandMade(), options).test_client()


def sign_in(client: FlaskClient, key: str, next: str = "", **headers: str) -> str:
    """Send the form, and return where it leads."""
    reply = client.post("/sign-in", query_string={"next": next}, data={"key": key}, headers=headers)
    assert reply.status_code == 303
    return reply.headers["Location"]


@pytest.mark.parametrize("page", ["/", "/?q=Who+is%20%C3%A9%26", f"/documents/{DOCUMENT}?at=22-63"])
def test_a_page_leads_to_the_form_and_the_form_back(client: FlaskClient, key: str, page: str) -> None:
    """With everything that was in its address; then all of the page works."""
    led = client.get(page)
    assert led.status_code == 303
    form = client.get(led.headers["Location"])
    assert form.status_code == 200
    action = re.search(r'action="([^"]*)" method="post"', form.text)
    assert action
    reply = client.post(action[1].replace("&amp;", "&"), data={"key": f" {key} "})
    assert (reply.status_code, reply.headers["Location"]) == (303, page)
    assert client.get(page).status_code == 200
    assert client.post("/turn", json=ASK).status_code == 200
    verdict = {"question": "Who?", "passage": f"{DOCUMENT}#22-{len(TEXT)}", "verdict": "right"}
    assert client.post("/v1/feedback", json=verdict).status_code == 200


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(client: FlaskClient, key: str) -> None:
    """HttpOnly, SameSite=Strict, of this path only, and Secure if the page came over TLS."""
    reply = client.post("/sign-in", data={"key": key})
    parts = set(reply.headers["Set-Cookie"].split("; ")[1:])
    assert {"HttpOnly", "Path=/", "SameSite=Strict"} < parts and "Secure" not in parts
    behind = {"X-Forwarded-Proto": "https", "X-Forwarded-Prefix": "/x"}
    reply = client.post("/sign-in", data={"key": key}, headers=behind)
    assert {"HttpOnly", "Path=/x/", "SameSite=Strict", "Secure"} < set(reply.headers["Set-Cookie"].split("; ")[1:])
    assert reply.headers["Location"] == "/x/"


@pytest.mark.parametrize("scopes", [None, ["write"]])
def test_a_key_that_may_not_ask_leads_back_to_the_form(client: FlaskClient, store: KeyStore, scopes: list[str]) -> None:
    """Which says so, and sets no cookie."""
    sent = store.add_key("importer", scopes) if scopes else "ns_wrong_key"
    back = sign_in(client, sent, "/?q=Who")
    assert client.get_cookie("netsphere_key") is None
    page = client.get(back).text
    assert 'role="alert"' in page and sent not in page
    assert sign_in(client, store.add_key("boss", ["admin"]), "/?q=Who") == "/?q=Who"


@pytest.mark.parametrize(
    "target",
    ["", "//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "evil", "/a\nb", "/\t/evil",
     "\\\\evil.example", "/é"],
)  # fmt: skip
def test_nobody_is_led_to_another_site(client: FlaskClient, key: str, target: str) -> None:
    """A link to the form cannot send somebody away who has just signed in."""
    assert sign_in(client, key, target) == "/"


def test_another_site_cannot_sign_a_visitor_in(client: FlaskClient, key: str) -> None:
    """Neither with the key of an attacker, nor out."""
    for path in ("/sign-in", "/sign-out"):
        problem(client.post(path, data={"key": key}, headers={"Origin": "https://evil.example"}), Code.CROSS_SITE)


def test_signing_out_forgets_the_key(client: FlaskClient, key: str) -> None:
    """The page has a link for it only while there is something to forget."""
    assert "Sign out" not in client.get("/docs").text
    sign_in(client, key)
    assert "Sign out" in client.get("/").text
    assert "visitor" in client.get("/sign-in").text
    assert client.post("/sign-out").headers["Location"] == "/sign-in"
    assert client.get_cookie("netsphere_key") is None
    assert client.get("/").status_code == 303


def test_a_revoked_key_ends_what_was_signed_in(client: FlaskClient, store: KeyStore, key: str) -> None:
    """At once: the pages lead to the form, the API says 403."""
    sign_in(client, key)
    store.revoke_key("visitor")
    assert client.get("/").status_code == 303
    problem(client.post("/turn", json=ASK), Code.FORBIDDEN)


def test_a_program_is_not_led_to_a_form(client: FlaskClient) -> None:
    """Whoever sends a key, or uses the API, gets a problem; a proxy's own password is not taken for a key."""
    problem(client.get("/", headers={"Authorization": "Bearer wrong"}), Code.FORBIDDEN)
    problem(client.get("/v1/ask?q=Who"), Code.UNAUTHORIZED)
    assert client.get("/", headers={"Authorization": "Basic dGhlIGtleQ=="}).status_code == 303


@pytest.mark.parametrize(
    ("data", "content_type", "code"),
    [
        ('{"key": "a"}', "application/json", Code.UNSUPPORTED_MEDIA_TYPE),
        ("key=", "application/x-www-form-urlencoded", Code.OUT_OF_BOUNDS),
        ("key=a&key=b", "application/x-www-form-urlencoded", Code.REPEATED_FIELD),
        ("", "application/x-www-form-urlencoded", Code.MISSING_FIELD),
        ("key=" + "x" * 501, "application/x-www-form-urlencoded", Code.OUT_OF_BOUNDS),
        ("key=%ff", "application/x-www-form-urlencoded", Code.MALFORMED_QUERY),
    ],
)
def test_a_form_that_is_none_is_a_problem(client: FlaskClient, data: str, content_type: str, code: Code) -> None:
    """As with every other body."""
    problem(client.post("/sign-in", data=data, content_type=content_type), code)
