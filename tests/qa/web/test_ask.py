"""Answers of the API: their shape, and the requests that the engine receives."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter

from qa.errors import QuestionError
from qa.types import Answer, Request, Turn
from qa.web.errors.problems import Code
from tests.qa.web.helpers import DOCUMENT, NAME, SENTENCE, TEXT, HandMade
from tests.qa.web.shape import problem

KEYS = ["question", "searched_as", "status", "confidence", "reason", "answer", "passages", "retrieval", "took_ms"]
PASSAGE = [
    *("rank", "id", "score", "text", "heading", "document", "start", "end", "evidence", "kind", "page"),
    *("location", "copies", "copies_total"),
]


def ask(client: FlaskClient, **body: object) -> dict[str, Any]:
    """Return the answer to a valid body."""
    response = client.post("/v1/ask", json=body)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.get_json()
    return answer


def test_shape_and_order_of_an_answer(client: FlaskClient) -> None:
    """Keys and their order are those of docs/api.md."""
    answer = ask(client, question="Who?")
    assert list(answer) == KEYS
    assert list(answer["passages"][0]) == PASSAGE
    assert list(answer["passages"][0]["document"]) == ["id", "title", "sha256", "date"]
    assert list(answer["answer"]) == ["text", "document", "start", "end", "sentence", "kind", "confidence", "spans"]
    assert list(answer["answer"]["spans"][0]) == list(answer["answer"]["sentence"]) == ["text", "start", "end"]
    assert answer["answer"]["text"] == TEXT[NAME.start : NAME.end]
    assert answer["passages"][0]["evidence"] == [{"start": SENTENCE.start, "end": SENTENCE.end}]


def test_an_answer_fits_its_schema(client: FlaskClient) -> None:
    """An answer validates against its schema in the OpenAPI document."""
    schema = TypeAdapter(Answer).json_schema(mode="serialization")
    for question in ("Who?", "perhaps", "somewhere", "the capital"):
        Draft202012Validator(schema).validate(ask(client, question=question, explain=True))


def test_not_found_has_no_answer_but_passages(client: FlaskClient) -> None:
    """The caller decides what to show."""
    answer = ask(client, question="the capital of France")
    assert (answer["status"], answer["answer"], answer["reason"]) == ("not_found", None, "unknown_words")
    assert answer["passages"]


def test_raw_scores_only_on_request(client: FlaskClient) -> None:
    """``explanation`` appears with ``explain`` and not without."""
    assert "explanation" not in ask(client, question="Who?")["passages"][0]
    assert ask(client, question="Who?", explain=True)["passages"][0]["explanation"]["fused"] == 0.9


def test_the_engine_gets_every_option(client: FlaskClient, engine: HandMade) -> None:
    """A full body becomes a full ``Request``; the question is trimmed."""
    turns = [{"question": "Before?", "answer": "Yes"}, {"question": "And?"}, {"question": "So?", "answer": None}]
    ask(
        client, question="  Who? \n", history=turns, top_k=50, mode="fast",
        filter={"document": [DOCUMENT, "*.md"]}, explain=True,
    )  # fmt: skip
    history = (Turn("Before?", "Yes"), Turn("And?"), Turn("So?"))
    assert engine.asked == [Request("Who?", history, 50, "fast", (DOCUMENT, "*.md"), True)]


def test_the_url_says_the_same_as_the_body(client: FlaskClient, engine: HandMade) -> None:
    """GET asks the engine what POST asks it."""
    response = client.get(f"/v1/ask?q=+Who%3F&top_k=7&mode=fast&document={DOCUMENT}&document=*&explain=true")
    assert list(response.get_json()) == KEYS
    assert engine.asked == [Request("Who?", (), 7, "fast", (DOCUMENT, "*"), True)]


def test_defaults(client: FlaskClient, engine: HandMade) -> None:
    """Defaults are the same in the body and in the URL: three forms of one request, asked once."""
    ask(client, question="Who?")
    ask(client, question="Who?", filter={})
    client.get("/v1/ask?q=Who?")
    assert engine.asked == [Request("Who?")]


@pytest.mark.parametrize("question", ["x" * 1000, " " + "漢" * 1000 + " ", "👩‍👩‍👧", "שלום", "\u202eevil", "e\u0301"])
def test_questions_that_are_fine(client: FlaskClient, question: str) -> None:
    """The question comes back as sent, without white space around it."""
    assert ask(client, question=question)["question"] == question.strip()
    assert client.get("/v1/ask", query_string={"q": question}).get_json()["question"] == question.strip()


def test_japanese_is_not_escaped(client: FlaskClient) -> None:
    """Text is sent as UTF-8, readable in a terminal."""
    assert "映画" in client.post("/v1/ask", json={"question": "映画"}).text


def test_a_byte_order_mark_is_let_through(client: FlaskClient, engine: HandMade) -> None:
    """Some editors write one before the JSON."""
    body = b"\xef\xbb\xbf" + json.dumps({"question": "Who?"}).encode()
    assert client.post("/v1/ask", data=body, content_type="application/json; charset=utf-8").status_code == 200


def test_batch_in_order(client: FlaskClient, engine: HandMade) -> None:
    """Strings and objects mix; the answers are in order, raw scores only where requested."""
    questions = ["one", {"question": "two", "top_k": 3, "explain": True}, "the capital"]
    answers = client.post("/v1/ask/batch", json={"questions": questions}).get_json()["answers"]
    assert [answer["question"] for answer in answers] == ["one", "two", "the capital"]
    assert ["explanation" in answer["passages"][0] for answer in answers] == [False, True, False]
    assert engine.asked[1] == Request("two", top_k=3, explain=True)


def test_a_full_batch(client: FlaskClient) -> None:
    """256 questions are accepted."""
    answers = client.post("/v1/ask/batch", json={"questions": ["Who?"] * 256}).get_json()["answers"]
    assert len(answers) == 256


def test_an_unknown_document_in_a_batch_is_placed(client: FlaskClient) -> None:
    """The error names the question and the entry of its filter."""
    body = {"questions": ["a", {"question": "b", "filter": {"document": ["*", "no.txt"]}}]}
    refused = problem(client.post("/v1/ask/batch", json=body), Code.UNKNOWN_DOCUMENT)
    assert [error["field"] for error in refused["errors"]] == ["questions[1].filter.document[1]"]
    assert "'no.txt'" in refused["detail"]


@pytest.mark.parametrize("pattern", ["nothing*", "?", "[a]"])
def test_a_pattern_may_meet_nothing(client: FlaskClient, engine: HandMade, pattern: str) -> None:
    """That is the engine's to say (``filtered_out``), not an error."""
    ask(client, question="Who?", filter={"document": [pattern]})
    assert engine.asked[0].documents == (pattern,)


def test_the_engine_may_refuse_a_question(client: FlaskClient, engine: HandMade) -> None:
    """A QuestionError is a problem of the caller and keeps its message."""
    engine.error = QuestionError("say more")
    assert problem(client.post("/v1/ask", json={"question": "a"}), Code.INVALID_QUESTION)["detail"] == "say more"


def test_a_body_on_get_is_ignored(client: FlaskClient) -> None:
    """GET reads its URL only."""
    assert client.get("/v1/ask?q=Who", data=b"{{{", content_type="application/json").status_code == 200
