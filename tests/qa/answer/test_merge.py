"""The answers of several collections become one, and none is less or more sure than by itself."""

from collections.abc import Mapping
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from index.types import Span
from qa.answer.merge import merge_answers
from qa.ranking.retrieval import Leg, Retrieval
from qa.types import (
    MAX_COPIES,
    Answer,
    AnswerKind,
    AnswerPassage,
    AnswerText,
    PassageCopy,
    Quote,
    Reason,
    Source,
    Status,
)


def make_passage(document: str, score: float, text: str = "") -> AnswerPassage:
    """Return a passage that is all of its document."""
    text = text or f"What {document} says."
    source = Source(document, document.upper(), "0" * 64)
    return AnswerPassage(1, f"{document}#0-{len(text)}", score, text, None, source, 0, len(text), (Span(0, 4),))


def make_answer(status: Status, *passages: AnswerPassage, degraded: tuple[str, ...] = ()) -> Answer:
    """Return an answer whose confidence is the score of its first passage, and whose words are from there."""
    legs = Leg("dense", True, 3), Leg("lexical", "lexical" not in degraded, 2)
    confidence = passages[0].score if passages else 0.0
    words = None
    if passages and status is not Status.NOT_FOUND:
        first = passages[0]
        quote = Quote(first.text[:4], 0, 4)
        words = AnswerText(quote.text, first.document.id, 0, 4, quote, AnswerKind.SPAN, confidence, (quote,))
    reason = None if status is Status.ANSWERED else Reason.WEAK_MATCH
    retrieval = Retrieval(legs, degraded, "g1")
    return Answer("Who?", "Who?", status, confidence, reason, words, passages, retrieval, 1.5)


def test_the_surest_collection_answers() -> None:
    """Its status, confidence and words are those of the whole, and are said to be its own."""
    books = make_answer(Status.UNSURE, make_passage("a", 0.4))
    films = make_answer(Status.ANSWERED, make_passage("b", 0.9), make_passage("c", 0.3))
    merged = merge_answers({"books": books, "films": films}, 5)
    assert (merged.status, merged.confidence, merged.collection) == (Status.ANSWERED, 0.9, "films")
    assert merged.answer == replace(films.answer, collection="films") if films.answer else False
    assert [(p.document.id, p.collection, p.rank) for p in merged.passages] == [
        ("b", "films", 1),
        ("a", "books", 2),
        ("c", "films", 3),
    ]
    assert merged.took_ms == 3.0


def test_an_answer_comes_before_what_is_unsure() -> None:
    """Each collection decides by itself whether it answers; one that does comes first, whatever the others say."""
    unsure = make_answer(Status.UNSURE, make_passage("a", 0.6))
    sure = make_answer(Status.ANSWERED, make_passage("b", 0.55))
    merged = merge_answers({"books": unsure, "films": sure}, 5)
    assert (merged.status, merged.collection, merged.passages[0].document.id) == (Status.ANSWERED, "films", "b")


def test_each_collection_is_described_as_it_answered_by_itself() -> None:
    """Status, confidence and what failed are told apart, the one that answers first."""
    books = make_answer(Status.NOT_FOUND, make_passage("a", 0.1), degraded=("lexical",))
    films = make_answer(Status.ANSWERED, make_passage("b", 0.9))
    merged = merge_answers({"books": books, "films": films}, 5)
    assert [(c.name, c.status, c.confidence, c.degraded) for c in merged.collections] == [
        ("films", Status.ANSWERED, 0.9, ()),
        ("books", Status.NOT_FOUND, 0.1, ("lexical",)),
    ]
    assert merged.retrieval.degraded == ("lexical",)
    assert merged.retrieval.legs == (Leg("dense", True, 6), Leg("lexical", False, 4))


def test_a_collection_that_was_left_out_is_named() -> None:
    """Whoever reads the answer sees that not everything was searched."""
    merged = merge_answers({"films": make_answer(Status.ANSWERED, make_passage("b", 0.9))}, 5, ["books"])
    assert merged.retrieval.degraded == ("collection:books",)
    assert [collection.name for collection in merged.collections] == ["films"]


def test_the_same_text_of_two_collections_is_shown_once() -> None:
    """The likelier one is shown, and the other one is its copy, with its collection; case and spaces do not count."""
    films = make_answer(Status.ANSWERED, make_passage("a", 0.9, "The same text."))
    books = make_answer(Status.ANSWERED, make_passage("a", 0.8, "The  SAME text."), make_passage("b", 0.2))
    merged = merge_answers({"films": films, "books": books}, 5)
    assert [(p.document.id, p.collection) for p in merged.passages] == [("a", "films"), ("b", "books")]
    (copy,) = merged.passages[0].copies
    assert (copy.document.id, copy.collection, merged.passages[0].copies_total) == ("a", "books", 1)


def test_copies_are_bounded_and_counted() -> None:
    """The list has its maximum, and the number is that of all places."""
    many = tuple(PassageCopy(f"{n}#0", Source(str(n), "", "0" * 64), 0, 1) for n in range(MAX_COPIES))
    passage = replace(make_passage("a", 0.9, "Same."), copies=many, copies_total=70)
    other = replace(passage, score=0.5)
    merged = merge_answers(
        {"films": make_answer(Status.ANSWERED, passage), "books": make_answer(Status.ANSWERED, other)}, 5
    )
    assert len(merged.passages[0].copies) == MAX_COPIES
    assert merged.passages[0].copies_total == 70 + 1 + 70


def test_nothing_anywhere_is_not_found() -> None:
    """Without a passage in any collection there is none to show, and the first reason stays."""
    merged = merge_answers({"films": make_answer(Status.NOT_FOUND), "books": make_answer(Status.NOT_FOUND)}, 5)
    assert (merged.status, merged.answer, merged.passages, merged.collection) == (Status.NOT_FOUND, None, (), "films")


SCORES = st.lists(st.floats(0, 1), max_size=6).map(lambda scores: sorted(scores, reverse=True))


@given(st.dictionaries(st.sampled_from("abcd"), SCORES, min_size=1), st.integers(1, 20))
def test_passages_keep_their_scores_and_their_order(scores: Mapping[str, list[float]], top_k: int) -> None:
    """No score changes, no passage is lost before ``top_k``, and likelier ones come first."""
    answers = {
        name: make_answer(Status.UNSURE, *(make_passage(f"{name}{n}", score) for n, score in enumerate(own)))
        for name, own in scores.items()
    }
    merged = merge_answers(answers, top_k)
    found = [passage.score for passage in merged.passages]
    assert found == sorted((score for own in scores.values() for score in own), reverse=True)[:top_k]
    assert [passage.rank for passage in merged.passages] == list(range(1, len(found) + 1))
    for name in scores:
        own = [passage.document.id for passage in merged.passages if passage.collection == name]
        assert own == [f"{name}{n}" for n in range(len(own))]
