"""A route is reached with a key that has its scope, and asking without one only where that is meant."""

import threading
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from qa.web import create_app
from qa.web.access.keys import KeyStore, Scope
from qa.web.errors.problems import Code
from qa.web.routes import ROUTES, Route
from qa.web.service import AppOptions
from tests.qa.web.helpers import DOCUMENT, HandMade
from tests.qa.web.shape import problem

SIGN_IN = {"sign_in.show", "sign_in.enter", "sign_in.leave"}
# Everything that shows nothing of the documents and asks nothing of the index; /readyz says only whether it works.
OPEN = {
    "api.alive",
    "api.ready",
    "api.openapi",
    "pages.docs",
    "pages.shared",
    "pages.static",
    "widget.script",
} | SIGN_IN


@pytest.fixture
def store(tmp_path: Path) -> KeyStore:
    """The file of keys of the application."""
    return KeyStore(tmp_path / "keys.sqlite")


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    """The application without an admin key of its settings."""
    return create_app(HandMade(), AppOptions(feedback=tmp_path / "feedback.sqlite", keys=tmp_path / "keys.sqlite"))


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def url_of(route: Route) -> str:
    return route.path.replace("<path:id>", DOCUMENT).replace("<path:name>", "style.css").replace("<id>", "1")


def call(client: FlaskClient, route: Route, **options: object) -> int:
    with client.open(url_of(route), method=route.method, **options) as response:
        return response.status_code


def test_open_routes_are_few() -> None:
    """A new route needs a key with the scope ``ask`` unless it says otherwise."""
    assert {route.name for route in ROUTES if route.scope is None} == OPEN
    assert Route("GET", "/", lambda: None, str).scope is Scope.ASK


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_every_route_checks_its_scope(client: FlaskClient, store: KeyStore, route: Route) -> None:
    """Without a key 401, with a key of the other scopes 403; with its own the view is reached."""
    keys = {scope: store.add_key(scope, [scope]) for scope in Scope}
    statuses = {scope: call(client, route, headers=bearer(key)) for scope, key in keys.items()}
    none = call(client, route)
    if route.scope is None:
        assert {none, *statuses.values()}.isdisjoint({401, 403})
    else:
        allowed = {route.scope, Scope.ADMIN}
        assert none == (303 if route.is_page else 401)
        assert {scope for scope, status in statuses.items() if status not in {401, 403}} == allowed


def test_asking_needs_no_key_until_one_was_added_for_it(client: FlaskClient, store: KeyStore) -> None:
    """Keys of other scopes do not close it; once it is closed, no loss of the last key opens it again."""
    assert client.get("/v1/ask?q=a").status_code == 200
    store.add_key("importer", ["write"])
    assert client.get("/v1/ask?q=a").status_code == 200
    key = store.add_key("website", ["ask"])
    problem(client.get("/v1/ask?q=a"), Code.UNAUTHORIZED)
    assert client.get("/v1/ask?q=a", headers=bearer(key)).status_code == 200
    store.revoke_key("website")
    problem(client.get("/v1/ask?q=a", headers=bearer(key)), Code.FORBIDDEN)
    problem(client.get("/v1/ask?q=a"), Code.UNAUTHORIZED)


@pytest.mark.parametrize(("needed", "status"), [(True, 403), (False, 200)])
def test_the_setting_decides_if_it_is_stated(tmp_path: Path, needed: bool, status: int) -> None:
    """An open server ignores a key that it does not know, a closed one refuses it even if it has no keys yet."""
    path = tmp_path / "keys.sqlite"
    client = create_app(HandMade(), AppOptions(keys=path, key_needed=needed)).test_client()
    assert client.get("/v1/ask?q=a", headers=bearer("ns_a_b")).status_code == status
    key = KeyStore(path).add_key("website", ["ask"])
    assert client.get("/v1/ask?q=a", headers=bearer(key)).status_code == 200
    assert client.get("/v1/ask?q=a").status_code == (401 if needed else 200)


def test_the_admin_key_of_the_settings_has_all_scopes(tmp_path: Path) -> None:
    """Also beside a file of keys, and where asking needs a key."""
    options = AppOptions(
        feedback=tmp_path / "f.sqlite", admin_key="the key", keys=tmp_path / "keys.sqlite", key_needed=True
    )
    client = create_app(HandMade(), options).test_client()
    for name in ("api.feedback", "api.index"):
        route = next(route for route in ROUTES if route.name == name)
        assert call(client, route, headers=bearer("the key")) == 200
        assert call(client, route, headers=bearer("the  key")) == 403
        assert call(client, route, headers={"Authorization": "Basic dGhlIGtleQ=="}) == 401


def test_a_refusal_says_what_is_missing(client: FlaskClient, store: KeyStore) -> None:
    """The scope and the remedy, and never the key."""
    assert "keys add NAME --scope admin" in problem(client.get("/v1/feedback"), Code.UNAUTHORIZED)["detail"]
    store.add_key("boss", ["admin"])
    assert "scope admin" in problem(client.get("/v1/feedback"), Code.UNAUTHORIZED)["detail"]
    key = store.add_key("website", ["ask"])
    refused = client.get("/v1/feedback", headers=bearer(key))
    assert "'website' lacks the scope admin" in problem(refused, Code.FORBIDDEN)["detail"]
    assert key not in refused.text


def test_an_unusable_file_of_keys_lets_nobody_in(client: FlaskClient, store: KeyStore) -> None:
    """A problem that names the setting; what needs no key goes on."""
    key = store.add_key("website", ["ask"])
    store._path.write_text("this is no database, and long enough to be seen as none" * 20)
    for headers in ({}, bearer(key)):
        refused = client.get("/v1/ask?q=a", headers=headers)
        assert "setting keys" in problem(refused, Code.NOT_READY)["detail"]
        assert refused.headers["Retry-After"] == "5"
    assert client.get("/healthz").status_code == 200


def test_an_unknown_path_needs_no_key(client: FlaskClient, store: KeyStore) -> None:
    """It is a 404 with and without one, and a wrong method a 405."""
    store.add_key("website", ["ask"])
    problem(client.get("/nope"), Code.ROUTE_NOT_FOUND)
    problem(client.delete("/v1/ask"), Code.METHOD_NOT_ALLOWED)


def test_keys_are_checked_by_many_threads_at_once(app: Flask, store: KeyStore) -> None:
    """While keys are added and revoked, a valid key is never refused."""
    key, statuses = store.add_key("website", ["ask"]), []

    def ask() -> None:
        client = app.test_client()
        statuses.extend(client.get("/v1/index", headers=bearer(key)).status_code for _ in range(20))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for number in range(10):
        store.add_key(f"other{number}", ["ask"])
        store.revoke_key(f"other{number}")
    for thread in threads:
        thread.join()
    assert statuses == [200] * 160
