"""The engine over the seed, with the real model."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from index.errors import GenerationNotFound, IncompatibleGeneration
from index.generation.generation import Generation
from index.types import Embeddings, Encoder, Positions, Span, Vectors
from qa.engine import Engine
from qa.types import AnswerKind, Reading, Reason, Request, Status, Turn


def test_the_director_is_found(engine: Engine) -> None:
    """The name is the answer, by offset, in the sentence that says so, in the passage that comes first."""
    answer = engine.ask("Who directed the film?")
    assert answer.status is Status.ANSWERED
    assert answer.answer is not None
    assert answer.answer.text == "Hiroyuki Seshita"
    assert "directed by Hiroyuki Seshita" in answer.answer.sentence.text
    assert answer.passages[0].start <= answer.answer.start < answer.answer.end <= answer.passages[0].end


def test_the_fast_mode_answers_with_the_sentence(engine: Engine) -> None:
    """Without the reader the shortest that can be pointed at is the evidence sentence."""
    answer = engine.ask(Request("Who directed the film?", mode="fast"))
    assert answer.answer is not None
    assert answer.answer.text == answer.answer.sentence.text
    assert "directed by Hiroyuki Seshita" in answer.answer.text


@pytest.mark.parametrize(
    "question", ["What is the capital of France?", "how do I bake sourdough bread", "¿Quién ganó?"]
)
def test_what_the_texts_do_not_say_is_not_found(engine: Engine, question: str) -> None:
    """A question on anything else has no answer, a reason, and passages all the same."""
    answer = engine.ask(question)
    assert answer.status is Status.NOT_FOUND
    assert answer.answer is None
    assert answer.reason in {Reason.UNKNOWN_WORDS, Reason.WEAK_MATCH}
    assert answer.passages


def test_every_quotation_is_a_slice_of_its_document(engine: Engine) -> None:
    """Passages, evidence, answer and sentence are the text between their offsets."""
    for question in ("Who wrote the film?", "When was NSE compiled?", "Harvey Award"):
        answer = engine.ask(Request(question, top_k=50))
        for passage in answer.passages:
            view = engine.catalog.get_document(passage.document.id)
            assert view is not None
            assert view.text[passage.start : passage.end] == passage.text
            assert all(passage.start <= span.start < span.end <= passage.end for span in passage.evidence)
        if answer.answer:
            assert view.text[answer.answer.start : answer.answer.end] == answer.answer.text


def test_no_two_passages_cover_the_same_text(engine: Engine) -> None:
    """Passages of one answer are apart from each other."""
    spans = sorted((p.document.id, p.start, p.end) for p in engine.ask(Request("Blame! film", top_k=50)).passages)
    assert all(a[0] != b[0] or a[2] <= b[1] for a, b in pairwise(spans))


def test_many_questions_are_answered_as_one_at_a_time(engine: Engine) -> None:
    """A batch changes neither order, passages nor, within rounding, confidence."""
    questions = ["Who directed the film?", "When did the episode air?", "What is the capital of France?"]
    together = engine.ask_many(questions)
    for question, answer in zip(questions, together, strict=True):
        alone = engine.ask(question)
        assert [p.id for p in alone.passages] == [p.id for p in answer.passages]
        assert alone.confidence == pytest.approx(answer.confidence, abs=1e-4)
    assert engine.ask_many([]) == []


def test_threads_share_an_engine(engine: Engine) -> None:
    """Eight at once get what one after the other gets."""
    questions = ["Who directed the film?", "Harvey Award", "When did the episode air?", "ネットスフィアエンジニア"] * 10
    alone = {question: [p.id for p in engine.ask(question).passages] for question in set(questions)}
    with ThreadPoolExecutor(8) as pool:
        for question, answer in zip(questions, pool.map(engine.ask, questions), strict=True):
            assert [p.id for p in answer.passages] == alone[question]
            assert answer.retrieval.failed == ()


def test_a_follow_up_finds_what_it_refers_to(engine: Engine) -> None:
    """After a question on the film, "When was it released?" is about the film, and says so."""
    request = Request("When was it released on Netflix?", (Turn("Who directed the film?"),))
    answer = engine.ask(request)
    assert answer.searched_as != answer.question
    assert "May 20, 2017" in answer.passages[0].text


def test_diacritics_need_not_be_typed(engine: Engine) -> None:
    """Typed without its macron, the Monthly Shōnen Sirius is found."""
    assert "Shōnen" in engine.ask("monthly shonen sirius").passages[0].text


def test_top_k_bounds_the_passages(engine: Engine, generation: Generation) -> None:
    """As many as asked for, all where there are fewer."""
    assert len(engine.ask(Request("film", top_k=2)).passages) == 2
    assert len(engine.ask(Request("film", top_k=50)).passages) == len(generation.contents.passages)


def test_a_filter_that_nothing_passes_says_so(engine: Engine) -> None:
    """No passages, and the reason is the filter."""
    answer = engine.ask(Request("Who directed the film?", documents=("*.pdf",)))
    assert (answer.status, answer.reason) == (Status.NOT_FOUND, Reason.FILTERED_OUT)
    assert answer.passages == ()


def test_a_filter_by_pattern_lets_the_document_through(engine: Engine) -> None:
    """An id or a shell-style pattern restricts the search and changes nothing else."""
    free, filtered = (
        engine.ask("Who directed the film?"),
        engine.ask(Request("Who directed the film?", documents=("b*.txt",))),
    )
    assert [p.id for p in free.passages] == [p.id for p in filtered.passages]


def test_both_legs_find_what_is_known_to_be_there(engine: Engine) -> None:
    """The readiness probe runs through each leg and the reader."""
    assert engine.check_readiness() == {"dense": True, "lexical": True, "reader": True}


class BrokenEncoder:
    """An encoder whose library fails at every question."""

    def __init__(self, inner: Encoder) -> None:
        self._inner = inner
        self.name, self.fingerprint, self.max_tokens = inner.name, inner.fingerprint, inner.max_tokens
        self.workers, self.vocabulary = inner.workers, inner.vocabulary

    def count_tokens(self, texts: list[str]) -> list[int]:
        return self._inner.count_tokens(texts)

    def count_question_tokens(self, texts: list[str]) -> list[int]:
        return self._inner.count_question_tokens(texts)

    def encode_passages(self, texts: list[str]) -> Embeddings:
        return self._inner.encode_passages(texts)

    def encode_questions(self, texts: list[str]) -> Embeddings:
        raise RuntimeError("out of memory")


@pytest.mark.leg_failure
def test_a_dead_encoder_degrades_and_is_named(generation: Generation, encoder: Encoder) -> None:
    """The lexical leg answers alone, ``degraded`` names the dense one, readiness fails."""
    engine = Engine(generation, BrokenEncoder(encoder))
    answer = engine.ask("Who directed the film?")
    assert answer.retrieval.degraded == ("dense",)
    assert [leg.ran for leg in answer.retrieval.legs] == [False, True]
    assert "Hiroyuki Seshita" in answer.passages[0].text
    assert engine.check_readiness() == {"dense": False, "lexical": True, "reader": True}


class BrokenReader:
    """A reader whose library fails at every question."""

    name = "broken"

    def read(self, question: str, passages: Iterable[tuple[str, str]]) -> list[Reading]:
        raise RuntimeError("out of memory")


@pytest.mark.leg_failure
def test_a_dead_reader_degrades_and_is_named(generation: Generation, encoder: Encoder) -> None:
    """Both legs answer as in mode fast, ``degraded`` names the reader, readiness fails; with no reader nothing does."""
    engine = Engine(generation, encoder, BrokenReader())
    answer = engine.ask("Who directed the film?")
    assert answer.retrieval.degraded == ("reader",)
    assert engine.check_readiness()["reader"] is False
    fast = engine.ask(Request("Who directed the film?", mode="fast"))
    assert [p.id for p in answer.passages] == [p.id for p in fast.passages]
    assert fast.retrieval.degraded == ()
    without = Engine(generation, encoder, "none")
    assert without.ask("Who directed the film?").retrieval.degraded == ()
    assert "reader" not in without.check_readiness()


@pytest.mark.parametrize("question", ["Wer hat bei dem Film Regie geführt?", "Quién dirigió la película Blame?"])
def test_a_question_in_another_language_gets_the_sentence_and_says_so(engine: Engine, question: str) -> None:
    """The reader reads English only: passages and confidence are those of mode fast."""
    answer, fast = engine.ask(question), engine.ask(Request(question, mode="fast"))
    assert answer.retrieval.degraded == ("reader:language",)
    assert answer.retrieval.failed == ()
    assert [(p.id, p.score) for p in answer.passages] == [(p.id, p.score) for p in fast.passages]
    assert answer.answer == fast.answer
    assert fast.retrieval.degraded == ()


class EchoReader:
    """A reader of the user's own, which declares no languages."""

    name = "echo"

    def read(self, question: str, passages: Iterable[tuple[str, str]]) -> list[Reading]:
        return [Reading(9.0, 9.0, Span(0, 40), margin=9.0) for _ in passages]


