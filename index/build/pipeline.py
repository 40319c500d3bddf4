"""Build an index: load, chunk, embed, index words, write, publish."""

import os
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from math import inf
from pathlib import Path

import numpy as np

from index.build.embed_units import PreviousEmbeddings, UnitEmbeddings, UnitInput, embed_units
from index.build.embedding_cache import remove_caches
from index.build.load import LoadResult, load_documents
from index.embedding import ENCODER_FOLDER, load_encoder, reject_quantization
from index.embedding.batching import shorten_to_fit
from index.errors import BuildError, GenerationError, QuantizationError, UsageError
from index.generation.directory import IndexDirectory
from index.generation.documents import Documents
from index.generation.generation import Generation, GenerationContents, UnitTable, write_generation
from index.generation.manifest import FileDigest, Manifest, fingerprint_documents, fingerprint_recipe
from index.generation.passages import Passages
from index.progress import Progress, Silent
from index.search.bm25 import BM25Index
from index.search.stores import STORES
from index.settings import IndexSettings
from index.text.analyzer import Analyzer, count_words
from index.text.chunking import make_units, split_into_passages
from index.text.searchable_text import build_contexts, build_lexical_texts, slice_unit_texts
from index.text.sentences import PunctuatedNames
from index.types import Document, Encoder, LoadProblem, Passage, Unit


@dataclass(frozen=True, slots=True)
class BuildReport:
    """The result of a build: the manifest, and how many units were embedded or reused.

    ``changed`` is False if the served generation is up to date, so that nothing was built.
    """

    manifest: Manifest
    changed: bool
    embedded: int
    reused: int
    problems: tuple[LoadProblem, ...]


@dataclass(frozen=True, slots=True)
class Corpus:
    """All documents, their passages, and the units of the passages."""

    documents: tuple[Document, ...]
    passages: tuple[Passage, ...]
    units: tuple[Unit, ...]


@dataclass(frozen=True, slots=True)
class BuildInputs:
    """Everything that decides a generation; ``corpus`` is the fingerprint of its documents."""

    source: str
    corpus: str
    problems: tuple[LoadProblem, ...]
    settings: IndexSettings
    encoder: Encoder

    @property
    def recipe(self) -> str:
        """Fingerprint of everything except the documents."""
        return fingerprint_recipe(self.settings, self.encoder)

    @property
    def fingerprint(self) -> str:
        """Fingerprint of the documents and the recipe."""
        return sha256((self.corpus + self.recipe).encode()).hexdigest()

    def match_manifest(self, manifest: Manifest) -> bool:
        """Return whether a generation was built from the same inputs."""
        return (manifest.corpus, manifest.recipe) == (self.corpus, self.recipe)

    def make_manifest(self, name: str, contents: GenerationContents, files: Mapping[str, FileDigest]) -> Manifest:
        """Describe a generation that was built from these inputs."""
        return Manifest(
            generation=name,
            built_at=datetime.now(UTC).isoformat(timespec="seconds"),
            source=self.source,
            corpus=self.corpus,
            recipe=self.recipe,
            model=self.encoder.name,
            model_fingerprint=self.encoder.fingerprint,
            settings=self.settings.answer_settings,
            store=contents.store.description,
            counts={
                "documents": len(contents.documents),
                "passages": len(contents.passages),
                "units": len(contents.units),
            },
            problems=self.problems,
            files=files,
        )


def build_index(
    source: Path, settings: IndexSettings, encoder: Encoder, progress: Progress | None = None
) -> BuildReport:
    """Build and publish a generation, unless the served one is up to date; embed only texts that it does not have.

    Raise BuildError if nothing can be read or written; what was served before still is. Raise UsageError if the index
    folder is inside the source, and QuantizationError if the encoder is too far from the float32 model.
    """
    progress, directory = progress or Silent(), IndexDirectory(Path(settings.index))
    _require_outside(source, directory.root)
    with directory.acquire_lock():
        loaded = _load_source(source, settings, progress)
        corpus_fingerprint = fingerprint_documents(loaded.documents)
        inputs = BuildInputs(str(source), corpus_fingerprint, loaded.problems, settings, encoder)
        previous = _open_previous(directory)
        if previous and previous.folder.name == directory.find_current() and inputs.match_manifest(previous.manifest):
            return BuildReport(previous.manifest, False, 0, len(previous.contents.units), loaded.problems)
        corpus = _chunk_documents(loaded.documents, settings, encoder, progress)
        embeddings = _embed_corpus(corpus, inputs, directory.root, previous, progress)
        contents = _assemble_contents(corpus, settings, embeddings, progress)
        manifest = publish_generation(directory, contents, inputs)
        remove_caches(directory.root)
        directory.prune_generations(settings.keep)
    return BuildReport(manifest, True, len(corpus.units) - embeddings.reused, embeddings.reused, loaded.problems)


def build_folder(source: Path, settings: IndexSettings, progress: Progress | None = None) -> BuildReport:
    """Build with the model that the settings name, in int8 if its vectors stay close to float32."""
    encoder = load_encoder(settings.model, settings.models)
    try:
        return build_index(source, settings, encoder, progress)
    except QuantizationError as error:
        reject_quantization(settings.model, settings.models, error)
        return build_index(source, settings, load_encoder(settings.model, settings.models), progress)


