"""The official client lists and calls everything, over both transports and in both versions of the protocol."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import pytest
from mcp import Client, MCPError

from qa.engine import Engine
from tests.qa.mcp.conftest import Ask

# The words that the seed answers with.
QUESTION, WORDS = "Who directed the film?", "Hiroyuki Seshita"
CALLS: list[tuple[str, dict[str, Any]]] = [
    ("ask", {"question": QUESTION}),
    ("search", {"question": QUESTION, "limit": 3, "detail": True}),
    ("get_document", {"document": "blame.txt", "start": 100, "end": 200, "detail": True}),
    ("verify_quote", {"document": "blame.txt", "text": WORDS}),
    ("list_documents", {"detail": True}),
]
WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("ask", {}, "missing_field: question is missing; send it"),
    ("ask", {"question": " "}, "out_of_bounds: question should have at least 1 character, not ''"),
    ("ask", {"question": "a", "documents": ["no.txt"]}, "unknown_document: documents[0] names 'no.txt'"),
    ("search", {"question": "a", "limit": 51}, "out_of_bounds: limit should be less than or equal to 50, not 51"),
    ("get_document", {"document": "no"}, "document_not_found: No document 'no' is indexed; the tool list_documents"),
    ("list_documents", {"page": 2}, "unknown_field: page is not known; the fields are offset, limit, detail"),
]


def test_every_tool_is_listed_and_called(with_client: Ask[Any], engine: Engine) -> None:
    """Each has schemas, and what it returns is true to its own; every excerpt is a slice of its document."""

    async def work(client: Client) -> tuple[Any, list[Any]]:
        listed = (await client.list_tools()).tools
        return listed, [await client.call_tool(name, arguments) for name, arguments in CALLS]

    listed, results = with_client(work)
    assert [tool.name for tool in listed] == [name for name, _ in CALLS]
    text = engine.catalog.get_text("blame.txt").text
    for tool, result in zip(listed, results, strict=True):
        assert not result.is_error
        jsonschema.validate(result.structured_content, tool.output_schema)
        checked = list(check_excerpts(result.structured_content, text))
        assert checked or tool.name == "list_documents"


def check_excerpts(value: object, text: str) -> Iterator[dict[str, Any]]:
    """Compare every object that has a text and offsets with the document."""
    if isinstance(value, dict):
        if "start" in value and "text" in value:
            assert text[value["start"] : value["end"]] == value["text"]
        if "start" in value:
            yield value
        for part in value.values():
            yield from check_excerpts(part, text)
    elif isinstance(value, list):
        for part in value:
            yield from check_excerpts(part, text)


def test_an_answer_is_the_one_of_the_engine(with_client: Ask[Any], engine: Engine) -> None:
    """Its words, its place and its confidence are those that every other interface shows."""
    result = with_client(lambda client: client.call_tool("ask", {"question": QUESTION})).structured_content
    answer = engine.ask(QUESTION)
    assert result["status"] == "answered"
    assert result["words"] == [{"text": WORDS, "start": answer.answer.start, "end": answer.answer.end}]
    assert result["confidence"] == round(answer.shown_confidence, 4)
    assert result["quotation"]["text"] == answer.answer.sentence.text
    link = urlsplit(result["link"])
    assert (link.scheme, link.path) in {("http", "/documents/blame.txt"), ("netsphere", "/blame.txt")}


def test_what_is_not_there_is_said_to_be_not_there(with_client: Ask[Any]) -> None:
    """With what was searched and what is nearest, and without anything that could be taken for an answer."""
    arguments = {"question": "What is the capital of France?"}
    result = with_client(lambda client: client.call_tool("ask", arguments)).structured_content
    assert (result["status"], result["reason"]) == ("not_found", "unknown_words")
    assert result["searched"] == {"documents": 1, "question": arguments["question"]}
    assert 1 <= len(result["closest"]) <= 3
    assert not {"words", "quotation", "document", "link"} & result.keys()


def test_wrong_arguments_are_explained(with_client: Ask[Any]) -> None:
    """As the result of the call, which names the value and the remedy, so that a model can call again."""

    async def work(client: Client) -> list[Any]:
        return [await client.call_tool(tool, arguments) for tool, arguments, _ in WRONG]

    results = with_client(work)
    assert all(result.is_error for result in results)
    texts = [result.content[0].text for result in results]
    assert [text[: len(message)] for text, (_, _, message) in zip(texts, WRONG, strict=True)] == [m for *_, m in WRONG]


def test_an_unknown_tool_is_an_error_of_the_protocol(with_client: Ask[Any]) -> None:
    """It names the tools that there are."""
    with pytest.raises(MCPError, match=r"There is no tool 'answer'; the tools are ask, search") as raised:
        with_client(lambda client: client.call_tool("answer", {}))
    assert raised.value.code == -32602


def test_documents_are_resources(with_client: Ask[Any], engine: Engine) -> None:
    """They are listed, and read whole or in part; the template says how."""

    async def work(client: Client) -> tuple[Any, ...]:
        listed = (await client.list_resources()).resources
        templates = (await client.list_resource_templates()).resource_templates
        whole = await client.read_resource(listed[0].uri)
        return listed, templates, whole, await client.read_resource(listed[0].uri + "?start=10&end=60")

    listed, templates, whole, part = with_client(work)
    text = engine.catalog.get_text("blame.txt").text
    assert [resource.uri for resource in listed] == ["netsphere://documents/blame.txt"]
    assert [template.uri_template for template in templates] == [
        "netsphere://documents/{+document}{?start,end,collection}"
    ]
    assert (whole.contents[0].text, part.contents[0].text) == (text, text[10:60])


def test_what_is_no_resource_is_an_error_of_the_protocol(with_client: Ask[Any]) -> None:
    """Of wrong parameters, which says what is wrong with them."""

    async def work(client: Client) -> list[tuple[int, str]]:
        found = []
        for uri in ("netsphere://documents/no.txt", "file:///etc/passwd", "netsphere://documents/blame.txt?start=a"):
            with pytest.raises(MCPError) as raised:
                await client.read_resource(uri)
            found.append((raised.value.code, raised.value.message))
        return found

    codes, messages = zip(*with_client(work), strict=True)
    assert {*codes} == {-32602}
    beginnings = ["No document 'no.txt' is", "No resource 'file:///etc/passwd' is", "start should be a valid integer"]
    assert [text[: len(begin)] for text, begin in zip(messages, beginnings, strict=True)] == beginnings
