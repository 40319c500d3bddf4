"""A folder of files becomes a served generation."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from math import inf
from pathlib import Path

import numpy as np

from index import __version__
from index.build.checkpoints import Shards
from index.build.embed_units import UnitText, UnitVectors, unit_vectors
from index.build.load import Loaded, load
from index.build.vector_cache import known_vectors
from index.embedding import ENCODER_FOLDER, load_encoder, reject_quantization
from index.embedding.batching import shorten_to_fit
from index.errors import BuildError, GenerationError, QuantizationError, UsageError
from index.generation.directory import IndexDirectory
from index.generation.documents import Documents
from index.generation.generation import Generation, GenerationContents, UnitTable, write_generation
from index.generation.manifest import FORMAT, FileDigest, Manifest
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
    """What a build did. ``changed`` is False where everything was as in the served generation."""

    manifest: Manifest
    changed: bool
    embedded: int
    carried: int
    problems: tuple[LoadProblem, ...]


@dataclass(frozen=True, slots=True)
class Corpus:
    """The documents, cut."""

    documents: tuple[Document, ...]
    passages: tuple[Passage, ...]
    units: tuple[Unit, ...]


def build_index(
    source: Path, settings: IndexSettings, encoder: Encoder, progress: Progress | None = None
) -> BuildReport:
    """Load → chunk → embed → lexical → write → publish, under the lock of the index folder.

    Only texts that the served generation has no vector for are embedded. Raises BuildError
    where nothing could be read or written; what was served before then still is. Raises
    UsageError where the index would be among the files that it is made of, and QuantizationError where the encoder is
    not the model that it was made of.
    """
    progress, directory = progress or Silent(), IndexDirectory(Path(settings.index))
    _must_be_apart(source, directory.root)
    with directory.acquire_lock():
        loaded = _load(source, settings, progress)
        corpus_id = corpus_fingerprint(loaded.documents)
        identity = Identity(str(source), corpus_id, loaded.problems, settings, encoder)
        served = _served(directory)
        if served and served.folder.name == directory.find_current() and identity.made(served.manifest):
            return BuildReport(served.manifest, False, 0, len(served.contents.units), loaded.problems)
        corpus = _chunk(loaded.documents, settings, encoder, progress)
        shards = Shards(directory.root, encoder)
        embedded = _vectors(corpus, settings, shards, served, progress)
        contents = _contents(corpus, settings, embedded, progress)
        manifest = publish(directory, contents, identity)
        shards.clear()
        directory.prune_generations(settings.keep)
    return BuildReport(manifest, True, len(corpus.units) - embedded.carried, embedded.carried, loaded.problems)


def build_folder(source: Path, settings: IndexSettings, progress: Progress | None = None) -> BuildReport:
    """As ``build_index`` with the model that the settings name, made fast where what is found stays the same."""
    encoder = load_encoder(settings.model, settings.models)
    try:
        return build_index(source, settings, encoder, progress)
    except QuantizationError as drifted:
        reject_quantization(settings.model, settings.models, drifted)
        return build_index(source, settings, load_encoder(settings.model, settings.models), progress)


def corpus_fingerprint(documents: Sequence[Document]) -> str:
    """Hex digest of every document's id, text, title, metadata and structure, in order."""
    digest = sha256()
    for document in documents:
        row = [document.id, document.sha256, document.title, document.metadata, document.pages]
        row.append([(h.start, h.end, h.level) for h in document.headings])
        digest.update(json.dumps(row, sort_keys=True, default=str).encode())
    return digest.hexdigest()


def recipe_fingerprint(settings: IndexSettings, encoder: Encoder) -> str:
    """Hex digest of the program's version, the settings that decide answers, and the model."""
    recipe = [FORMAT, __version__, settings.answer_settings, encoder.name, encoder.fingerprint]
    return sha256(json.dumps(recipe, sort_keys=True).encode()).hexdigest()


def _must_be_apart(source: Path, root: Path) -> None:
    """What an index holds would be read again as documents, and what was removed would live on in it."""
    folder, inside = Path(os.path.realpath(source)), Path(os.path.realpath(root))  # resolve() fails on a link to itself
    if inside.is_relative_to(folder) and not any(p.startswith(".") for p in inside.relative_to(folder).parts):
        raise UsageError(
            f"the index folder {root} lies inside {source}, which is to be indexed; choose another with --index"
        )


