"""A key for single collections reaches nothing else: with it there are no others."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from index.errors import UsageError
from qa.__main__ import main
from qa.web import create_app
from qa.web.access.keys import KeyStore, Scope
from qa.web.errors.problems import Code
from qa.web.routes import ROUTES, Route
from qa.web.service import AppOptions
from tests.qa.web.shape import problem
from tests.qa.web.two_collections import TEXTS, open_collection

# Of the documents, the title and the description of the collection that the key is not for.
SECRETS = ("Seshita", "Popcorn", "cinema", "Films", "What is <", "What is &lt;", "blame.txt", "only-films")
LEAVE, FILM = "How many days of paid leave has an employee?", "Who directed the film Blame?"
# A passage and a quotation of the other collection.
PASSAGE, QUOTED = "blame.txt#0-75", {"document": "shared.txt", "start": 0, "end": 13, "text": "Opening hours"}
MESSAGES = {"model": "netsphere-fast", "messages": [{"role": "user", "content": FILM}]}
# What can be asked of the routes that take a body, of all collections if they can be named.
BODIES: dict[str, Any] = {
    "api.ask": {"question": FILM},
    "api.ask_batch": {"questions": [{"question": FILM}, {"question": LEAVE}]},
    "chat.complete": MESSAGES,
    "documents.put": {"text": "A text."},
    "documents.post": {"id": "a.txt", "text": "A text."},
    "api.verify": QUOTED,
    "api.give_feedback": {"question": FILM, "passage": PASSAGE, "verdict": "right"},
    "pages.turn": {"question": FILM},
}
NAMED = [None, "films", "*", ["staff", "films"]]


@pytest.fixture
def store(tmp_path: Path) -> KeyStore:
    """The file of keys of the application."""
    return KeyStore(tmp_path / "keys.sqlite")


@pytest.fixture
def client(tmp_path: Path, store: KeyStore) -> FlaskClient:
    """A caller of both collections, the films first."""
    served = [open_collection(tmp_path, name) for name in TEXTS]
    options = AppOptions(feedback=tmp_path / "feedback.sqlite", keys=tmp_path / "keys.sqlite", admin_key="KEY")
    return create_app(served, options).test_client()


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def limit(store: KeyStore, *names: str, scopes: tuple[str, ...] = ("ask",)) -> dict[str, str]:
    """Return the headers of a caller with a new key for collections."""
    return bearer(store.add_key("limited", scopes, collections=names))


def list_requests(route: Route) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield addresses and bodies that try to reach documents of the films by a route."""
    for document in ("blame.txt", "shared.txt", "only-films.txt"):
        path = route.path.replace("<path:id>", document).replace("<id>", "1").replace("<page>", "1")
        for names in NAMED:
            query = "".join(f"&collection={name}" for name in (names if isinstance(names, list) else [names]) if name)
            asked = "q=Who directed the film Blame?&" if "ask" in route.name else ""
            if route.body:
                body = {**BODIES[route.name], **({"collection": names} if names else {})}
                yield path, {"json": body}
                yield f"{path}?{query[1:]}", {"json": BODIES[route.name]}
            else:
                yield f"{path}?{asked}{query[1:]}", {}


def _find_secrets(text: str, asked: object) -> list[str]:
    """Return what a response holds of the other collection, except what the caller has sent."""
    sent = json.dumps(asked)
    return [secret for secret in SECRETS if secret in text and secret not in sent]


@pytest.mark.parametrize("route", [route for route in ROUTES if route.scope], ids=lambda route: route.name)
def test_no_route_shows_anything_of_another_collection(client: FlaskClient, store: KeyStore, route: Route) -> None:
    """Whatever is named, or not named; and no response is an error of the server."""
    headers = limit(store, "staff", scopes=("ask", "write"))
    for url, options in list_requests(route):
        with client.open(url, method=route.method, headers=headers, **options) as response:
            assert response.status_code < 500, response.text
            found = _find_secrets(response.text, [url, options])
            assert not found, f"{route.method} {url} {options}: {found}"


def test_the_secrets_are_what_an_unlimited_key_sees(client: FlaskClient, store: KeyStore) -> None:
    """Otherwise the test above could not fail."""
    headers = bearer(store.add_key("all", ["ask"]))
    names = [name for name in TEXTS["films"] if name != "collection.toml"]
    seen = "".join(client.get(f"/v1/documents/{name}", headers=headers).text for name in names)
    seen += client.get("/v1/collections", headers=headers).text
    seen += client.get("/?collection=films", headers=headers).text
    assert [secret for secret in SECRETS if secret not in seen] == []
    assert client.post("/v1/verify", json=QUOTED, headers=headers).get_json()["status"] == "valid"
    assert client.post("/v1/feedback", json=BODIES["api.give_feedback"], headers=headers).status_code == 200


