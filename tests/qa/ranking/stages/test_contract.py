"""What every ranking stage of every mode must keep, whatever it does."""

from dataclasses import replace

import pytest

from index.generation.generation import Generation
from index.text.analyzer import Analyzer
from index.types import Encoder, Span
from qa.query.encode import encode_questions
from qa.query.understand import understand
from qa.ranking.fusion import Hit
from qa.ranking.stages import STAGES
from qa.ranking.stages.late_interaction import LateInteraction
from qa.ranking.stages.rerank import Rerank
from qa.reader import load_reader
from qa.types import Query, Reading, Request

MAKERS = sorted({maker for makers in STAGES.values() for maker in makers}, key=lambda maker: maker.__name__)


def asked(encoder: Encoder, question: str = "Who directed the film?") -> Query:
    return replace(understand(Request(question), Analyzer()), embeddings=encode_questions(encoder, [question])[0])


def hit(passage: int, score: float) -> Hit:
    return Hit(passage, score, dense=0.5, lexical=1.0, dense_rank=1, lexical_rank=1)


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

    def read(self, question: str, passages: list[tuple[str, str]]) -> list[Reading]:
        return [Reading(*([9.0, 9.0] if place == 2 else [-9.0, -9.0]), Span(0, 1)) for place in range(len(passages))]


class Fails(WantsThird):
    """A reader whose library fails."""

    def read(self, question: str, passages: list[tuple[str, str]]) -> list[Reading]:
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


@pytest.mark.leg_failure
def test_a_reader_that_fails_changes_nothing(generation: Generation) -> None:
    """The hits come as they were, unread."""
    query = understand(Request("Who directed the film?"), Analyzer())
    hits = [hit(p, 0.9 - 0.01 * p) for p in range(3)]
    assert Rerank(generation.contents, Fails())(query, hits) == hits


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
