"""The client and the server agree, and the client needs nothing of the server."""

import subprocess
import sys
from dataclasses import fields, is_dataclass
from typing import Any

import httpx
import pytest

from qa.client import AsyncClient, Client, job_types, page_types, types
from qa.web.openapi import build_openapi
from qa.web.responses import ReadyCollections
from qa.web.routes import HTML, ROUTES
from tests.library_homes import EVERYWHERE, HOMES
from tests.test_house import ROOT

ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "ask": ("Who?",), "ask_many": (["Who?"],), "get_document": ("a",), "get_original": ("a",), "get_page": ("a", 1), "get_page_picture": ("a", 1), "put_document": ("a", "text"),
    "upload_document": ("a", b"text"), "delete_document": ("a",), "write_documents": ([],), "upload_documents": ({},),
    "get_job": ("1",), "publish_job": ("1",), "verify": ("a", 0, 1, "t"), "give_feedback": ("Who?", "a#0-1", "right"),
    "wait_for_job": ("1",),
}  # fmt: skip
# These send no request, or only serve the others.
LOCAL = {"link_to", "run", "close", "aclose"}


def list_methods(kind: type) -> set[str]:
    return {name for name in dir(kind) if not name.startswith("_") and callable(getattr(kind, name))} - LOCAL


def test_both_clients_have_the_same_methods() -> None:
    """What one can do the other can."""
    assert list_methods(Client) == list_methods(AsyncClient)


def test_every_route_of_the_api_has_a_method() -> None:
    """All but the pages, what other programs' clients call, and asking by URL, which asking does."""
    requested = set()

    def record(request: httpx.Request) -> httpx.Response:
        requested.add((request.method, request.url.path.removeprefix("/prefix")))
        return httpx.Response(404, json={"code": "route_not_found"})

    with Client("http://server/prefix", transport=httpx.MockTransport(record)) as client:
        for name in list_methods(Client):
            with pytest.raises(Exception, match="route_not_found"):
                getattr(client, name)(*ARGUMENTS.get(name, ()))
    pages = {"/sign-in", "/sign-out", "/turn", "/completions", "/static/<path:name>", "/widget.js"}
    ours = [r for r in ROUTES if r.response != HTML and r.path not in pages and not r.name.startswith("chat.")]
    routes = {(r.method, r.path) for r in ours} - {("GET", "/v1/ask")}
    assert requested == {
        (method, path.replace("<path:id>", "a").replace("<id>", "1").replace("<page>", "1")) for method, path in routes
    }


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ("AnswerPassage", types.Passage),
        ("CollectionSummary", types.CollectionInfo),
        ("DocumentContent", types.Document),
        ("PageBox", page_types.PageBox),
        ("Questions", job_types.ChangedQuestions),
    ]
    + [
        (name, getattr(types, name))
        for name in "AnswerText Quote Source PassageCopy CollectionAnswer Explanation Leg Retrieval DocumentInfo PassageSpan".split()
    ]
    + [(name, getattr(job_types, name)) for name in ("LoadProblem", "ChangeSummary")],
)
def test_the_results_have_the_fields_of_the_api(schema: str, kind: type) -> None:
    """No more, no fewer, in every part of a response."""
    found = build_openapi(ROUTES)["components"]["schemas"][schema]["properties"]
    assert [row.name for row in fields(kind)] == list(found)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("api.ask", types.Answer),
        ("documents.put", job_types.Job),
        ("api.documents", types.DocumentList),
        ("pictures.page", page_types.PageContent),
        ("api.index", types.IndexInfo),
        ("api.verify", types.CitationCheck),
        ("api.give_feedback", types.FeedbackReceipt),
        ("api.collections", types.CollectionList),
        ("documents.updates", job_types.Updates),
    ],
)
def test_the_responses_have_the_fields_of_the_api(name: str, kind: type) -> None:
    """No more, no fewer, in every response as a whole."""
    (route,) = [route for route in ROUTES if route.name == name]
    assert is_dataclass(route.response)
    assert [row.name for row in fields(kind)] == [row.name for row in fields(route.response)]


def test_readiness_has_the_fields_of_several_collections() -> None:
    """A server of one has those of the default only."""
    assert [row.name for row in fields(types.Ready)] == [row.name for row in fields(ReadyCollections)]


def test_importing_the_client_loads_nothing_of_the_server() -> None:
    """Of all libraries only httpx, and click, which httpx has for a command of its own."""
    ours = (HOMES.keys() | EVERYWHERE) - {"httpx", "click"}
    program = f"import sys, qa.client; print(*sorted(sys.modules.keys() & {ours!r}))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


@pytest.mark.parametrize("module", ["langchain", "llama_index", "haystack"])
def test_a_missing_framework_says_what_to_install(module: str) -> None:
    """The error names the framework and the command."""
    package = {"langchain": "langchain-core", "llama_index": "llama-index-core", "haystack": "haystack-ai"}[module]
    blocked = {"langchain": "langchain_core"}.get(module, module)
    program = f"import sys; sys.modules['{blocked}'] = None; import qa.integrations.{module}"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stderr.splitlines()[-1].endswith(f"which is not installed; install it with: pip install {package}")