def test_the_collections_of_a_key_are_all_there_are(client: FlaskClient, store: KeyStore) -> None:
    """It lists them, and the first one is the default; a question to all is answered by them."""
    headers = limit(store, "staff")
    (only,) = client.get("/v1/collections", headers=headers).get_json()["collections"]
    assert (only["name"], only["default"]) == ("staff", True)
    answer = client.post("/v1/ask", json={"question": LEAVE, "collection": "*"}, headers=headers).get_json()
    assert [one["name"] for one in answer["collections"]] == ["staff"]
    assert answer["answer"]["collection"] == "staff"
    text = client.get("/v1/documents/shared.txt", headers=headers).get_json()["text"]
    assert text.startswith("Every employee")
    assert client.post("/v1/verify", json=QUOTED, headers=headers).get_json()["status"] == "gone"
    verdict = client.post("/v1/feedback", json=BODIES["api.give_feedback"], headers=headers)
    assert "which is not served" in problem(verdict, Code.UNKNOWN_PASSAGE)["detail"]
    first, second = client.get("/v1/collections", headers=bearer("KEY")).get_json()["collections"]
    assert (first["default"], second["default"]) == (True, False)


def test_the_cache_keeps_nothing_open(client: FlaskClient, store: KeyStore) -> None:
    """What somebody with all collections was answered is not what a limited key gets, nor the other way round."""
    limited, everything = limit(store, "staff"), bearer("KEY")
    for _ in range(2):
        for headers, expected in ((everything, ["films", "staff"]), (limited, ["staff"])):
            answer = client.post("/v1/ask", json={"question": FILM}, headers=headers).get_json()
            assert sorted(one["name"] for one in answer["collections"]) == expected


def test_another_collection_is_as_unknown_as_one_that_is_not_there(client: FlaskClient, store: KeyStore) -> None:
    """Whoever has a limited key cannot find out what else there is."""
    headers = limit(store, "staff")
    for path in ("/v1/ask?q=a", "/v1/documents?a", "/v1/documents/blame.txt?a", "/v1/index?a", "/?a"):
        url = path.replace("?a", "?")
        served, missing = (client.get(f"{url}&collection={name}", headers=headers) for name in ("films", "x"))
        detail = problem(served, Code.UNKNOWN_COLLECTION)["detail"]
        assert detail.replace("films", "x") == problem(missing, Code.UNKNOWN_COLLECTION)["detail"]
        assert detail.endswith("is not served to this key; the collections are staff.")
    detail = problem(client.get("/v1/documents/only-films.txt", headers=headers), Code.DOCUMENT_NOT_FOUND)["detail"]
    assert "films:" not in detail and "name it" not in detail


def test_a_key_writes_to_its_collections_only(client: FlaskClient, store: KeyStore, tmp_path: Path) -> None:
    """A document of another one is neither replaced nor removed."""
    headers = limit(store, "staff", scopes=("write",))
    accepted = client.put("/v1/documents/new.txt", json={"text": "New."}, headers=headers)
    assert accepted.status_code == 202
    for method, body in (("PUT", {"text": "New."}), ("DELETE", None)):
        refused = client.open("/v1/documents/blame.txt?collection=films", method=method, json=body, headers=headers)
        problem(refused, Code.UNKNOWN_COLLECTION)
    assert client.get("/v1/jobs", headers=headers).get_json()["jobs"][0]["id"] == accepted.get_json()["id"]
    assert [path.parent.name for path in tmp_path.glob("*/writes.sqlite")] == ["index-staff"]


def test_what_tells_of_the_whole_server_needs_a_key_for_all(client: FlaskClient, store: KeyStore) -> None:
    """Metrics have the names and the numbers of all collections; readiness is public, and has the names."""
    refused = client.get("/metrics", headers=limit(store, "staff"))
    assert "of all collections" in problem(refused, Code.FORBIDDEN)["detail"]
    for name, limits in (("all", []), ("both", ["films", "staff"])):
        assert (
            client.get("/metrics", headers=bearer(store.add_key(name, ["ask"], collections=limits))).status_code == 200
        )


def test_a_key_for_what_is_not_served_reaches_nothing(client: FlaskClient, store: KeyStore) -> None:
    """It is refused, with its collections; if one of them is served, it reaches that one."""
    refused = client.get("/v1/ask?q=a", headers=limit(store, "x", "old"))
    assert (
        problem(refused, Code.FORBIDDEN)["detail"]
        == "The key 'limited' is for old, x, and this server serves none of these."
    )
    some = bearer(store.add_key("some", ["ask"], collections=["x", "staff"]))
    assert client.get("/v1/index", headers=some).get_json()["documents"] == 2