def _require_outside(source: Path, root: Path) -> None:
    """Raise UsageError if the files of the index would be read as documents."""
    # realpath, because Path.resolve() fails on a link to itself.
    folder, inside = Path(os.path.realpath(source)), Path(os.path.realpath(root))
    if inside.is_relative_to(folder) and not any(p.startswith(".") for p in inside.relative_to(folder).parts):
        raise UsageError(f"the index folder {root} lies inside {source}, its source; choose another with --index")


def _load_source(source: Path, settings: IndexSettings, progress: Progress) -> LoadResult:
    with progress.step("reading", None) as advance:
        loaded = load_documents(source, settings.max_file_mb * 1_000_000)
        advance(len(loaded.documents))
    if loaded.documents:
        return loaded
    first = f"; the first reason: {loaded.problems[0].where}: {loaded.problems[0].reason}" if loaded.problems else ""
    raise BuildError(f"{source} holds no text that can be read{first}; the served index, if any, is unchanged")


def _open_previous(directory: IndexDirectory) -> Generation | None:
    """Open the served generation, whose vectors are reused, or return None if there is none to open."""
    try:
        return directory.open_current()
    except GenerationError:
        return None


def _chunk_documents(
    documents: tuple[Document, ...], settings: IndexSettings, encoder: Encoder, progress: Progress
) -> Corpus:
    names = PunctuatedNames.learn_from(document.text for document in documents)
    sizes = settings.chunk_sizes(encoder.max_tokens)
    passages: list[Passage] = []
    with progress.step("chunking", len(documents)) as advance:
        for document in documents:
            passages.extend(split_into_passages(document, names, sizes, encoder.count_tokens))
            advance(1)
    return Corpus(documents, tuple(passages), tuple(make_units(passages)))


def _embed_corpus(
    corpus: Corpus, inputs: BuildInputs, root: Path, previous: Generation | None, progress: Progress
) -> UnitEmbeddings:
    encoder = inputs.encoder
    units = _make_unit_inputs(corpus, inputs)
    # Vectors of two models must never be mixed.
    reusable = previous and previous.manifest.model_fingerprint == encoder.fingerprint
    if not reusable:
        encoder.check_quantization([unit.text for unit in units])
    try:
        embeddings = PreviousEmbeddings(previous.contents) if previous and reusable else None
        return embed_units(units, encoder, root, embeddings, progress)
    except (OSError, sqlite3.Error) as error:  # the disk is full, or the folder must not be written
        raise _make_write_error(root, error) from error


def _make_unit_inputs(corpus: Corpus, inputs: BuildInputs) -> list[UnitInput]:
    contexts = [""] * len(corpus.passages)
    if inputs.settings.context != "none":
        contexts = shorten_to_fit(inputs.encoder, build_contexts(corpus.documents, corpus.passages))
    passage_edges = [(p.sentences[0].start, p.sentences[-1].end) for p in corpus.passages]
    texts = slice_unit_texts(corpus.documents, corpus.passages, corpus.units)
    return [
        UnitInput(text, contexts[unit.passage], (unit.start, unit.end) == passage_edges[unit.passage])
        for text, unit in zip(texts, corpus.units, strict=True)
    ]


def _assemble_contents(
    corpus: Corpus, settings: IndexSettings, embeddings: UnitEmbeddings, progress: Progress
) -> GenerationContents:
    analyze = Analyzer(settings.stemmer)
    with progress.step("indexing words", len(corpus.passages)) as advance:
        texts = build_lexical_texts(corpus.documents, corpus.passages)
        lexical = BM25Index.build([analyze(text) for text in texts], count_words(texts))
        advance(len(corpus.passages))
    table: UnitTable = np.array([(u.passage, u.start, u.end) for u in corpus.units], dtype=np.int64)
    store = STORES[settings.store]().build(embeddings.vectors)
    documents = Documents.build(corpus.documents)
    passages = Passages.build(corpus.passages, documents)
    return GenerationContents(documents, passages, table, embeddings.keys, store, lexical, embeddings.tokens)


def publish_generation(directory: IndexDirectory, contents: GenerationContents, inputs: BuildInputs) -> Manifest:
    """Write a generation, check it, and serve it; raise BuildError if it cannot be written."""
    name = directory.choose_name(inputs.fingerprint)
    try:
        with directory.create_draft() as draft:
            inputs.encoder.save(draft / ENCODER_FOLDER)
            manifest = write_generation(draft, contents, partial(inputs.make_manifest, name, contents))
            Generation.open(draft, max_hashed_bytes=inf)
            directory.publish_draft(draft, name)
    # GenerationError: the disk gave back other bytes than were written.
    except (OSError, GenerationError) as error:
        raise _make_write_error(directory.root, error) from error
    return manifest


def _make_write_error(root: Path, error: Exception) -> BuildError:
    return BuildError(f"the new index could not be written to {root}: {error}; the old one stays")
