"""A conversation becomes the question and the history that ``POST /v1/ask`` would get for it."""

from typing import Any

import pytest

from qa.types import Request, Turn
from qa.web.chat.conversation import build_question
from qa.web.chat.models import ChatBody
from qa.web.errors.problems import Code, ProblemError

Messages = list[dict[str, Any]]
IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,"}}


def question_of(messages: Messages, model: str = "netsphere") -> Request:
    return build_question(ChatBody.model_validate({"model": model, "messages": messages}))


def user(content: object) -> dict[str, Any]:
    return {"role": "user", "content": content}


def assistant(content: object) -> dict[str, Any]:
    return {"role": "assistant", "content": content}


def test_the_last_message_is_the_question_and_the_others_its_history() -> None:
    """Each question with its answer, oldest first; whatever a system message asks for is not read."""
    messages = [
        {"role": "system", "content": "Answer in rhyme."},
        user("Who directed it?"),
        assistant("Seshita"),
        user(" When? "),
    ]
    assert question_of(messages) == Request("When?", (Turn("Who directed it?", "Seshita"),))
    assert question_of([*messages, {"role": "developer", "content": "Be brief."}]).question == "When?"


def test_a_model_is_a_mode() -> None:
    """The same modes that ``/v1/ask`` takes."""
    assert question_of([user("Who?")]).mode == "precise"
    assert question_of([user("Who?")], "netsphere-fast").mode == "fast"
    with pytest.raises(
        ProblemError, match="'gpt-6' does not exist; the models are netsphere, netsphere-fast"
    ) as caught:
        question_of([user("Who?")], "gpt-6")
    assert caught.value.code is Code.MODEL_NOT_FOUND


def test_the_text_parts_of_a_message_are_one_question() -> None:
    """One a line, as front ends send them."""
    assert (
        question_of([user([{"type": "text", "text": "Who?"}, {"type": "text", "text": "And when?"}])]).question
        == "Who?\nAnd when?"
    )


@pytest.mark.parametrize(
    ("messages", "history"),
    [
        ([user("A"), user("B")], (Turn("A"), Turn("B"))),
        ([assistant("Welcome!")], ()),
        ([user("A"), assistant(None), {"role": "tool", "content": "42"}, assistant("a")], (Turn("A", "a"),)),
        ([user([IMAGE]), assistant("A cat."), user("A"), assistant("a")], (Turn("A", "a"),)),
        ([user("x" * 1001), assistant("Too long."), user("A")], (Turn("A"),)),
        ([user("A"), assistant("a" * 20_000)], (Turn("A", "a" * 10_000),)),
        ([user("A"), assistant("Not found in these documents.\n\nNo passage.")], (Turn("A"),)),
        ([user("A\0"), assistant("\0a")], (Turn("A", "a"),)),
        ([user("\0 \0"), assistant("a"), user("A"), assistant("\0 \0")], (Turn("A"),)),
        ([user("\ud800A"), assistant("a\udfff")], (Turn("A", "a"),)),
        ([user(str(number)) for number in range(30)], tuple(Turn(str(number)) for number in range(10, 30))),
    ],
    ids=["no answer", "welcome", "tool", "image", "long question", "long answer", "not found", "NUL", "only NUL",
         "surrogate", "many turns"],
)  # fmt: skip
def test_what_was_said_before_never_stops_a_conversation(messages: Messages, history: tuple[Turn, ...]) -> None:
    """Front ends send all of it, so that it is bounded and not refused."""
    assert question_of([*messages, user("Who?")]).history == history


@pytest.mark.parametrize(
    ("messages", "field", "code"),
    [
        ([assistant("The film")], "messages[0].role", Code.OUT_OF_BOUNDS),
        ([user("Who?"), assistant("The film")], "messages[1].role", Code.OUT_OF_BOUNDS),
        ([{"role": "system", "content": "Be brief."}], "messages[0].role", Code.OUT_OF_BOUNDS),
        ([user("Who?"), {"role": "tool", "content": "42"}], "messages[1].role", Code.OUT_OF_BOUNDS),
        ([user([{"type": "text", "text": "Who is this?"}, IMAGE])], "messages[0].content[1].type", Code.OUT_OF_BOUNDS),
        ([user(" ")], "messages[0].content", Code.OUT_OF_BOUNDS),
        ([user(None)], "messages[0].content", Code.OUT_OF_BOUNDS),
        ([user("A"), user("x" * 1001)], "messages[1].content", Code.OUT_OF_BOUNDS),
        ([user("A\0B")], "messages[0].content", Code.INVALID_TEXT),
    ],
    ids=["prefill", "continue", "system only", "tool result", "image", "blank", "nothing", "too long", "NUL"],
)
def test_what_is_no_question_is_refused(messages: Messages, field: str, code: Code) -> None:
    """With the place in the conversation; a question with an image is not answered without looking at it."""
    with pytest.raises(ProblemError) as caught:
        question_of(messages)
    assert (caught.value.errors[0].field, caught.value.code) == (field, code)