def test_an_agent_reaches_the_collections_of_its_key_only(client: FlaskClient, store: KeyStore) -> None:
    """Its tools and resources know of no others."""
    accept = {"Accept": "application/json, text/event-stream"}
    headers = limit(store, "staff") | accept
    calls: list[tuple[str, dict[str, Any]]] = [
        ("ask", {"question": FILM}),
        ("search", {"question": FILM, "collection": "films"}),
        ("list_documents", {}),
        ("list_documents", {"collection": "films"}),
        ("get_document", {"document": "only-films.txt"}),
        ("get_document", {"document": "shared.txt"}),
        ("get_document", {"document": "blame.txt", "collection": "films"}),
        ("verify_quote", {"document": "shared.txt", "text": "Opening hours", "collection": "films"}),
    ]
    everything = bearer(store.add_key("all", ["ask"])) | accept
    for tool, arguments in calls:
        params = {"name": tool, "arguments": arguments}
        asked = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        response = client.post("/mcp", json=asked, headers=headers)
        assert response.status_code == 200
        assert not _find_secrets(response.text, asked)
        # Otherwise it could not fail.
        assert 'isError":true' not in client.post("/mcp", json=asked, headers=everything).text
    uri = "netsphere://documents/blame.txt?collection=films"
    for method, params in (("resources/list", {}), ("resources/read", {"uri": uri})):
        asked = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        assert not _find_secrets(client.post("/mcp", json=asked, headers=headers).text, asked)
        assert _find_secrets(client.post("/mcp", json=asked, headers=everything).text, asked)
    old = bearer(store.add_key("old", ["ask"], collections=["old"])) | accept
    refused = client.post("/mcp", json=asked, headers=old)
    assert refused.status_code == 403
    assert refused.get_json()["error"]["message"] == "The key 'old' is for old, and this server serves none of these."


def test_the_page_of_a_visitor_with_a_key_for_one_shows_that_one(client: FlaskClient, store: KeyStore) -> None:
    """Signed in with it, there is nothing to choose from, and links lead to its documents."""
    key = store.add_key("limited", ["ask"], collections=["staff"])
    assert client.get("/").status_code == 303
    client.post("/sign-in", data={"key": key})
    page = client.get("/").text
    assert "travel.txt" in page
    assert 'name="collection"' not in page
    answered = client.get(f"/?q={LEAVE}").text
    assert "/documents/shared.txt?at=0-55&amp;collection=staff#0-55" in answered
    assert "thirty days" in client.get("/documents/shared.txt").text


def test_a_visitor_whose_collection_is_not_served_can_sign_in_with_another_key(
    client: FlaskClient, store: KeyStore
) -> None:
    """The page says why it is refused, and leads to the form."""
    client.post("/sign-in", data={"key": store.add_key("old", ["ask"], collections=["old"])})
    page = client.get("/", headers={"Accept": "text/html"})
    assert page.status_code == 403
    assert "is for old, and this server serves none of these" in page.text
    assert 'href="/sign-in">' in page.text and client.get("/sign-in").status_code == 200


def test_a_limit_without_names_is_for_nothing(client: FlaskClient, store: KeyStore) -> None:
    """As after a mistake of somebody who edits the file: it does not open the other collections."""
    headers = limit(store, "staff")
    with sqlite3.connect(store._path) as database:
        database.execute("UPDATE keys SET collections = ''")
    database.close()
    problem(client.get("/v1/index", headers=headers), Code.FORBIDDEN)


def test_a_file_of_before_has_keys_for_all(tmp_path: Path) -> None:
    """It stays as it is, so that an older version can read it, until there is a key for single collections."""
    path = tmp_path / "keys.sqlite"
    store = KeyStore(path)
    key = store.add_key("website", ["ask"])
    store.add_key("other", ["ask"])
    store.revoke_key("other")
    with sqlite3.connect(path) as database:
        columns = [row[1] for row in database.execute("PRAGMA table_info(keys)")]
    database.close()
    assert columns == ["id", "name", "digest", "scopes", "created", "expires", "revoked"]
    found = store.find_key(key)
    assert found and found.collections is None and found.revoked is None
    limited = store.find_key(store.add_key("limited", ["ask"], collections=["films"]))
    assert limited and limited.collections == {"films"}
    assert store.find_key(key) == found
    with pytest.raises(UsageError, match="there is a key 'limited' already"):
        store.add_key("limited", ["ask"], collections=["staff"])
    assert store.list_keys()[-1].collections == {"films"}


def test_a_key_for_collections_is_added_by_a_command(tmp_path: Path) -> None:
    """The list says what it is for; a name that none has, and a key to administer single ones, are refused."""
    path = str(tmp_path / "keys.sqlite")

    def call(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(main, ["keys", *arguments, "--keys", path])
        return result.exit_code, result.output

    code, output = call("add", "staff-only", "--collection", "staff", "--collection", "films")
    key = KeyStore(Path(path)).find_key(output.strip())
    assert code == 0 and key and key.collections == {"films", "staff"}
    assert key.scopes == {Scope.ASK}
    assert call("list") == (0, f"staff-only  {key.id}  ask  valid  only films, staff\n")
    assert call("add", "x", "--collection", "a b")[1].startswith("error: invalid value 'a b' for --collection:")
    assert call("add", "x", "--scope", "admin", "--collection", "films")[0] == 2
    with pytest.raises(UsageError, match="for the whole server"):
        KeyStore(Path(path)).add_key("x", ["ask", "admin"], collections=["films"])
