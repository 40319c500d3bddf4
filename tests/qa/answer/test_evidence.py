"""Evidence over a collection made by hand, of which every vector is known."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.search.bm25 import BM25Index
from index.text.analyzer import Analyzer
from index.types import Embeddings, Passage, Span
from qa.answer.evidence import Evidence, EvidenceMarker
from qa.query.understand import understand
from qa.ranking.fusion import Hit
from qa.ranking.idf import IdfWeights
from qa.types import Query, Reading, Request

# One passage "cats sleep. dogs dig. rats dig." that begins at 10, below a heading at 5.
SENTENCES = (Span(10, 21), Span(22, 31), Span(32, 41))
TEXTS = ["cats sleep.", "dogs dig.", "rats dig."]
TEXT = f"Pets {' '.join(TEXTS)}"
ANALYZER = Analyzer("none")
LEXICAL = BM25Index.build([["cats", "sleep", "dogs", "dig", "rats"], ["cats"], ["other"], ["words"]])


def mark(cosines: list[float], query: Query, reading: Reading | None = None) -> Evidence:
    """The evidence of the passage if its sentences have these cosines with the question."""
    (found,) = mark_all(cosines, query, [reading])
    return found


def mark_all(cosines: list[float], query: Query, readings: list[Reading | None]) -> list[Evidence]:
    """The evidence of hits of the passage with these readings, as if they were several passages."""
    vectors = np.array([[cosine, 0.0] for cosine in cosines], dtype=np.float32)
    contents = SimpleNamespace(
        passages=Passages(),
        units=np.array([(0, span.start, span.end) for span in SENTENCES]),
        store=SimpleNamespace(vectors=lambda rows: vectors[rows]),
    )
    marker = EvidenceMarker(contents, ANALYZER, IdfWeights(LEXICAL))
    return marker.mark_evidence(query, [Hit(0, 1.0, 0.5, 1.0, 1, 1, reading) for reading in readings])


class Passages:
    """The one passage."""

    def __getitem__(self, position: int) -> Passage:
        return Passage("a", 5, 41, SENTENCES, "Pets")

    def get_text(self, position: int) -> str:
        return TEXT

    def get_sentence_texts(self, position: int) -> list[str]:
        return TEXTS


def ask(question: str, encoded: bool = True) -> Query:
    query = understand(Request(question), ANALYZER)
    vectors = Embeddings(np.array([[1.0, 0.0]], dtype=np.float32), ())
    return replace(query, embeddings=vectors if encoded else None)


def test_the_sentences_that_hold_the_readers_words_are_the_evidence() -> None:
    """Offsets of the reader are those of the passage; an explanation across two sentences marks both."""
    one = mark([0.9, 0.0, 0.0], ask("cats"), Reading(1.0, 1.0, Span(17, 21)))
    assert (one.sentences, one.answer, one.words) == ((SENTENCES[1],), Span(22, 26), "dogs")
    two = mark([0.9, 0.0, 0.0], ask("why do cats sleep?"), Reading(1.0, 1.0, Span(5, 26)))
    assert two.sentences == SENTENCES[:2]


def test_instead_of_the_words_all_sentences_that_hold_them_are_shown() -> None:
    """Without words the best sentence alone, also if a second one is marked."""
    two = mark([0.9, 0.0, 0.0], ask("why do cats sleep?"), Reading(1.0, 1.0, Span(5, 26)))
    assert two.sentence == Span(10, 31)
    none = mark([1.0, 0.975, 0.0], ask("yak"))
    assert (len(none.sentences), none.sentence) == (2, SENTENCES[0])


def test_words_without_content_are_no_words() -> None:
    """A reader's full stop is not shown: the likeliest sentence is marked instead."""
    found = mark([0.9, 0.0, 0.0], ask("cats"), Reading(1.0, 1.0, Span(25, 26)))
    assert (found.sentences, found.answer, found.words) == ((SENTENCES[0],), None, "")


def test_words_in_the_heading_are_no_answer() -> None:
    """A heading says what the passage is about: the likeliest sentence is marked instead."""
    found = mark([0.9, 0.0, 0.0], ask("cats"), Reading(1.0, 1.0, Span(0, 4)))
    assert (found.sentences, found.answer) == ((SENTENCES[0],), None)


def test_words_do_not_begin_in_the_heading() -> None:
    """If the reader runs heading and sentence together, the words of the sentence are the answer."""
    found = mark([0.9, 0.0, 0.0], ask("cats"), Reading(1.0, 1.0, Span(0, 9)))
    assert (found.sentences, found.answer, found.words) == ((SENTENCES[0],), Span(10, 14), "cats")


@given(st.integers(0, len(TEXT)), st.integers(0, len(TEXT)))
def test_words_lie_in_their_sentence(start: int, end: int) -> None:
    """Whatever the reader says."""
    found = mark([0.9, 0.0, 0.0], ask("why do cats sleep?"), Reading(1.0, 1.0, Span(min(start, end), max(start, end))))
    if found.answer:
        assert found.sentence.start <= found.answer.start < found.answer.end <= found.sentence.end


@pytest.mark.parametrize(("cosine", "best"), [(0.9, 1), (1.1, 0)])
def test_a_cosine_counts_as_much_as_all_terms_together(cosine: float, best: int) -> None:
    """The second sentence has the only term, the first is nearer."""
    assert mark([cosine, 0.0, 0.0], ask("dogs")).sentences == (SENTENCES[best],)


@pytest.mark.parametrize(("second", "marked"), [(0.965, 1), (0.975, 2)])
def test_a_second_sentence_is_marked_if_it_is_nearly_as_good(second: float, marked: int) -> None:
    """From 97 % of the best score on; a third never is."""
    found = mark([1.0, second, second], ask("yak")).sentences
    assert found == SENTENCES[:marked]


def test_without_a_vector_terms_alone_decide() -> None:
    """As if all cosines were 0; if nothing is covered, the first sentence is marked."""
    assert mark([0.9, 0.0, 0.0], ask("rats", encoded=False)).sentences == (SENTENCES[2],)
    assert mark([0.0, 0.0, 0.9], ask("yak", encoded=False)).sentences == (SENTENCES[0],)


def test_passages_are_marked_in_their_order() -> None:
    """Between two passages without the reader's words one that has them, each as if it were the only one."""
    readings = [None, Reading(1.0, 1.0, Span(5, 9)), None]
    cosines, query = [0.0, 0.9, 0.0], ask("yak")
    assert mark_all(cosines, query, readings) == [mark(cosines, query, reading) for reading in readings]
    assert mark_all(cosines, query, []) == []
