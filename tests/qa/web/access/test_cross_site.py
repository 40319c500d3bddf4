"""A page of another site, or one that points its own name here, makes a browser do nothing but follow a link."""

import pytest
from flask.testing import FlaskClient

from qa.web import create_app
from qa.web.access.cross_site import check_host
from qa.web.errors.problems import Code, ProblemError
from qa.web.routes import ROUTES, Route
from qa.web.service import AppOptions
from tests.qa.web.access.test_authorization import url_of
from tests.qa.web.helpers import HandMade
from tests.qa.web.shape import problem

ALLOWED = "https://app.example"
EVIL = "https://evil.example"
ASK = {"question": "Who?"}


@pytest.fixture
def allowing() -> FlaskClient:
    """An application whose API may be used by the pages of one other site."""
    return create_app(HandMade(), AppOptions(origins=(ALLOWED,), hosts=("ask.example", ".corp.example"))).test_client()


# DNS rebinding: the page's own name leads to this server, and the browser takes it for the page's own.


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_a_foreign_host_is_refused_on_every_route(client: FlaskClient, route: Route) -> None:
    """Before anything else, except on /healthz, which tells nothing."""
    reply = client.open(url_of(route), method=route.method, headers={"Host": "evil.example:8000"})
    if route.path == "/healthz":
        assert reply.status_code == 200
    else:
        assert "setting hosts" in problem(reply, Code.UNKNOWN_HOST)["detail"]


def test_an_unknown_path_with_a_foreign_host_is_refused(client: FlaskClient) -> None:
    """There is no other way around the check."""
    problem(client.get("/nope", headers={"Host": "evil.example"}), Code.UNKNOWN_HOST)


@pytest.mark.parametrize(
    "host",
    ["localhost", "localhost:8000", "LOCALHOST", "localhost.", "127.0.0.1:8000", "[::1]:8000", "192.168.1.7",
     "ask.example", "Ask.Example:80", "wiki.corp.example"],
)  # fmt: skip
def test_its_own_names_and_any_address_are_known(allowing: FlaskClient, host: str) -> None:
    """An address cannot be pointed elsewhere; an entry with a dot in front stands for all names below."""
    assert allowing.get("/v1/index", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "evil-localhost", "evilcorp.example",
     "corp.example", "ask.example@evil.example", "evil.example#ask.example", "ask.example:80:90", "[evil]", "a b",
     "127.0.0.1 ", "ask.example\x00", "xn--localhost", "0x7f.1", "ask.example/"],
)  # fmt: skip
def test_other_names_are_not(host: str) -> None:
    """Also those that contain or resemble a known one."""
    with pytest.raises(ProblemError, match="does not know the host"):
        check_host(host, ("localhost", "ask.example", ".corp.example"))


# Forged requests: the page cannot read the answer, but the request itself does something.


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", "Origin": EVIL, "Sec-Fetch-Mode": "cors"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "null", "Sec-Fetch-Mode": "navigate"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost:3000", "Sec-Fetch-Mode": "no-cors"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": EVIL},
        {"Origin": "null"},
        {"Origin": "http://localhost:3000"},
        {"Origin": "http://localhost.evil.example"},
    ],
    ids=str,
)
@pytest.mark.parametrize("route", [r for r in ROUTES if r.method != "GET"], ids=lambda route: route.name)
def test_nothing_is_changed_or_asked_by_a_page_of_another_site(
    client: FlaskClient, headers: dict[str, str], route: Route
) -> None:
    """Whatever the method and the body, with a key too; old browsers send only ``Origin``."""
    key = {"Authorization": "Bearer the key"}
    problem(client.open(url_of(route), method=route.method, json=ASK, headers=headers | key), Code.CROSS_SITE)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://localhost"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"},
        # A proxy that ends TLS and sends its own Host: the browser's word is enough.
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://ask.example"},
        {"Sec-Fetch-Site": "none"},
    ],
    ids=str,
)
def test_the_own_pages_and_other_programs_may(client: FlaskClient, headers: dict[str, str]) -> None:
    """Those that are no browsers send neither header."""
    assert client.post("/v1/ask", json=ASK, headers=headers).status_code == 200


@pytest.mark.parametrize(("mode", "status"), [("navigate", 200), ("no-cors", 403), ("cors", 403)])
def test_another_site_may_link_here_and_embed_nothing(client: FlaskClient, mode: str, status: int) -> None:
    """Neither by an image, which costs time here, nor by a script; a link that is followed shows the page."""
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": mode}
    assert client.get("/?q=Who", headers=headers).status_code == status


# CORS: what another site may do if a setting says so.


def test_an_allowed_origin_may_use_the_api(allowing: FlaskClient) -> None:
    """It reads the answer, without the visitor's cookies."""
    headers = {"Origin": ALLOWED, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}
    reply = allowing.post("/v1/ask", json=ASK, headers=headers)
    assert (reply.status_code, reply.headers["Access-Control-Allow-Origin"]) == (200, ALLOWED)
    assert "Access-Control-Allow-Credentials" not in reply.headers
    failed = allowing.post("/v1/ask", json={}, headers=headers)
    assert failed.headers["Access-Control-Allow-Origin"] == ALLOWED
    assert "Origin" in allowing.get("/v1/index").headers["Vary"]


def test_a_preflight_names_what_is_allowed(allowing: FlaskClient) -> None:
    """The methods of the route, and the header in which a key is sent; it needs no key itself."""
    headers = {"Origin": ALLOWED, "Access-Control-Request-Method": "POST", "Sec-Fetch-Mode": "cors"}
    reply = allowing.options("/v1/ask", headers=headers)
    assert reply.status_code == 200
    assert "POST" in reply.headers["Access-Control-Allow-Methods"]
    assert "Authorization" in reply.headers["Access-Control-Allow-Headers"]


@pytest.mark.parametrize("origin", [EVIL, "null", ALLOWED + ".evil.example", ALLOWED + ":444", "http://app.example"])
def test_no_other_origin_is_told_anything(allowing: FlaskClient, origin: str) -> None:
    """An origin is compared as a whole."""
    preflight = {"Origin": origin, "Access-Control-Request-Method": "POST", "Sec-Fetch-Site": "cross-site"}
    for reply in (
        allowing.options("/v1/ask", headers=preflight | {"Sec-Fetch-Mode": "cors"}),
        allowing.get("/v1/index", headers={"Origin": origin}),
        allowing.post("/v1/ask", json=ASK, headers={"Origin": origin}),
    ):
        assert not any(name.startswith("Access-Control-") for name, _ in reply.headers)
