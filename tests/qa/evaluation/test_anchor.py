"""Quotes found again in texts that have changed."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import UsageError
from index.types import Span
from qa.evaluation.data.anchor import anchor_evidence, drop_unknown_documents
from qa.evaluation.types import Dataset, GoldEvidence, Judgement

QUOTE = "The film is directed by Hiroyuki Seshita and written by Tsutomu Nihei."
TEXT = f"Blame! is a manga. {QUOTE} It was released in 2017."
START = TEXT.index(QUOTE)


def judged(quote: str = QUOTE, start: int = START, document: str = "a.txt") -> Dataset:
    gold = GoldEvidence(document, Span(start, start + len(quote)), quote)
    judgement = Judgement("q1", "Who?", evidence=(gold,), documents={document: 1}, where="j.jsonl:1")
    return Dataset("j", (judgement,))


def found(dataset: Dataset, text: str) -> tuple[str, list[str]]:
    """The words that are judged now, and what is said of them."""
    result = anchor_evidence(dataset, {"a.txt": text}.get)
    gold = result.judgements[0].evidence[0]
    assert text[gold.span.start : gold.span.end] == gold.quote
    return gold.quote, [str(problem) for problem in result.problems]


def test_a_quote_in_its_place_stays_as_it_is() -> None:
    """The judgement is the same object's equal, and nothing is said."""
    dataset = judged()
    assert anchor_evidence(dataset, {"a.txt": TEXT}.get) == dataset


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_quote_that_moved_is_found_exactly(before: str, after: str) -> None:
    """Whatever was written before or after it."""
    assert found(judged(), before + QUOTE + after) == (QUOTE, [])


def test_of_several_places_the_nearest_to_the_old_one_is_meant() -> None:
    """A refrain stands in many places."""
    text = "Killy walks. " * 5
    result = anchor_evidence(judged("Killy walks.", 27), {"a.txt": text}.get)
    assert result.judgements[0].evidence[0].span.start == 26


@pytest.mark.parametrize(
    "now",
    [
        QUOTE.upper(),
        QUOTE.replace(" ", "\n   "),
        QUOTE.replace(" ", "\u00a0"),
        QUOTE.replace("film", "ﬁlm"),
    ],
)
def test_white_space_case_and_forms_of_characters_do_not_lose_a_quote(now: str) -> None:
    """The words are those of the text as it is now, with its own offsets, and nothing needs saying."""
    assert found(judged(), f"İ ﷺ Before it. {now} After it.") == (now, [])


@pytest.mark.parametrize(
    ("quote", "now"),
    [('He said "stop" – then left.', "He said “stop” - then left."), ("It’s the city's end.", "It's the city’s end.")],
)
def test_curled_quotation_marks_and_dashes_are_the_straight_ones(quote: str, now: str) -> None:
    """Editors change them without being asked."""
    assert found(judged(quote, 0), f"Before. {now} After.") == (now, [])


def test_an_edited_sentence_is_found_and_said() -> None:
    """A word was mended: the sentence is still the one meant, and the problem shows both."""
    edited = QUOTE.replace("directed", "co-directed").replace("written", "scripted")
    words, said = found(judged(), f"Blame! is a manga. {edited} It was released.")
    assert "co-directed by Hiroyuki Seshita and scripted by Tsutomu" in words
    assert said[0].startswith("j.jsonl:1 quotes 'The film is directed by")
    assert "now reads" in said[0]


def test_a_quote_that_is_gone_is_listed_and_its_question_not_asked() -> None:
    """Never scored as a silent zero; the other questions are asked."""
    kept = replace(judged().judgements[0], id="q2", where="j.jsonl:2")
    lost = replace(
        kept,
        id="q1",
        where="j.jsonl:1",
        evidence=(GoldEvidence("a.txt", Span(0, 40), "Killy carries a gravitational beam emitter"),),
    )
    result = anchor_evidence(Dataset("j", (lost, kept)), {"a.txt": TEXT}.get)
    assert [judgement.id for judgement in result.judgements] == ["q2"]
    assert [problem.where for problem in result.problems] == ["j.jsonl:1", "j.jsonl:1"]
    assert "no longer holds; judge it again or delete it" in str(result.problems[0])
    assert "question 'q1' has no evidence left; it is not asked" in str(result.problems[1])


def test_a_question_keeps_the_evidence_that_is_left() -> None:
    """One of two places is gone with its document."""
    two = judged().judgements[0]
    two = replace(
        two,
        evidence=(*two.evidence, GoldEvidence("gone.txt", Span(0, 3), "Me.")),
        documents={"a.txt": 1, "gone.txt": 1},
    )
    result = anchor_evidence(Dataset("j", (two,)), {"a.txt": TEXT}.get)
    assert result.judgements[0].documents == {"a.txt": 1}
    assert "'gone.txt', which the index lacks" in str(result.problems[0])


def test_a_short_quote_is_not_guessed() -> None:
    """Four letters are nearly like too much."""
    with pytest.raises(UsageError, match="none of what was judged is found"):
        anchor_evidence(judged("Nihei!", 0), {"a.txt": "Nohei? Nihai?"}.get)


def test_judgements_over_another_collection_are_refused() -> None:
    """With the first quote that is not there."""
    with pytest.raises(UsageError, match=r"j is judged over another collection .* j\.jsonl:1 is judged with 'b\.txt'"):
        anchor_evidence(judged(document="b.txt"), {"a.txt": TEXT}.get)


def test_documents_that_the_index_lacks_are_listed() -> None:
    """The question is asked for those that it has; a question with none left is not asked."""
    some = Judgement("q1", "?", documents={"a": 1, "b": 2}, where="q:1")
    none = Judgement("q2", "?", documents={"b": 1}, where="q:2")
    result = drop_unknown_documents(Dataset("j", (some, none)), {"a"}.__contains__)
    assert [(j.id, j.documents) for j in result.judgements] == [("q1", {"a": 1})]
    assert [str(problem) for problem in result.problems] == [
        "q:1 is judged with 'b', which the index lacks; left out",
        "q:2 is judged with 'b', which the index lacks; left out",
    ]
    with pytest.raises(UsageError, match="q:2 is judged with 'b', which the index lacks"):
        drop_unknown_documents(Dataset("j", (none,)), {"a"}.__contains__)