def test_a_reader_that_declares_no_languages_reads_them_all(generation: Generation, encoder: Encoder) -> None:
    """What it can read is the user's decision."""
    answer = Engine(generation, encoder, EchoReader()).ask("Wer hat bei dem Film Regie geführt?")
    assert answer.retrieval.degraded == ()
    assert answer.answer
    assert answer.answer.kind is AnswerKind.SPAN


@pytest.mark.parametrize(
    ("typed", "searched"),
    [
        ("Who direcetd the flim?", "Who directed the film?"),
        ("Hi, could you tell me who directed the film? Thanks!", "who directed the film?"),
        ("WHO DIRECTED THE FILM", "WHO DIRECTED THE FILM"),
        ("What is the Netshpere?", "What is the Netsphere?"),
    ],
)
def test_an_untidy_question_is_searched_as_it_was_meant(engine: Engine, typed: str, searched: str) -> None:
    """Typos are corrected against the collection and politeness is stripped; what was typed is still shown."""
    answer = engine.ask(typed)
    assert (answer.question, answer.searched_as) == (typed, searched)


class BrokenStore:
    """A store whose search fails; its rows can still be read."""

    def __init__(self, inner: object) -> None:
        self._inner = inner

    def __len__(self) -> int:
        return len(self._inner)

    def search(self, vectors: Vectors, k: int, allowed: Positions | None = None) -> list:
        raise OSError("the disk is gone")

    def vectors(self, positions: Positions) -> Vectors:
        return self._inner.vectors(positions)


