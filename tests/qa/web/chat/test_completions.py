"""Chat completions over HTTP: their shape, their stream, what is ignored and refused, and failures as OpenAI's."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from werkzeug.test import TestResponse

from qa.types import Turn
from qa.web.errors.problems import Code
from tests.qa.web.helpers import NAME, TEXT, HandMade
from tests.qa.web.shape import openai_error

PATH = "/v1/chat/completions"


def complete(client: FlaskClient, question: str = "Who?", **more: object) -> TestResponse:
    messages = [{"role": "user", "content": question}]
    return client.post(PATH, json={"model": "netsphere", "messages": messages, **more})


def events(response: TestResponse) -> Sequence[dict[str, Any]]:
    """Return what a stream says before it says that it is done."""
    *lines, done, end = response.text.split("\n\n")
    assert (done, end) == ("data: [DONE]", "")
    return [json.loads(line.removeprefix("data: ")) for line in lines]


def test_a_completion_has_the_answer_and_all_that_clients_expect(client: FlaskClient) -> None:
    """The keys of OpenAI's, and the answer of ``/v1/ask`` beside them."""
    response = complete(client)
    body = response.get_json()
    assert list(body) == ["id", "object", "created", "model", "choices", "usage", "system_fingerprint", "netsphere"]
    assert (body["object"], body["model"], body["system_fingerprint"]) == ("chat.completion", "netsphere", "g1")
    assert body["id"] == f"chatcmpl-{response.headers['X-Request-ID']}"
    (choice,) = body["choices"]
    assert (choice["index"], choice["finish_reason"], choice["message"]["role"]) == (0, "stop", "assistant")
    answer = client.post("/v1/ask", json={"question": "Who?"}).get_json()
    assert body["netsphere"] | {"took_ms": 0} == answer | {"took_ms": 0}


def test_citations_are_annotations_that_lead_to_the_document(client: FlaskClient) -> None:
    """Offsets are of the content, and the address is one of this server, which shows the sentence."""
    message = complete(client).get_json()["choices"][0]["message"]
    (annotation,) = message["annotations"]
    assert annotation["type"] == "url_citation"
    citation = annotation["url_citation"]
    shown = message["content"][citation["start_index"] : citation["end_index"]]
    assert shown == TEXT[NAME.start : NAME.end]
    assert citation["url"].startswith("http://localhost/documents/folder/blame.txt?at=22-63&quote=The+film")
    page = client.get(citation["url"])
    assert "<mark" in page.text


@pytest.mark.parametrize("question", ["Who?", "perhaps", "somewhere", "the capital"])
def test_a_completion_fits_its_schema(client: FlaskClient, question: str) -> None:
    """As the OpenAPI document has it."""
    document = client.get("/openapi.json").get_json()
    schema = {"$ref": "#/components/schemas/ChatCompletion", "components": document["components"]}
    Draft202012Validator(schema).validate(complete(client, question).get_json())


@pytest.mark.parametrize("question", ["Who?", "perhaps", "somewhere", "the capital"])
def test_a_stream_says_the_same_as_a_completion(client: FlaskClient, question: str) -> None:
    """The deltas together are the message; the last one says that it ends."""
    whole = complete(client, question).get_json()
    response = complete(client, question, stream=True)
    assert response.mimetype == "text/event-stream"
    sent = events(response)
    assert {event["object"] for event in sent} == {"chat.completion.chunk"}
    assert {(event["id"], event["model"], event["system_fingerprint"]) for event in sent} == {
        (f"chatcmpl-{response.headers['X-Request-ID']}", "netsphere", "g1")
    }
    deltas = [event["choices"][0]["delta"] for event in sent]
    message = whole["choices"][0]["message"]
    assert deltas[0]["role"] == "assistant"
    assert "".join(delta.get("content", "") for delta in deltas) == message["content"]
    assert [note for delta in deltas for note in delta.get("annotations", [])] == message["annotations"]
    assert [event["choices"][0]["finish_reason"] for event in sent] == [None] * (len(sent) - 1) + ["stop"]
    assert sent[-1]["netsphere"]["status"] == whole["netsphere"]["status"]
    assert not any("usage" in event for event in sent)


def test_an_event_is_one_line_for_every_client(client: FlaskClient) -> None:
    """Some, such as httpx, split lines where Python does, and not only where the specification of streams does."""
    response = complete(client, "Who\u2028is\x85it?", stream=True)
    lines = [line for line in response.text.splitlines() if line]
    assert all(line.startswith("data: ") for line in lines)
    assert len(lines) == len(events(response)) + 1


def test_a_stream_has_usage_if_it_is_asked_for(client: FlaskClient) -> None:
    """In an event of its own, without a choice."""
    *others, last = events(complete(client, stream=True, stream_options={"include_usage": True}))
    assert all(event["usage"] is None for event in others)
    assert last["choices"] == []
    assert last["usage"] == complete(client).get_json()["usage"]


