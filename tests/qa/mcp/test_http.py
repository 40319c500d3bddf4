"""What is checked before the protocol gets a request over HTTP, and what it says to a request that is none."""

import json
import sys
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from index.errors import DamagedGeneration
from qa.mcp.library import LibraryMissing, require_library
from qa.web import create_app
from qa.web.access.keys import KeyStore
from qa.web.app import service_of
from qa.web.errors.problems import Code, ProblemError
from qa.web.service import AppOptions
from tests.qa.web.helpers import DOCUMENT, NAME, TEXT, HandMade
from tests.qa.web.two_collections import create_two

HEADERS = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
CALL = {"jsonrpc": "2.0", "id": 7, "method": "tools/call"}


def make_client(folder: Path, engine: HandMade | None = None, **options: Any) -> FlaskClient:  # noqa: ANN401 — of AppOptions
    """The application over a document of one passage."""
    return create_app(engine or HandMade(), AppOptions(feedback=folder / "feedback.sqlite", **options)).test_client()


def post(client: FlaskClient, body: object, **headers: str) -> Any:  # noqa: ANN401 — of Werkzeug
    """Send a message."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post("/mcp", data=data, headers=HEADERS | {name.replace("_", "-"): v for name, v in headers.items()})


def call(client: FlaskClient, tool: str, **arguments: object) -> dict[str, Any]:
    """Call a tool and return its result."""
    response = post(client, CALL | {"params": {"name": tool, "arguments": arguments}})
    assert response.status_code == 200
    result: dict[str, Any] = response.json["result"]
    return result


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
def test_only_post_is_allowed(tmp_path: Path, method: str) -> None:
    """As of every server that has neither streams to open nor sessions to end."""
    response = make_client(tmp_path).open("/mcp", method=method, headers=HEADERS)
    assert (response.status_code, set(response.headers["Allow"].split(", "))) == (405, {"POST", "OPTIONS"})


def test_damage_is_recorded_in_the_collection_that_has_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And not in the default one, which would no longer be ready."""
    app = create_two(tmp_path)
    films, staff = (service.engine for service in service_of(app).collections)

    def fail(*_: object) -> None:
        raise DamagedGeneration(f"{staff._folder}/texts.npy is damaged")

    monkeypatch.setattr(staff.catalog, "get_document", fail)
    assert call(app.test_client(), "get_document", document="shared.txt", collection="staff")["isError"]
    assert films.find_fault() is None
    assert "texts.npy is damaged" in str(staff.find_fault())


def test_a_key_is_needed_where_asking_needs_one(tmp_path: Path) -> None:
    """One with the scope ask, sent as to every other route; the error is one of JSON-RPC, with the problem in it."""
    keys = KeyStore(tmp_path / "keys.sqlite")
    key, writer = keys.add_key("agent", ["ask"]), keys.add_key("importer", ["write"])
    client = make_client(tmp_path, keys=tmp_path / "keys.sqlite", key_needed=True)
    ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    refused = post(client, ping)
    assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert refused.content_type == "application/json"
    assert (refused.json["jsonrpc"], refused.json["id"]) == ("2.0", None)
    assert refused.json["error"]["message"] == refused.json["error"]["data"]["detail"]
    assert refused.json["error"]["data"]["code"] == "unauthorized"
    assert post(client, ping, Authorization=f"Bearer {writer}").status_code == 403
    assert post(client, ping, Authorization=f"Bearer {key}").json == {"jsonrpc": "2.0", "id": 1, "result": {}}


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Origin": "https://evil.example"}, 403, "cross_site"),
        ({"Sec_Fetch_Site": "cross-site"}, 403, "cross_site"),
        ({"Host": "evil.example"}, 421, "unknown_host"),
    ],
)
def test_pages_of_other_sites_are_refused(tmp_path: Path, headers: dict[str, str], status: int, code: str) -> None:
    """Before anything is asked, as the specification demands of every server."""
    engine = HandMade()
    body = CALL | {"params": {"name": "ask", "arguments": {"question": "Who?"}}}
    response = post(make_client(tmp_path, engine), body, **headers)
    assert (response.status_code, response.json["error"]["data"]["code"]) == (status, code)
    assert engine.asked == []


def test_a_site_that_is_allowed_may_send_the_headers_of_the_protocol(tmp_path: Path) -> None:
    """Its browser asks first which ones it may send."""
    client = make_client(tmp_path, origins=("https://app.example",))
    asked = {"Origin": "https://app.example", "Access-Control-Request-Method": "POST"}
    allowed = client.options("/mcp", headers=asked).headers["Access-Control-Allow-Headers"].split(", ")
    assert {"Authorization", "Content-Type", "MCP-Protocol-Version", "Mcp-Method", "Mcp-Name"} <= {*allowed}


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (b"{", {}, 400, -32700),
        ([CALL, CALL], {}, 400, -32602),
        ({"jsonrpc": "2.0", "id": 1, "method": "ping"}, {"MCP_Protocol_Version": "1999-01-01"}, 400, -32022),
        ({"jsonrpc": "2.0", "id": 1, "method": "ping"}, {"Accept": "text/html"}, 406, -32600),
        (b"[" * 2_000_000, {}, 413, -32000),
        ({"jsonrpc": "2.0", "id": 1, "method": "ping"}, {"Content_Type": "text/plain"}, 415, -32000),
        ({"jsonrpc": "2.0", "id": 1, "method": "ping"}, {"Content_Encoding": "gzip"}, 415, -32000),
    ],
)
def test_what_is_no_request_of_the_protocol_is_an_error_of_json_rpc(
    tmp_path: Path, body: object, headers: dict[str, str], status: int, code: int
) -> None:
    """With a status of HTTP that says the same."""
    if headers.get("MCP_Protocol_Version"):
        meta = {
            "io.modelcontextprotocol/protocolVersion": "1999-01-01",
            "io.modelcontextprotocol/clientCapabilities": {},
        }
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": meta}}
        headers = headers | {"Mcp_Method": "tools/list"}
    response = post(make_client(tmp_path), body, **headers)
    assert (response.status_code, response.json["error"]["code"]) == (status, code)