@pytest.mark.leg_failure
def test_a_dead_store_degrades_and_is_named(generation: Generation, encoder: Encoder) -> None:
    """A failing vector store is as visible as a failing encoder."""
    contents = replace(generation.contents, store=BrokenStore(generation.contents.store))
    answer = Engine(replace(generation, contents=contents), encoder).ask("Who directed the film?")
    assert answer.retrieval.degraded == ("dense",)
    assert answer.passages


class OtherModel(BrokenEncoder):
    """The same encoder under another fingerprint."""

    def __init__(self, inner: Encoder) -> None:
        super().__init__(inner)
        self.fingerprint = "0" * 64


def test_an_index_of_another_model_is_refused_with_the_command(generation: Generation, encoder: Encoder) -> None:
    """Serving with the wrong model is impossible, and the error says what rebuilds."""
    with pytest.raises(IncompatibleGeneration, match="python -m index build"):
        Engine(generation, OtherModel(encoder))


def test_a_missing_index_names_the_command_that_builds_one(tmp_path: Path) -> None:
    """Opening nothing says how to get something."""
    with pytest.raises(GenerationNotFound, match="python -m index build"):
        Engine.open(tmp_path)


@pytest.mark.parametrize(
    "question", ["?", "🙂🙂🙂", "مرحبا", "ネットスフィアエンジニア", "a" * 1000, "e\u0301" * 400, "\u200b"]
)
def test_odd_questions_get_an_answer_too(engine: Engine, question: str) -> None:
    """No question of any script is an error."""
    answer = engine.ask(question)
    assert 0 <= answer.confidence <= 1
    assert np.isfinite(answer.confidence)
    assert answer.retrieval.failed == ()


def test_japanese_terms_are_found(engine: Engine) -> None:
    """A run of katakana finds the passage that has it; a question around it, which nothing reads, nearly so."""
    assert "ネットスフィアエンジニア" in engine.ask("ネットスフィアエンジニア").passages[0].text
    assert any("ネットスフィアエンジニア" in p.text for p in engine.ask("ネットスフィアエンジニアとは?").passages[:3])


def test_scores_explain_themselves_only_on_request(engine: Engine) -> None:
    """Raw numbers appear with ``explain`` and nowhere else."""
    assert engine.ask("film").passages[0].explanation is None
    explanation = engine.ask(Request("film", explain=True)).passages[0].explanation
    assert explanation is not None
    assert explanation.dense_rank is not None