def _load(source: Path, settings: IndexSettings, progress: Progress) -> Loaded:
    with progress.step("reading", None) as advance:
        loaded = load(source, settings.max_file_mb * 1_000_000)
        advance(len(loaded.documents))
    if loaded.documents:
        return loaded
    first = f"; the first reason: {loaded.problems[0].where}: {loaded.problems[0].reason}" if loaded.problems else ""
    raise BuildError(f"{source} holds no text that can be read{first}; the served index, if any, is unchanged")


def _served(directory: IndexDirectory) -> Generation | None:
    """The served generation, or the one that stands in for it: vectors are carried over from it."""
    try:
        return directory.open_current()
    except GenerationError:
        return None


def _chunk(documents: tuple[Document, ...], settings: IndexSettings, encoder: Encoder, progress: Progress) -> Corpus:
    names = PunctuatedNames.learn_from(document.text for document in documents)
    chunking = settings.chunk_sizes(encoder.max_tokens)
    found: list[Passage] = []
    with progress.step("chunking", len(documents)) as advance:
        for document in documents:
            found.extend(split_into_passages(document, names, chunking, encoder.count_tokens))
            advance(1)
    return Corpus(documents, tuple(found), tuple(make_units(found)))


def _vectors(
    corpus: Corpus, settings: IndexSettings, shards: Shards, served: Generation | None, progress: Progress
) -> UnitVectors:
    encoder = shards.encoder
    texts = slice_unit_texts(corpus.documents, corpus.passages, corpus.units)
    above = shorten_to_fit(encoder, _contexts(corpus, settings))
    edges = [(p.sentences[0].start, p.sentences[-1].end) for p in corpus.passages]
    found = [
        UnitText(text, above[unit.passage], (unit.start, unit.end) == edges[unit.passage])
        for text, unit in zip(texts, corpus.units, strict=True)
    ]
    if served is None or served.manifest.model_fingerprint != encoder.fingerprint:
        encoder.check_quantization(texts)
    try:
        return unit_vectors(found, shards, known_vectors(served, encoder), progress)
    except OSError as error:
        raise _unwritten(shards.root, error) from error


def _contexts(corpus: Corpus, settings: IndexSettings) -> list[str]:
    if settings.context == "none":
        return [""] * len(corpus.passages)
    return build_contexts(corpus.documents, corpus.passages)


def _contents(corpus: Corpus, settings: IndexSettings, embedded: UnitVectors, progress: Progress) -> GenerationContents:
    words = Analyzer(settings.stemmer)
    with progress.step("indexing words", len(corpus.passages)) as advance:
        texts = build_lexical_texts(corpus.documents, corpus.passages)
        lexical = BM25Index.build([words(text) for text in texts], count_words(texts))
        advance(len(corpus.passages))
    table: UnitTable = np.array([(u.passage, u.start, u.end) for u in corpus.units], dtype=np.int64)
    store = STORES[settings.store]().build(embedded.vectors)
    documents = Documents.build(corpus.documents)
    passages = Passages.build(corpus.passages, documents)
    return GenerationContents(documents, passages, table, embedded.keys, store, lexical, embedded.tokens)


def publish(directory: IndexDirectory, contents: GenerationContents, identity: "Identity") -> Manifest:
    """Writes, checks and serves; on any failure to write, what was served still is."""
    name = directory.choose_name(identity.fingerprint)
    try:
        with directory.create_draft() as draft:
            identity.encoder.save(draft / ENCODER_FOLDER)
            manifest = write_generation(draft, contents, partial(identity.manifest, name, contents))
            Generation.open(draft, max_hashed_bytes=inf)
            directory.publish_draft(draft, name)
    except (OSError, GenerationError) as error:
        raise _unwritten(directory.root, error) from error
    return manifest


def _unwritten(root: Path, error: Exception) -> BuildError:
    return BuildError(f"the new index could not be written to {root}: {error}; the old one stays")


@dataclass(frozen=True, slots=True)
class Identity:
    """What decides a generation: from what it was made, and how."""

    source: str
    corpus: str
    problems: tuple[LoadProblem, ...]
    settings: IndexSettings
    encoder: Encoder

    @property
    def recipe(self) -> str:
        """Of what it is made, but for the documents."""
        return recipe_fingerprint(self.settings, self.encoder)

    @property
    def fingerprint(self) -> str:
        """Of the documents and the recipe."""
        return sha256((self.corpus + self.recipe).encode()).hexdigest()

    def made(self, manifest: Manifest) -> bool:
        """Whether the generation of this manifest is what would be built."""
        return (manifest.corpus, manifest.recipe) == (self.corpus, self.recipe)

    def manifest(self, name: str, contents: GenerationContents, files: Mapping[str, FileDigest]) -> Manifest:
        """What the generation says of itself."""
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
