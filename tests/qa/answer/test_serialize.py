"""The JSON of an answer has every field of the dataclasses, and no other."""

from dataclasses import asdict, replace

import pytest

from index.types import PassageKind, Span
from qa.answer.plain_forms import PlainAnswer, PlainPassage, PlainText
from qa.answer.serialize import answer_json
from qa.ranking.retrieval import Leg, Retrieval
from qa.types import (
    Answer,
    AnswerKind,
    AnswerPassage,
    AnswerText,
    CollectionAnswer,
    Explanation,
    PassageCopy,
    Quote,
    Reason,
    Source,
    Status,
)

EXPLANATION = Explanation(0.123456, 1, 7.654321, 2, 0.987654)
PASSAGE = AnswerPassage(
    1, "a#1", 0.98765, "Ann made it.", "Film", Source("a", "A", "0" * 64), 1, 13, (Span(1, 4),), PassageKind.BODY, 3, "page 3",
    (PassageCopy("b#0", Source("b", "B", "1" * 64), 0, 12),), 1, EXPLANATION,
)  # fmt: skip
WORDS = AnswerText(
    "Ann", "a", 1, 4, Quote("Ann made it.", 1, 13), AnswerKind.SPAN, 0.87654, (Quote("Ann", 1, 4),)
)  # fmt: skip
FULL = Answer(
    "Who?", "Who made it?", Status.UNSURE, 0.98765, Reason.WEAK_MATCH, WORDS, (PASSAGE,), Retrieval((Leg("dense", True, 1), Leg("lexical", False, 0)), ("lexical",), "g1"), 1.23456,
)  # fmt: skip


PLAIN_PASSAGE = PlainPassage("Ann made it.", (Span(0, 3),), "Film")
PLAIN_ANSWER = PlainAnswer("Ann", ("Ann",), PlainText("Ann made it.", (Span(0, 3),)))
# As a server of several collections returns it to one who asked for plain texts, too.
NAMED = replace(
    FULL,
    answer=replace(WORDS, collection="films", plain=PLAIN_ANSWER),
    passages=(
        replace(
            PASSAGE,
            collection="films",
            copies=(replace(PASSAGE.copies[0], collection="books"),),
            plain=PLAIN_PASSAGE,
        ),
    ),
    collection="films",
    collections=(
        CollectionAnswer("films", Status.UNSURE, 0.98765, Reason.WEAK_MATCH, "Who made it?", ("lexical",), "g1"),
    ),
)


def list_keys(value: object) -> object:
    """The keys of nested objects, in order, without their values."""
    if isinstance(value, dict):
        return [(key, list_keys(one)) for key, one in value.items()]
    return [list_keys(one) for one in value] if isinstance(value, list | tuple) else None


def test_every_field_of_every_dataclass_is_there_in_its_order() -> None:
    """A field that is added to one, and so to the schema in OpenAPI, cannot be forgotten."""
    assert list_keys(answer_json(NAMED)) == list_keys(asdict(NAMED))


def test_names_of_collections_are_left_out_where_there_is_one() -> None:
    """A server of one folder answers as it did before there were several."""
    shown = answer_json(FULL)
    assert not {"collection", "collections"} & shown.keys()
    parts = shown["answer"], shown["passages"][0], shown["passages"][0]["copies"][0]
    assert not any("collection" in part for part in parts)


def test_confidences_have_four_digits_and_times_two() -> None:
    """What follows is noise; raw scores are shown as they are."""
    shown = answer_json(FULL)
    assert (shown["confidence"], shown["passages"][0]["score"], shown["took_ms"]) == (0.9877, 0.9877, 1.23)
    assert (shown["answer"]["confidence"], shown["answer"]["kind"]) == (0.8765, "span")
    assert shown["passages"][0]["explanation"]["fused"] == 0.987654


@pytest.mark.parametrize(("reason", "expected"), [(None, None), (Reason.EMPTY_INDEX, "empty_index")])
def test_what_is_missing_is_null_but_for_the_explanation(reason: Reason | None, expected: str | None) -> None:
    """``explanation`` is absent unless it was asked for; all other keys are always there."""
    bare = replace(PASSAGE, heading=None, page=None, location=None, explanation=None)
    shown = answer_json(replace(FULL, answer=None, reason=reason, passages=(bare,)))
    assert (shown["answer"], shown["reason"], shown["status"]) == (None, expected, "unsure")
    assert (shown["passages"][0]["heading"], shown["passages"][0]["page"]) == (None, None)
    assert "explanation" not in shown["passages"][0]