def test_usage_counts_the_conversation_and_the_message(client: FlaskClient) -> None:
    """By the tokenizer of the engine, which here counts words; a system message is not read and not counted."""
    roles = [("system", "not read"), ("user", "one two"), ("assistant", "three"), ("user", "four five six")]
    messages = [{"role": role, "content": text} for role, text in roles]
    body = client.post(PATH, json={"model": "netsphere", "messages": messages}).get_json()
    written = len(body["choices"][0]["message"]["content"].split())
    assert body["usage"] == {"prompt_tokens": 6, "completion_tokens": written, "total_tokens": 6 + written}


def test_a_conversation_is_asked_as_a_question_with_its_history(client: FlaskClient, engine: HandMade) -> None:
    """The answer that was shown becomes what the page would send: the words alone."""
    shown = complete(client).get_json()["choices"][0]["message"]["content"]
    roles = [("user", "Who?"), ("assistant", shown), ("user", "And when?")]
    messages = [{"role": role, "content": text} for role, text in roles]
    client.post(PATH, json={"model": "netsphere-fast", "messages": messages})
    assert engine.asked[-1].history == (Turn("Who?", "Hiroyuki Seshita"),)
    assert (engine.asked[-1].question, engine.asked[-1].mode) == ("And when?", "fast")


IGNORED = {
    "temperature": 0.2, "top_p": 1, "max_tokens": 1, "max_completion_tokens": 1, "stop": ["The"], "seed": 7,
    "presence_penalty": 0, "frequency_penalty": 0, "user": "ann", "tools": [{"type": "function"}], "tool_choice": "auto",
    "n": 1, "logprobs": False, "response_format": {"type": "text"}, "modalities": ["text"], "chat_id": "x", "store": None,
}  # fmt: skip


@pytest.mark.parametrize("name", IGNORED)
def test_what_changes_generated_text_only_is_ignored(client: FlaskClient, name: str) -> None:
    """Nothing is generated, and a quotation is never cut; nor do fields of other providers matter."""
    plain = complete(client).get_json()["choices"]
    assert complete(client, **{name: IGNORED[name]}).get_json()["choices"] == plain
    assert complete(client, **{name: None}).status_code == 200


@pytest.mark.parametrize(
    ("name", "value", "param"),
    [
        ("n", 2, "n"),
        ("tool_choice", "required", "tool_choice"),
        ("tool_choice", {"type": "function", "function": {"name": "f"}}, "tool_choice"),
        ("function_call", {"name": "f"}, "function_call"),
        ("response_format", {"type": "json_object"}, "response_format.type"),
        ("response_format", {"type": "json_schema", "json_schema": {}}, "response_format.type"),
        ("modalities", ["text", "audio"], "modalities[1]"),
        ("logprobs", True, "logprobs"),
        ("stream", "yes", "stream"),
        ("messages", [], "messages"),
        ("messages", "Who?", "messages"),
        ("model", 7, "model"),
    ],
)
def test_what_a_caller_would_miss_is_refused(client: FlaskClient, name: str, value: object, param: str) -> None:
    """As OpenAI refuses it: 400, with the parameter."""
    response = complete(client, **{name: value})
    assert response.status_code == 400
    body = response.get_json()["error"]
    assert (body["type"], body["param"]) == ("invalid_request_error", param)


def test_failures_of_these_routes_have_openais_form_and_no_others(client: FlaskClient, engine: HandMade) -> None:
    """From a wrong method to an error of our own; a stream that cannot be answered is no stream."""
    openai_error(client.get(PATH), Code.METHOD_NOT_ALLOWED)
    openai_error(client.get("/v1/models/gpt-6"), Code.MODEL_NOT_FOUND)
    openai_error(client.get("/v1/models/a/b"), Code.ROUTE_NOT_FOUND)
    openai_error(client.post(PATH, data="{", content_type="application/json"), Code.MALFORMED_JSON)
    openai_error(client.post(PATH, data="a"), Code.UNSUPPORTED_MEDIA_TYPE)
    assert openai_error(client.post(PATH, json={"messages": []}), Code.MISSING_FIELD)["param"] == "model"
    engine.error = RuntimeError("secret")
    failed = openai_error(complete(client, "new", stream=True), Code.INTERNAL_ERROR)
    assert (failed["type"], "secret" in failed["message"]) == ("server_error", False)
    assert client.get("/v1/modelsx").content_type == "application/problem+json"


def test_the_models_are_listed_and_described(client: FlaskClient) -> None:
    """One for each mode; their date is that of the index."""
    listed = client.get("/v1/models").get_json()
    assert listed["object"] == "list"
    assert [one["id"] for one in listed["data"]] == ["netsphere", "netsphere-fast"]
    assert all((one["object"], one["created"]) == ("model", 1795392000) for one in listed["data"])
    assert client.get("/v1/models/netsphere").get_json() == listed["data"][0]
