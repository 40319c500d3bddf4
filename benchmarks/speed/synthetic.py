"""Collections of any size, recombined from the sentences of the open sets and their real vectors.

A passage is four random sentences. The vector of each is its real one with noise, that of the passage is their mean.
Written by the same code as a build, except for loading, chunking and embedding.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray

from benchmarks.open_sets import read_lines
from index.build.unit_inputs import KEY_BYTES
from index.embedding.batching import embed_texts
from index.generation.documents import Documents
from index.generation.generation import GenerationContents
from index.generation.passages import Passages
from index.search.bm25 import BM25Index
from index.search.late_interaction import LateInteractionIndex
from index.text.analyzer import Analyzer, count_words
from index.text.searchable_text import build_context
from index.text.sentences import PunctuatedNames, split_into_sentences
from index.types import Document, Encoder, Passage, Span, Store, Vectors

SETS = ("squad-sentences", "scifact-train", "fairytaleqa-train")
OF_EACH, MIN_CHARS, MAX_CHARS = 8_000, 20, 400
# Sentences of a passage, and passages of a document.
SENTENCES, PASSAGES = 4, 20
# How far a sentence's vector is turned by noise, and towards another sentence's, so that no two are the same.
NOISE, OTHER = 0.35, (0.3, 0.9)
# Token vectors of a passage; a real one has about 130.
TOKENS = 32
UNITS = SENTENCES + 1
# Of so many documents one has the tag, so that questions can be filtered.
TAGS = {"twentieth": 20, "hundredth": 100, "thousandth": 1000}
VOCABULARY = 30_000


@dataclass(frozen=True, slots=True)
class Material:
    """Real sentences and their vectors, shape (sentences, dimension)."""

    texts: Sequence[str]
    vectors: Vectors


def load_material(data: Path, encoder: Encoder, kept: Path) -> Material:
    """Return sentences of each set with their vectors, which are computed once and kept in a folder."""
    texts, vectors = kept / "real.json", kept / "real.npy"
    if not (texts.is_file() and vectors.is_file()):
        kept.mkdir(parents=True, exist_ok=True)
        drawn = [text for name in SETS for text in _split_sentences(data / name / "corpus.jsonl.gz")]
        np.save(vectors, embed_texts(encoder, drawn))
        texts.write_text(json.dumps(drawn), encoding="utf-8")
    return Material(json.loads(texts.read_text(encoding="utf-8")), np.load(vectors))


def _split_sentences(path: Path) -> list[str]:
    whole = [row["text"] for row in read_lines(path)]
    names = PunctuatedNames.learn_from(whole)
    cut = (text[s.start : s.end] for text in whole for s in split_into_sentences(text, Span(0, len(text)), names))
    found = list(dict.fromkeys(text for text in cut if MIN_CHARS <= len(text) <= MAX_CHARS))
    Random(1).shuffle(found)
    return found[:OF_EACH]


@dataclass(frozen=True, slots=True)
class Synthetic:
    """A collection with a given number of passages, the same in every run."""

    material: Material
    passages: int

    @property
    def sentence_numbers(self) -> NDArray[np.int64]:
        """The sentences of each passage, shape (passages, sentences)."""
        return np.random.default_rng(0).integers(len(self.material.texts), size=(self.passages, SENTENCES))

    def build_documents(self) -> list[Document]:
        """Return documents whose passages are separated by blank lines."""
        found, drawn = [], self.sentence_numbers
        for first in range(0, self.passages, PASSAGES):
            text = "\n\n".join(self._join_sentences(row) for row in drawn[first : first + PASSAGES].tolist())
            number = first // PASSAGES
            tags = [tag for tag, every in TAGS.items() if number % every == 0]
            found.append(Document(f"{number:06d}.txt", text, f"Collection {number}", {"tag": tags} if tags else {}))
        return found

    def cut_passages(self, documents: Sequence[Document]) -> Iterator[Passage]:
        """Yield the passages of the documents in order."""
        drawn = iter(self.sentence_numbers.tolist())
        for document in documents:
            start = 0
            while start < len(document.text):
                spans = tuple(self._locate_sentences(next(drawn), start))
                yield Passage(document.id, start, spans[-1].end, spans)
                start = spans[-1].end + 2

    def _join_sentences(self, row: Sequence[int]) -> str:
        return " ".join(self.material.texts[number] for number in row)

    def _locate_sentences(self, row: Sequence[int], start: int) -> Iterator[Span]:
        for number in row:
            yield Span(start, start + len(self.material.texts[number]))
            start += len(self.material.texts[number]) + 1

    def draw_vectors(self) -> NDArray[np.float16]:
        """Return the vectors of each passage and its sentences in the order of the units, shape (units, dimension)."""
        drawn, chance, real = self.sentence_numbers, np.random.default_rng(1), self.material.vectors
        found = np.empty((self.passages, UNITS, real.shape[1]), dtype=np.float16)
        for first in range(0, self.passages, 10_000):
            rows = drawn[first : first + 10_000]
            noise = chance.standard_normal((*rows.shape, real.shape[1]), dtype=np.float32)
            other = real[chance.integers(len(real), size=rows.shape)] * chance.uniform(*OTHER, (*rows.shape, 1))
            turned = _normalize_rows(real[rows] + other + noise * np.float32(NOISE / np.sqrt(real.shape[1])))
            whole = _normalize_rows(turned.mean(axis=1, keepdims=True))
            # A passage's first sentence begins where it does and ends earlier.
            found[first : first + len(rows)] = np.concatenate([turned[:, :1], whole, turned[:, 1:]], axis=1)
        return found.reshape(-1, real.shape[1])

    def list_units(self, passages: Passages) -> NDArray[np.int64]:
        """Return the table of units, shape (units, 3)."""
        spans = passages.sentences.reshape(-1, SENTENCES, 2)
        whole = np.stack([spans[:, 0, 0], spans[:, -1, 1]], axis=1)[:, None]
        edges = np.concatenate([spans[:, :1], whole, spans[:, 1:]], axis=1).reshape(-1, 2)
        return np.column_stack([np.repeat(np.arange(len(passages)), UNITS), edges])

    def draw_tokens(self, projection: Vectors) -> LateInteractionIndex:
        """Return random token vectors: they cost as much as real ones and mean nothing."""
        chance, rows = np.random.default_rng(2), self.passages * TOKENS
        ids = chance.integers(VOCABULARY, size=rows, dtype=np.int32)
        vectors = chance.integers(-40, 40, size=(rows, projection.shape[1]), dtype=np.int8)
        edges = np.arange(0, rows + 1, TOKENS, dtype=np.int64)
        return LateInteractionIndex(ids, vectors, edges, np.bincount(ids, minlength=VOCABULARY), projection)

    def build_contents(self, store: Store, projection: Vectors) -> GenerationContents:
        """Return everything that a generation holds, made like in a build."""
        loaded = self.build_documents()
        documents = Documents.build(loaded)
        passages = Passages.build(self.cut_passages(loaded), documents)
        texts = [
            f"{build_context(document.title, '')} {document.text[p.start : p.end]}"
            for document, p in self._pair_documents(loaded)
        ]
        words = Analyzer()
        lexical = BM25Index.build([words(text) for text in texts], count_words(texts))
        keys = np.random.default_rng(3).integers(256, size=(len(passages) * UNITS, KEY_BYTES), dtype=np.uint8)
        return GenerationContents(
            documents, passages, self.list_units(passages), keys, store, lexical, self.draw_tokens(projection), {}
        )

    def _pair_documents(self, documents: Sequence[Document]) -> Iterator[tuple[Document, Passage]]:
        by_id = {document.id: document for document in documents}
        return ((by_id[passage.document], passage) for passage in self.cut_passages(documents))


def _normalize_rows(vectors: NDArray[np.float32]) -> Vectors:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True), dtype=np.float32)
