"""The online half in one place: a question becomes an answer."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Lock
from time import perf_counter

from index.embedding import load_generation_encoder
from index.errors import IncompatibleGeneration
from index.generation.directory import IndexDirectory
from index.generation.generation import Generation
from index.search.bm25 import BM25Index
from index.settings import IndexSettings
from index.text.analyzer import Analyzer
from index.types import Encoder
from qa.answer.builder import Composer
from qa.answer.calibration import shipped
from qa.collection.catalog import Catalog
from qa.collection.readiness import ReadinessCheck, pick_known_sentence, reads_sentence
from qa.query.encode import encode_questions
from qa.query.spelling import Speller
from qa.ranking.filters import Filters
from qa.ranking.pipeline import WAYS, Way
from qa.ranking.ranker import READER, Options, Ranked, Ranker
from qa.ranking.retriever import LEG_FAILURES
from qa.ranking.stages.parts import Parts
from qa.reader import NONE, SHIPPED, reader_named
from qa.types import Answer, Mode, Query, Reader, Request

log = logging.getLogger(__name__)


class Engine:
    """Answers from one generation. Holds no state, so it is safe to share between threads."""

    def __init__(
        self,
        generation: Generation,
        encoder: Encoder,
        reader: Reader | str = SHIPPED,
        ways: Mapping[Mode, Way] = WAYS,
    ) -> None:
        """``ways`` are what each mode does; an ablation gives other ones.

        Raises IncompatibleGeneration where ``encoder`` is not the one that made the generation.
        """
        _same_model(generation, encoder)
        self._encoder, self._encoding = encoder, Lock()
        self._words = Analyzer(generation.manifest.settings["stemmer"])
        speller = Speller(
            generation.contents.lexical.spellings, partial(_is_word, encoder, generation.contents.lexical, self._words)
        )
        self._reader = reader_named(reader) if isinstance(reader, str) else reader
        parts = Parts.of(generation.contents, self._reader)
        self._ranker = Ranker(parts, self._words, speller, ways)
        self._filters = Filters(generation.contents, self._ranker.retriever)
        self._composer = Composer(generation, shipped())
        sentence = pick_known_sentence(generation.contents, self._words)
        self._readiness = ReadinessCheck(sentence, self._ranker.retriever, parts.texts, self._words, self._encode)
        self.catalog = Catalog(generation)

    @classmethod
    def open(cls, index: str | Path = "var/index", model: str | None = None, reader: str = SHIPPED) -> "Engine":
        """Serves the current generation of an index folder with the model that made it.

        ``model`` may name where that model is to be found now; any other one is refused.
        ``reader`` is "shipped", "none", or the folder or hub id of a reader.
        Raises GenerationNotFound, DamagedGeneration, IncompatibleGeneration or ModelError.
        """
        generation = IndexDirectory(Path(index)).open_current()
        return cls(generation, load_generation_encoder(generation.folder, generation.manifest, model), reader)

    @classmethod
    def build(cls, folder: str | Path, settings: IndexSettings | None = None) -> "Engine":
        """Indexes a folder of files, then serves it. Raises BuildError, too."""
        from index.build.pipeline import build_folder  # with all that reads files; serving needs none of it

        settings = settings or IndexSettings()
        build_folder(Path(folder), settings)
        return cls.open(settings.index)

    @property
    def reader(self) -> str:
        """What reads in mode ``precise``, as the setting names it."""
        return self._reader.name if self._reader else NONE

    def ask(self, question: str | Request) -> Answer:
        """The answer to one question."""
        return self.ask_many([question])[0]

    def ask_many(self, questions: Sequence[str | Request]) -> list[Answer]:
        """The answers in order; the questions are encoded together and share the time it took."""
        started = perf_counter()
        requests = [Request(q) if isinstance(q, str) else q for q in questions]
        ranked = self.rank_many(requests)
        answers = [self._composer.compose(*pair) for pair in zip(requests, ranked, strict=True)]
        took_ms = (perf_counter() - started) * 1000 / max(1, len(answers))
        return [replace(answer, took_ms=took_ms) for answer in answers]

    def rank_many(self, requests: Sequence[Request]) -> list[Ranked]:
        """What answers are composed of: for calibration and ablations, which need every number."""
        if not requests:
            return []
        queries = self._encode([self._ranker.understand(request) for request in requests])
        return [self._rank(*one) for one in zip(requests, queries, strict=True)]

    def check_readiness(self) -> Mapping[str, bool]:
        """Whether a sentence of the collection finds its own passage, leg by leg, and whether the reader reads."""
        found = self._readiness.check_legs()
        return {**found, READER: reads_sentence(self._reader, self._readiness.sentence)} if self._reader else found

    def _rank(self, request: Request, query: Query) -> Ranked:
        options = Options(request.mode, request.top_k, self._filters.allowed(request.documents))
        return self._ranker.rank(query, options)

    def _encode(self, queries: Sequence[Query]) -> list[Query]:
        """The queries with their vectors, or as they were where encoding fails."""
        try:
            with self._encoding:  # by one thread while another ranks: two would only be in each other's way
                found = encode_questions(self._encoder, [query.searched_as for query in queries])
        except LEG_FAILURES:
            log.exception("the questions could not be encoded")
            return list(queries)
        return [replace(query, vectors=vectors) for query, vectors in zip(queries, found, strict=True)]


def _is_word(encoder: Encoder, lexical: BM25Index, words: Analyzer, word: str) -> bool:
    """Whether the texts have it in another form, or the model's vocabulary has it whole, so it was seen often."""
    nothing, tokens = encoder.count_tokens(["", word])
    return tokens - nothing <= 1 or any(map(lexical.passage_frequency, words(word)))


def _same_model(generation: Generation, encoder: Encoder) -> None:
    manifest = generation.manifest
    if manifest.model_fingerprint != encoder.fingerprint:
        raise IncompatibleGeneration(
            f"{generation.folder} was made by {manifest.model} ({manifest.model_fingerprint[:12]}), not by "
            f"{encoder.name} ({encoder.fingerprint[:12]}) as it is now; rebuild it with: "
            f"python -m index build {manifest.source} --index {generation.folder.parent} --model {encoder.name}"
        )
