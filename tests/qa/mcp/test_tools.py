"""What the tools return, over a document that is made by hand."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from index.types import Span
from qa.mcp.arguments import PART_CHARS
from qa.mcp.resources import format_uri, list_resources, read_resource
from qa.mcp.schemas import build_schema
from qa.mcp.session import Session
from qa.mcp.tools import TOOLS
from qa.web.collections import DEFAULT_NAME, Collections, ServedCollection
from qa.web.engine.callers import Caller
from qa.web.errors.problems import Code, ProblemError
from qa.web.requests.models import MAX_OFFSET
from qa.web.requests.parsing import validate
from qa.web.service import AppOptions
from tests.qa.web.helpers import DOCUMENT, NAME, SENTENCE, TEXT, HandMade

Call = Callable[..., dict[str, Any]]


@pytest.fixture
def engine() -> HandMade:
    """The engine behind the tools."""
    return HandMade()


@pytest.fixture
def session(engine: HandMade, tmp_path: Path) -> Session:
    """A call of somebody who waits as long as it takes."""
    served = [ServedCollection(DEFAULT_NAME, engine, is_named=False)]
    service = Collections(served, AppOptions(feedback=tmp_path / "feedback.sqlite"), {}).default
    return Session(service, lambda _: Caller(), format_uri)


@pytest.fixture
def call(session: Session) -> Call:
    """Call a tool, and check its result by its own schema."""
    tools = {tool.name: tool for tool in TOOLS}

    def call(name: str, **arguments: object) -> dict[str, Any]:
        tool = tools[name]
        jsonschema.validate(arguments, build_schema(tool.arguments))
        result = tool.call(session, validate(tool.arguments, arguments))
        shown: dict[str, Any] = json.loads(result.model_dump_json(exclude_none=True))
        jsonschema.validate(shown, build_schema(tool.result))
        return shown

    return call


def slice_of(span: Span) -> dict[str, Any]:
    return {"text": TEXT[span.start : span.end], "start": span.start, "end": span.end}


def test_words_come_with_their_sentence(call: Call) -> None:
    """And with the confidence of the words, not of the passage."""
    shown = call("ask", question="Who directed the film?")
    assert (shown["status"], shown["confidence"]) == ("answered", 0.91)
    assert (shown["words"], shown["quotation"]) == ([slice_of(NAME)], slice_of(SENTENCE))


def test_a_sentence_is_shown_without_words(call: Call) -> None:
    """If the words are not likely enough; an answer that is not sure has its reason, and what was searched instead."""
    shown = call("ask", question="Who perhaps?")
    assert (shown["status"], shown["reason"], shown["confidence"]) == ("unsure", "weak_match", 0.36)
    assert shown["searched_as"] == "Who perhaps? (Blame! film)"
    assert shown["quotation"] == slice_of(SENTENCE)
    assert "words" not in shown


def test_a_passage_is_shown_whole_if_nothing_in_it_is_likely_enough(call: Call) -> None:
    """With the confidence of the passage; its best sentence is no answer by itself."""
    shown = call("ask", question="Where somewhere?")
    assert (shown["status"], shown["confidence"]) == ("answered", 0.97)
    assert shown["quotation"] == slice_of(Span(22, len(TEXT)))
    assert "words" not in shown


def test_small_talk_has_nothing_near(call: Call) -> None:
    """What is nearest to a greeting helps nobody."""
    shown = call("ask", question="thanks")
    assert (shown["status"], shown["reason"], shown["closest"]) == ("not_found", "no_content_words", [])


def test_a_filter_says_how_many_documents_were_searched(call: Call) -> None:
    """All without a filter, else those that it allows."""
    assert call("ask", question="capital")["searched"]["documents"] == 1
    assert call("ask", question="capital", documents=["*.md"])["searched"]["documents"] == 0


def test_what_was_missing_is_named(call: Call, engine: HandMade) -> None:
    """An answer that had to do without a part says so in its short form, too."""
    engine.degraded = ("reader",)
    assert call("ask", question="Who?")["degraded"] == ["reader"]
    assert call("search", question="Who?")["degraded"] == ["reader"]


def test_passages_are_short_unless_all_is_asked_for(call: Call) -> None:
    """Then they are whole, with their evidence and the hash of their document."""
    short = call("search", question="Who?")["passages"][0]
    assert slice_of(SENTENCE) == {name: short[name] for name in ("text", "start", "end")}
    whole = call("search", question="Who?", detail=True)["passages"][0]
    assert slice_of(Span(22, len(TEXT))) == {name: whole[name] for name in ("text", "start", "end")}
    assert (whole["evidence"], whole["sha256"]) == ([slice_of(SENTENCE)], "ab" * 32)
    assert "sha256" not in short


def test_a_document_is_read_in_parts(call: Call) -> None:
    """Each says where the next one starts, and the last one nothing."""
    first = call("get_document", document=DOCUMENT, end=30)
    assert (first["text"], first["next"], first["characters"]) == (TEXT[:30], 30, len(TEXT))
    rest = call("get_document", document=DOCUMENT, start=first["next"])
    assert first["text"] + rest["text"] == TEXT
    assert "next" not in rest
    assert len(TEXT) < PART_CHARS
    assert call("get_document", document=DOCUMENT, start=10, end=5)["text"] == ""
    assert call("get_document", document=DOCUMENT, start=10**6)["start"] == len(TEXT)


def test_metadata_is_told_in_detail_only(call: Call) -> None:
    """What is no number in JSON is nothing."""
    assert call("list_documents") == {
        "total": 1,
        "documents": [{"document": DOCUMENT, "title": "Blame! <script>", "characters": len(TEXT)}],
    }
    detail = call("list_documents", detail=True)["documents"][0]
    assert detail["metadata"] == {"licence": "CC BY-SA 4.0", "weight": None}


@pytest.mark.parametrize(
    ("arguments", "status", "place"),
    [
        ({"text": "Hiroyuki Seshita"}, "valid", NAME),
        ({"text": "Hiroyuki Seshita", "start": 46, "end": 62}, "valid", NAME),
        ({"text": "Hiroyuki Seshita", "start": 46}, "valid", NAME),
        ({"text": "Hiroyuki Seshita", "start": 40, "end": 56}, "moved", NAME),
        ({"text": "Hiroyuki Seshita", "start": MAX_OFFSET}, "moved", NAME),
        ({"text": "hiroyuki  seshita"}, "moved", NAME),
        ({"text": "Hiroyuki Seshita", "sha256": "cd" * 32}, "moved", NAME),
        ({"text": "Tsutomu Nihei"}, "gone", None),
    ],
)
def test_a_quotation_is_found_where_it_is(
    call: Call, arguments: dict[str, Any], status: str, place: Span | None
) -> None:
    """Without a place the words are valid wherever they are; words that are written otherwise are told."""
    shown = call("verify_quote", document=DOCUMENT, **arguments)
    assert (shown["status"], shown.get("start")) == (status, place and place.start)
    is_same = place is None or arguments["text"] == TEXT[place.start : place.end]
    assert shown.get("text") == (None if is_same else "Hiroyuki Seshita")


def test_a_quotation_of_an_unknown_document_is_gone(call: Call) -> None:
    """As over the API; that there is no hash says that the document is not indexed."""
    assert call("verify_quote", document="no.txt", text="words") == {"status": "gone", "document": "no.txt"}


@pytest.mark.parametrize("id", ["a b.txt", "a/b//c.txt", "50%.txt", "a?b#c.txt", "映画.txt", "%2F"])
def test_every_id_has_a_uri_that_leads_back(session: Session, id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever characters it is made of."""
    asked: list[str] = []
    found = session.service.engine.catalog.get_document(DOCUMENT)
    monkeypatch.setattr(
        session.service.engine.catalog, "get_document", lambda asked_for, part: asked.append(asked_for) or found
    )
    read_resource(session, format_uri(id))
    read_resource(session, format_uri(id, Span(1, 2)))
    assert asked == [id, id]
    assert format_uri(id).isascii()


@pytest.mark.parametrize("uri", ["", "netsphere://[documents/a.txt", "netsphere://other/a.txt", "file:///etc/passwd"])
def test_what_is_no_uri_of_a_document_is_not_found(session: Session, uri: str) -> None:
    """The error says which URIs there are."""
    with pytest.raises(ProblemError, match="a document has the URI netsphere://documents/ID") as caught:
        read_resource(session, uri)
    assert caught.value.code is Code.DOCUMENT_NOT_FOUND


def test_resources_are_listed_in_pages(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cursor of a page leads to the next one; the last has none."""
    monkeypatch.setattr("qa.mcp.resources.PAGE", 1)
    monkeypatch.setattr(type(session.service.engine.catalog), "document_count", 2)
    page = list_resources(session, None)
    assert ([info.id for info in page.documents], page.next) == ([DOCUMENT], "1")
    assert list_resources(session, page.next).next is None


def test_schemas_are_short() -> None:
    """They repeat no names, and an optional field is left out instead of null."""
    for tool in TOOLS:
        text = json.dumps([build_schema(tool.arguments), build_schema(tool.result)])
        assert '"title": "' not in text
        assert '"null"' not in text
        assert len(json.dumps(build_schema(tool.arguments)) + tool.description) < 1200
