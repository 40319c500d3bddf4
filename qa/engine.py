"""The online half in one place: a question becomes an answer."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Lock
from time import perf_counter

import numpy as np

from index.commands import format_build
from index.data_folder import DATA_FOLDER
from index.embedding import MODELS, load_generation_encoder
from index.errors import DamagedGeneration, IncompatibleGeneration
from index.generation.directory import IndexDirectory
from index.generation.generation import Generation
from index.search.bm25 import BM25Index
from index.settings import IndexSettings
from index.text.analyzer import Analyzer, split_into_words
from index.types import Encoder, Vectors
from qa.answer.builder import AnswerBuilder
from qa.answer.calibration import Calibration, load_calibration
from qa.answer.evidence import EvidenceMarker
from qa.answer.words import COMPARED
from qa.cancellation import raise_if_cancelled
from qa.collection.catalog import Catalog
from qa.collection.readiness import ReadinessCheck, pick_known_sentence, reads_sentence
from qa.query.encode import encode_questions
from qa.query.spelling import Speller
from qa.ranking.content_check import ContentCheck
from qa.ranking.features import extract_features
from qa.ranking.filters import build_filter
from qa.ranking.fusion import Hit
from qa.ranking.idf import IdfWeights
from qa.ranking.pipeline import PIPELINES, Pipeline
from qa.ranking.retrieval import Retrieval
from qa.ranking.retriever import Candidates, Retriever, call_leg
from qa.ranking.stages.rerank import READER
from qa.reader import NONE, SHIPPED, load_reader
from qa.tracing import trace_step
from qa.types import Answer, Mode, Query, Reader, Reason, Request


class Engine:
    """Answers questions from one generation. Stateless, so it is safe to share between threads."""

    def __init__(
        self,
        generation: Generation,
        encoder: Encoder,
        reader: Reader | str = SHIPPED,
        pipelines: Mapping[Mode, Pipeline] = PIPELINES,
        calibration: Calibration | None = None,
    ) -> None:
        """Build every step once; an ablation replaces ``pipelines``, a fit ``calibration``.

        Raise IncompatibleGeneration if ``encoder`` is not the one that built the generation.
        """
        _check_model(generation, encoder)
        contents = generation.contents
        # One thread encodes while another ranks; two that encode would only slow each other down.
        self._encoder, self._encoder_lock = encoder, Lock()
        self._reader = load_reader(reader) if isinstance(reader, str) else reader
        self._analyzer = Analyzer(generation.manifest.settings["stemmer"])
        is_word = partial(_is_known_word, encoder, contents.lexical, self._analyzer)
        self._speller = Speller(contents.lexical.spellings, is_word)
        self._contents, self._retriever = contents, Retriever(contents)
        self._idf = IdfWeights(contents.lexical)
        self._marker = EvidenceMarker(contents, self._analyzer, self._idf)
        self._content_check = ContentCheck(contents.passages)
        self._pipelines = pipelines
        self._stages = {mode: [make(contents, self._reader) for make in p.stages] for mode, p in pipelines.items()}
        self._calibration = calibration or load_calibration(self.reader)
        self._builder = AnswerBuilder(generation)
        self._generation, self._damage = generation.manifest.generation, generation.damage
        self._folder = generation.folder
        sentence = pick_known_sentence(contents, self._analyzer)
        self._readiness = ReadinessCheck(sentence, self._retriever, contents.passages, self._analyzer, self._encode)
        self.catalog = Catalog(generation)

    @classmethod
    def open(
        cls,
        index: str | Path = DATA_FOLDER / "index",
        model: str | None = None,
        reader: str = SHIPPED,
        generation: str = "",
        models: str | Path = MODELS,
    ) -> "Engine":
        """Open the current generation of an index folder, or the one named, together with the model that built it.

        ``model`` may name the folder in which that model is now; any other model is refused.
        ``reader`` is "shipped", "large", "none", or the folder or hub id of a reader; the large one is made in the
        folder ``models`` if it is not there.
        Raise NoGeneration, DamagedGeneration, IncompatibleGeneration or ModelError.
        """
        directory = IndexDirectory(Path(index))
        opened = directory.open_named(generation) if generation else directory.open_current()
        return cls(
            opened, load_generation_encoder(opened.folder, opened.manifest, model), load_reader(reader, models) or NONE
        )

    @classmethod
    def build(cls, folder: str | Path, settings: IndexSettings | None = None) -> "Engine":
        """Index a folder of files and open it. Raise BuildError, too."""
        # Imported late with all parsers, none of which is needed for serving.
        from index.build.pipeline import build_folder

        settings = settings or IndexSettings()
        build_folder(Path(folder), settings)
        return cls.open(settings.index)

    @property
    def reader(self) -> str:
        """The reader of mode ``precise``, as the setting names it."""
        return self._reader.name if self._reader else NONE

    def ask(self, question: str | Request) -> Answer:
        """Return the answer to one question."""
        return self.ask_many([question])[0]

    def ask_many(self, questions: Sequence[str | Request]) -> list[Answer]:
        """Return the answers in order; the questions are encoded together and share the time it took.

        Raise DamagedGeneration if a part of the index that an answer needs is not as it was written.
        """
        started = perf_counter()
        requests = [Request(question) if isinstance(question, str) else question for question in questions]
        queries = self._encode([self._understand(request) for request in requests])
        answers = []
        # Encoding gains from a batch; the steps below take each query by itself.
        for request, query in zip(requests, queries, strict=True):
            raise_if_cancelled()
            with trace_step("search", mode=request.mode):
                candidates = self._retriever.retrieve(query, build_filter(self._contents, request.selection))
                hits = self._pipelines[request.mode].fuse(candidates)
            for stage in self._stages[request.mode]:
                with trace_step(f"stage {type(stage).__name__}", hits=len(hits)):
                    hits = stage(query, hits)
            evidence = self._marker.mark_evidence(query, hits[: max(request.top_k, COMPARED)])
            features = extract_features(query, hits, request.top_k, self._idf)
            confidence = self._calibration.calibrate(features)
            if not self._content_check.has_content(query, hits):
                confidence = confidence.withdraw(Reason.NO_CONTENT_WORDS)
            words = self._calibration.calibrate_words(evidence, confidence, query.form)
            retrieval = self._describe_retrieval(candidates, hits[: request.top_k])
            answers.append(self._builder.build_answer(query, evidence[: request.top_k], confidence, words, retrieval))
        took_ms = (perf_counter() - started) * 1000 / max(1, len(answers))
        return [replace(answer, took_ms=took_ms) for answer in answers]

    def check_readiness(self) -> Mapping[str, bool]:
        """Return for each leg whether it finds a sentence of the collection, and for the reader whether it reads."""
        found = self._readiness.check_legs()
        return {**found, READER: reads_sentence(self._reader, self._readiness.sentence)} if self._reader else found

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return how many tokens of the encoder each text has, without those that begin and end every text."""
        around, *counts = self._encoder.count_tokens(["", *texts])
        return [count - around for count in counts]

    def embed_texts(self, texts: Sequence[str]) -> Vectors:
        """Return the unit vectors of texts as questions have them, shape (len(texts), dimension).

        Questions of visitors that arrive meanwhile wait for one text at most.
        """
        rows = []
        for text in texts:
            with self._encoder_lock:
                rows += [one.vectors for one in encode_questions(self._encoder, [text])]
        return np.concatenate(rows)

    def list_terms(self, text: str) -> list[str]:
        """Return the stems of the content words of a text, each once, in order."""
        return self._analyzer.content_terms(text)

    def list_missing_words(self, text: str) -> list[str]:
        """Return the content words of a text that no passage has in any form, each once, in order."""
        words = dict.fromkeys(split_into_words(text, joined=False))
        terms = {word: self._analyzer.content_terms(word) for word in words}
        frequency = self._contents.lexical.passage_frequency
        return [word for word, found in terms.items() if found and not any(map(frequency, found))]

    def find_fault(self) -> str | None:
        """Return what is wrong with the files of the generation, or None; fast enough for every readiness check."""
        return self._damage.find_fault()

    def owns_file(self, error: DamagedGeneration) -> bool:
        """Return whether the damaged file is one of this generation."""
        return f"{self._folder}/" in str(error)

    def record_damage(self, error: DamagedGeneration) -> None:
        """Remember damage that a question or a view came upon, so that ``find_fault`` returns it."""
        self._damage.record(error)

    def _understand(self, request: Request) -> Query:
        """Return the request as its mode understands it."""
        return self._pipelines[request.mode].understand(request, self._analyzer, self._speller.correct_typos)

    def _encode(self, queries: Sequence[Query]) -> list[Query]:
        """Return the queries with their embeddings, or unchanged if encoding fails."""
        texts = [query.searched_as for query in queries]
        with trace_step("encode", questions=len(texts)), self._encoder_lock:
            embeddings = call_leg("encoder", encode_questions, self._encoder, texts)
        if embeddings is None:
            return list(queries)
        return [replace(query, embeddings=one) for query, one in zip(queries, embeddings, strict=True)]

    def _describe_retrieval(self, candidates: Candidates, hits: Sequence[Hit]) -> Retrieval:
        """Return how the passages of these hits were found, and every part that failed."""
        failed = [leg.name for leg in candidates.legs if not leg.ran]
        unread = dict.fromkeys(hit.unread for hit in hits if hit.unread)
        return Retrieval(candidates.legs, (*failed, *unread), self._generation)


def _is_known_word(encoder: Encoder, lexical: BM25Index, analyzer: Analyzer, word: str) -> bool:
    """Return whether the collection has the word in another form, or the model's vocabulary has it whole."""
    empty, tokens = encoder.count_tokens(["", word])
    return tokens - empty <= 1 or any(map(lexical.passage_frequency, analyzer(word)))


def _check_model(generation: Generation, encoder: Encoder) -> None:
    """Raise IncompatibleGeneration if the encoder is not the one that built the generation."""
    manifest = generation.manifest
    if manifest.model_fingerprint != encoder.fingerprint:
        raise IncompatibleGeneration(
            f"{generation.folder} was built with {manifest.model} ({manifest.model_fingerprint[:12]}), not with "
            f"{encoder.name} ({encoder.fingerprint[:12]}) as it is now; "
            f"name a folder that holds the former with --model, or rebuild it: "
            f"{format_build(manifest.source, generation.folder.parent, encoder.name)}"
        )