def test_a_notification_is_accepted(tmp_path: Path) -> None:
    """Without a body, and whatever it notifies of."""
    message = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 7}}
    response = post(make_client(tmp_path), message)
    assert (response.status_code, response.data) == (202, b"")


def test_a_link_leads_to_the_words(tmp_path: Path) -> None:
    """Over HTTP to the page of the document at this server, at the place of the words."""
    client = make_client(tmp_path)
    result = call(client, "ask", question="Who directed the film?")["structuredContent"]
    assert TEXT[NAME.start : NAME.end] == result["words"][0]["text"]
    assert result["link"] == f"http://localhost/documents/{DOCUMENT}?at={NAME.start}-{NAME.end}#{NAME.start}-{NAME.end}"
    assert client.get(result["link"]).status_code == 200


def test_a_question_that_would_wait_too_long_is_refused(tmp_path: Path) -> None:
    """By the same batcher as over the API; the result says when to ask again."""
    client = make_client(tmp_path)

    def refuse(*_: object) -> None:
        raise ProblemError(Code.OVERLOADED, "Too many questions are waiting; send it again in 2 s.")

    service_of(client.application)._cache.ask_many = refuse
    result = call(client, "ask", question="Who?")
    assert result["isError"]
    assert result["content"][0]["text"] == "overloaded: Too many questions are waiting; send it again in 2 s."


def test_who_has_left_is_asked_while_the_answer_is_computed(tmp_path: Path) -> None:
    """A client that closes its connection, or whose time is over, cancels the question like at every route."""
    client, seen = make_client(tmp_path), []
    service_of(client.application)._cache.ask_many = lambda _, caller: seen.append(caller) or []
    body = CALL | {"params": {"name": "ask", "arguments": {"question": "Who?", "timeout_ms": 600_000}}}
    environ = {"waitress.client_disconnected": lambda: True}
    client.post("/mcp", json=body, headers=HEADERS, environ_overrides=environ)
    assert seen[0].has_left()
    assert not seen[0].is_late


def test_a_mistake_of_ours_is_logged_and_not_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither to a tool nor to a resource."""
    engine = HandMade()
    engine.error = ValueError("a secret")
    client = make_client(tmp_path, engine)
    result = call(client, "ask", question="Who?")
    assert result["isError"]
    assert "secret" not in json.dumps(result)
    assert "a secret" in caplog.text
    monkeypatch.setattr(engine.catalog, "get_document", lambda *_: 1 / 0)
    read = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "resources/read",
        "params": {"uri": f"netsphere://documents/{DOCUMENT}"},
    }
    error = post(client, read).json["error"]
    assert (error["code"], "division" in error["message"]) == (-32603, False)
    assert "division by zero" in caplog.text


def test_without_the_library_the_route_says_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything else of the server works."""
    monkeypatch.setitem(sys.modules, "mcp", None)
    client = make_client(tmp_path)
    response = post(client, {"jsonrpc": "2.0", "id": 1, "method": "ping"})
    assert response.status_code == 404
    assert "python -m pip install mcp==2.3.0" in response.json["error"]["message"]
    assert client.post("/v1/ask", json={"question": "Who?"}).status_code == 200


@pytest.mark.parametrize("installed", ["1.27.1", "3.0.0"])
def test_another_version_of_the_library_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, installed: str
) -> None:
    """Instead of an error of an import that fails, which says nothing to anybody."""
    monkeypatch.setattr("qa.mcp.library.version", lambda _: installed)
    response = post(make_client(tmp_path), {"jsonrpc": "2.0", "id": 1, "method": "ping"})
    assert response.status_code == 404
    remedy = f"mcp {installed} is installed: python -m pip install mcp==2.3.0"
    assert remedy in response.json["error"]["message"]


def test_a_folder_with_the_name_of_the_library_is_not_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python finds it, too, and calls it a package."""

    def find_nothing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr("qa.mcp.library.version", find_nothing)
    with pytest.raises(LibraryMissing, match=r"python -m pip install mcp==2\.3\.0"):
        require_library()


def test_a_request_counts_as_one(tmp_path: Path) -> None:
    """For the limit of a caller, like every request of a question."""
    client = make_client(tmp_path, rate_limit=1)
    ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    assert [post(client, ping).status_code for _ in range(2)] == [200, 429]
