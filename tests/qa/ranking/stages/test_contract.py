"""What every ranking stage of every mode must keep, whatever it does."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from index.generation.generation import Generation
from index.text.analyzer import Analyzer
from index.types import Embeddings, Encoder, Span
from qa.evaluation.ablation.rows import EveryLanguage
from qa.query.encode import encode_questions
from qa.query.understand import understand
from qa.ranking.fusion import Hit
from qa.ranking.stages import STAGES
from qa.ranking.stages.late_interaction import LateInteraction
from qa.ranking.stages.rerank import NEVER_STOP, STOPPING_RULE, Rerank, StoppingRule
from qa.reader import load_reader
from qa.types import Query, Reader, Reading, Request

MAKERS = sorted({maker for makers in STAGES.values() for maker in makers}, key=lambda maker: maker.__name__)


def asked(encoder: Encoder, question: str = "Who directed the film?") -> Query:
    return replace(understand(Request(question), Analyzer()), embeddings=encode_questions(encoder, [question])[0])


def hit(passage: int, score: float) -> Hit:
    return Hit(passage, score, dense=0.5, lexical=1.0, dense_rank=1, lexical_rank=1)


# What the stage returned, and how many passages its reader read.
Reranked = tuple[list[Hit], int]
WHO = Request("Who?")
READERS = {"shipped": load_reader("shipped"), "none": None}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("maker", MAKERS, ids=lambda maker: maker.__name__)
def test_a_stage_loses_and_invents_no_hit_and_ranks_by_score(
    maker: object, reader: str, generation: Generation, encoder: Encoder
) -> None:
    """The same passages come out, best first, ties by position, twice the same; with and without a reader."""
    stage = maker(generation.contents, READERS[reader])
    query = asked(encoder)
    hits = [hit(p, 1.0 - 0.05 * (p // 2)) for p in range(len(generation.contents.passages))]
    ranked = stage(query, list(hits))
    assert sorted(hit.passage for hit in ranked) == [hit.passage for hit in hits]
    assert ranked == sorted(ranked, key=lambda hit: (-hit.score, hit.passage))
    assert stage(query, list(hits)) == ranked
    assert stage(query, []) == []


def test_both_modes_have_stages() -> None:
    """``fast`` and ``precise`` are the modes of the API."""
    assert set(STAGES) == {"fast", "precise"}


class WantsThird:
    """A reader that is certain of the third passage it is given, and of its first word."""

    name = "wants the third"

    def __init__(self) -> None:
        self.given: list[str] = []

    def read(self, question: str, passages: Iterable[tuple[str, str]]) -> Iterator[Reading]:
        for _, text in passages:
            self.given.append(text)
            yield Reading(*([9.0, 9.0] if len(self.given) == 3 else [-9.0, -9.0]), Span(0, 1))


class Fails(WantsThird):
    """A reader whose library fails."""

    def read(self, question: str, passages: Iterable[tuple[str, str]]) -> Iterator[Reading]:
        raise RuntimeError("out of memory")


def test_what_the_reader_wants_comes_first_and_what_it_did_not_read_last(generation: Generation) -> None:
    """Its certainty lifts a passage over its betters; the readings stay with the hits."""
    query = understand(Request("Who directed the film?"), Analyzer())
    hits = [hit(p, 0.9 - 0.01 * p) for p in range(len(generation.contents.passages))]
    ranked = Rerank(generation.contents, WantsThird())(query, hits)
    assert [hit.passage for hit in ranked[:3]] == [2, 0, 1]
    read = [hit for hit in ranked if hit.reading]
    assert ranked[: len(read)] == read
    assert 1 < len(read) < len(hits)


class Scripted:
    """A reader that finds each passage as relevant as the number that it is, and counts those that it has read."""

    name = "scripted"

    def __init__(self) -> None:
        self.read_so_far = 0

    def read(self, question: str, passages: Iterable[tuple[str, str]]) -> Iterator[Reading]:
        for _, text in passages:
            self.read_so_far += 1
            yield Reading(float(text.strip("x")), 0.0, None)


def rerank_scripted(
    relevances: list[float], scores: list[float], size: int = 1, rule: StoppingRule = STOPPING_RULE
) -> Reranked:
    """Rerank passages of this size, given the relevance and the fused score of each."""
    texts = [str(relevance).ljust(size, "x") for relevance in relevances]
    # A context does not count.
    passages = SimpleNamespace(get_text=texts.__getitem__, get_context=lambda position: "context " * 100)
    reader = Scripted()
    hits = [hit(passage, score) for passage, score in enumerate(scores)]
    stage = Rerank(SimpleNamespace(passages=passages), reader, 0.1, stopping=rule)
    return stage(understand(WHO, Analyzer()), hits), reader.read_so_far


@pytest.mark.parametrize(
    ("size", "count"), [(10, 12), (275, 12), (276, 11), (1100, 3), (1650, 2), (1651, 1), (5000, 1)]
)
def test_at_most_twelve_passages_and_3300_characters_are_read(size: int, count: int) -> None:
    """If none is more relevant than another; the first is read however long it is."""
    ranked, read = rerank_scripted([0.0] * 14, [0.9 - 0.01 * p for p in range(14)], size)
    assert [one.reading is not None for one in ranked] == [True] * count + [False] * (14 - count)
    assert read == count


def test_it_reads_on_while_the_next_is_likely_to_become_the_first() -> None:
    """With a weight of 0.1 a passage of 375 letters gains 1.325, and 0.25 less for each point that it is behind."""
    scores = [2.0, 1.85, 1.5, 1.4, 1.3, 1.2]
    first, third = [4.0, *[-8.0] * 5], [-8.0, -8.0, 4.0, *[-8.0] * 3]
    assert [rerank_scripted(some, scores, 375)[1] for some in (first, third)] == [1, 3]
    # The first one has 2 and 1.2; the third would have 1.885 and 1.29625.
    assert rerank_scripted(first, [2.0, 1.95, 1.885, 1.0], 375)[1] == 2
    assert rerank_scripted(first, [2.0, 1.95, 1.91, 1.0], 375)[1] == 3
    assert rerank_scripted(first, [2.0, 1.95, 1.885, 1.0], 40)[1] == 3
    assert rerank_scripted(first, [2.0, 1.95, 1.885, 1.0], 375, rule=StoppingRule(fall=0.0))[1] == 3
    assert rerank_scripted(first, scores, 375, rule=NEVER_STOP)[1] == 6


def test_the_best_unread_hit_is_expected_to_gain_as_a_passage_does_on_average() -> None:
    """A logit of 1, less what it is behind; nothing is expected of the others, or if all were read."""
    ranked, read = rerank_scripted([4.0, -8.0, -8.0], [2.0, 1.6, 1.5])
    assert read == 1
    assert [one.expected for one in ranked] == pytest.approx([0.0, 1.6 + 0.1 * (8 + 1 - 0.4 * 2.5), 0.0])
    ranked, read = rerank_scripted([-8.0] * 3, [2.0, 1.9, 1.8])
    assert (read, [one.expected for one in ranked]) == (3, [0.0] * 3)


@pytest.mark.parametrize(
    ("relevances", "size", "count"),
    [
        ([-5.0] * 6, 400, 3),
        ([-5.0] * 6, 200, 5),
        ([-5.0] * 6, 100, 6),
        ([-5.0, -5.0, -3.9, -5.0, -5.0, -5.0], 400, 6),
    ],
)
def test_it_gives_up_when_a_thousand_characters_have_nothing_to_do_with_the_question(
    relevances: list[float], size: int, count: int
) -> None:
    """Unless the rule says otherwise; what is read by then is ranked as ever."""
    scores = [2.0 - 0.01 * place for place in range(6)]
    assert rerank_scripted(relevances, scores, size)[1] == count
    assert rerank_scripted(relevances, scores, size, rule=NEVER_STOP)[1] == 6


@pytest.mark.parametrize(("relevance", "gain"), [(0.0, 1.2), (2.0, 1.5), (-3.0, 0.75), (1e9, 2.4), (-1e9, 0.0)])
def test_a_reading_adds_its_weighted_logit_over_the_least(relevance: float, gain: float) -> None:
    """Whatever a reader says, the score stays finite and is not below the fused one."""
    reader = SimpleNamespace(read=lambda question, passages: [Reading(relevance, 0.0, None)])
    passages = SimpleNamespace(get_text=lambda position: "text", get_context=lambda position: "")
    (ranked,) = Rerank(SimpleNamespace(passages=passages), reader)(understand(WHO, Analyzer()), [hit(0, 1.0)])
    assert ranked.score == pytest.approx(1.0 + gain, abs=1e-6)


def test_late_interaction_adds_three_times_the_difference_to_the_worst() -> None:
    """And changes nothing else about a hit."""
    tokens = SimpleNamespace(score_passages=lambda question, passages: np.array([0.2, 0.5, 0.3], dtype=np.float32))
    query = replace(
        understand(Request("Who?"), Analyzer()),
        embeddings=Embeddings(np.zeros((1, 2), np.float32), (SimpleNamespace(),)),
    )
    hits = [hit(p, 1.0)._replace(dense_rank=p + 1, lexical_rank=p + 2) for p in range(3)]
    ranked = LateInteraction(SimpleNamespace(tokens=tokens), None)(query, hits)
    assert [one.passage for one in ranked] == [1, 2, 0]
    assert [one.score for one in ranked] == pytest.approx([1.9, 1.3, 1.0])
    assert [one._replace(score=1.0) for one in ranked] == [hits[1], hits[2], hits[0]]


@pytest.mark.leg_failure
def test_a_reader_that_fails_changes_nothing(generation: Generation) -> None:
    """The hits come in the order in which they were, and say why they were not read."""
    query = understand(Request("Who directed the film?"), Analyzer())
    hits = [hit(p, 0.9 - 0.01 * p) for p in range(3)]
    assert Rerank(generation.contents, Fails())(query, hits) == [one._replace(unread="reader") for one in hits]


class ReadsEnglish(WantsThird):
    """A reader of English: of what does not say "kein"."""

    def reads(self, text: str) -> bool:
        return "kein" not in text


def rerank_texts(reader: Reader, question: str) -> list[Hit]:
    """Four passages, of which the second is not in English."""
    texts = SimpleNamespace(
        get_text=lambda position: "English" if position != 1 else "kein Englisch", get_context=lambda position: ""
    )
    query = understand(Request(question), Analyzer())
    return Rerank(SimpleNamespace(passages=texts), reader)(query, [hit(p, 0.9 - 0.1 * p) for p in range(4)])


def test_a_passage_in_another_language_is_not_read_and_gains_the_mean() -> None:
    """So it stays ahead of what the reader finds wrong and falls behind what it finds right."""
    reader = ReadsEnglish()
    ranked = rerank_texts(reader, "Who?")
    assert reader.given == ["English"] * 3
    assert [one.passage for one in ranked] == [3, 1, 0, 2]
    unread = ranked[1]
    assert (unread.reading, unread.unread) == (None, "reader:language")
    gains = [one.score - (0.9 - 0.1 * one.passage) for one in ranked if one.reading]
    assert unread.score - 0.8 == pytest.approx(sum(gains) / 3)
    assert all(one.unread == "" for one in ranked if one.reading)


def test_of_a_question_in_another_language_nothing_is_read() -> None:
    """The hits keep the order and the scores of mode fast."""
    reader = ReadsEnglish()
    ranked = rerank_texts(reader, "Wer ist kein Autor?")
    assert reader.given == []
    assert ranked == [hit(p, 0.9 - 0.1 * p)._replace(unread="reader:language") for p in range(4)]


def test_an_ablation_reads_every_language() -> None:
    """To measure what leaving them out is worth."""
    reader = ReadsEnglish()
    ranked = rerank_texts(EveryLanguage(reader), "Wer ist kein Autor?")
    assert reader.given == ["English", "kein Englisch", "English"]
    assert [one.reading is not None for one in ranked] == [True] * 3 + [False]
    assert not any(one.unread for one in ranked)


@pytest.mark.leg_failure
def test_a_reader_that_returns_too_few_readings_has_failed(generation: Generation) -> None:
    """Nobody could say which passages they belong to."""
    reader = SimpleNamespace(read=lambda question, passages: [])
    query = understand(Request("Who directed the film?"), Analyzer())
    assert Rerank(generation.contents, reader)(query, [hit(0, 0.9)])[0].unread == "reader"


def test_the_tokens_of_the_question_lift_the_passage_that_has_them(generation: Generation, encoder: Encoder) -> None:
    """Of hits that were equal the one comes first whose words are asked for; the worst gains nothing."""
    hits = [hit(p, 0.5) for p in range(len(generation.contents.passages))]
    ranked = LateInteraction(generation.contents, None)(asked(encoder), hits)
    passage = generation.contents.passages[ranked[0].passage]
    assert "directed" in generation.contents.documents[0].text[passage.start : passage.end]
    assert ranked[-1].score == 0.5


def test_a_question_that_could_not_be_encoded_stays_as_it_was_ranked(generation: Generation) -> None:
    """Without tokens there is nothing to compare."""
    query = understand(Request("Who directed the film?"), Analyzer())
    hits = [hit(p, 0.9 - 0.01 * p) for p in range(3)]
    assert LateInteraction(generation.contents, None)(query, hits) == hits
