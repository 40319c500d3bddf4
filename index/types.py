"""Data types of the offline half, which imports nothing else of this program.

Offsets are Unicode code points of ``Document.text``, end exclusive, so that
``document.text[start:end]`` is always exactly the text meant.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, field
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

# Rows of length 1, shape (texts, dimension).
Vectors = NDArray[np.float32]
# Row numbers of a store.
Positions = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of one text without special tokens: their ids, and the unit vector of each in context.

    ``ids``: shape (tokens,); ``vectors``: shape (tokens, dimension). Both are empty for a model without tokens, or with
    other networks for questions than for passages.
    """

    ids: NDArray[np.int64]
    vectors: Vectors


# Of a text whose tokens cannot be compared with others.
NO_TOKENS = Tokens(np.empty(0, dtype=np.int64), np.empty((0, 0), dtype=np.float32))


@dataclass(frozen=True, slots=True)
class Embeddings:
    """The unit vectors of texts, shape (texts, dimension), and the tokens of each text."""

    vectors: Vectors
    tokens: tuple[Tokens, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading at ``[start, end)`` of the text; level 1 is the highest.

    ``words`` are what its readers see of it, if its format marks parts of it, as Markdown does; else None.
    """

    start: int
    end: int
    level: int = 1
    words: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A part of a document that its readers know by name, such as "slide 3", from ``start`` to the next place."""

    start: int
    name: str


@dataclass(frozen=True, slots=True)
class Document:
    """One text as loaded; it is never cleaned afterwards, so every offset stays valid.

    ``headings`` are those that the format itself marks (Markdown, HTML), in order;
    ``pages`` are the offsets at which pages 1, 2, … begin (PDF), empty for other formats;
    ``places`` are slides, sheets, chapters and the like, in order, where a format has such.
    """

    id: str
    text: str
    title: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    headings: tuple[Heading, ...] = ()
    pages: tuple[int, ...] = ()
    places: tuple[Place, ...] = ()

    @property
    def sha256(self) -> str:
        """Hex digest of the text in UTF-8."""
        return sha256(self.text.encode("utf-8")).hexdigest()

    @property
    def fingerprint(self) -> str:
        """Hex digest of everything that is indexed: id, text, title, metadata and structure."""
        headings = [astuple(heading) for heading in self.headings]
        row = [self.id, self.sha256, self.title, self.metadata, self.pages, headings]
        row += [(place.start, place.name) for place in self.places]
        return sha256(json.dumps(row, sort_keys=True, default=str).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class LoadProblem:
    """A file, line or page that could not be loaded, and the reason in one sentence."""

    where: str
    reason: str


class PassageKind(StrEnum):
    """Whether a passage is part of the text or of a list of sources."""

    BODY = "body"
    REFERENCE = "reference"


@dataclass(frozen=True, slots=True)
class Span:
    """The half-open interval ``[start, end)`` of a document's text."""

    start: int
    end: int

    def overlaps(self, other: "Span") -> bool:
        """Return whether the two share at least one character."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Passage:
    """A slice of a document that can be shown: a few whole sentences under one heading.

    ``sentences`` cover the passage except for white space between them. Passages of a
    document never overlap.
    """

    document: str
    start: int
    end: int
    sentences: tuple[Span, ...]
    heading: str | None = None
    kind: PassageKind = PassageKind.BODY
    page: int | None = None
    place: str | None = None

    @property
    def id(self) -> str:
        """``blame.txt#1900-2300``: stable as long as the document and the chunking are."""
        return f"{self.document}#{self.start}-{self.end}"

    @property
    def location(self) -> str | None:
        """Where the passage is, as its readers say: "page 3", "slide 2"; None if the format has no such parts."""
        return self.place or (f"page {self.page}" if self.page else None)


@dataclass(frozen=True, slots=True)
class Unit:
    """A stretch of text that is matched: a sentence or all sentences of the passage at position ``passage``."""

    passage: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The best rows for one query, best first; higher scores are better."""

    positions: Positions
    scores: NDArray[np.float32]


class Encoder(Protocol):
    """A model that turns text into vectors; nothing else knows the model."""

    @property
    def name(self) -> str:
        """The name of the model in the settings."""

    @property
    def fingerprint(self) -> str:
        """Hex digest of the weights and of everything else that determines the vectors."""

    @property
    def max_tokens(self) -> int:
        """Maximum number of tokens of one passage and of one question, special tokens included."""

    @property
    def vocabulary(self) -> Sequence[str]:
        """Words that are a single token of the model, in a fixed order."""

    @property
    def workers(self) -> int:
        """Number of concurrent calls that are faster than the same calls in sequence."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text, special tokens and passage prompt included."""

    def count_question_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text, special tokens and question prompt included."""

    def encode_passages(self, texts: Sequence[str]) -> Embeddings:
        """Embed texts that are searched."""

    def encode_questions(self, texts: Sequence[str]) -> Embeddings:
        """Embed questions."""

    def save(self, folder: Path) -> None:
        """Write the files that answering needs into the new ``folder``, if the encoder has such files."""

    def check_quantization(self, texts: Sequence[str]) -> None:
        """Raise QuantizationError if quantized vectors of ``texts`` differ too much from the float32 model's."""


class Store(Protocol):
    """A vector store, which knows positions and scores, not text. Scores are cosines: higher is better."""

    def search(self, vectors: Vectors, k: int, allowed: Positions | None = None) -> list[SearchResult]:
        """Return the ``k`` best rows for each vector, fewer only if fewer are allowed, ties by position."""

    def vectors(self, positions: Positions | Sequence[int]) -> Vectors:
        """Return the rows themselves, shape (len(positions), dimension)."""

    @property
    def rows(self) -> Any:  # noqa: ANN401 — index.disk.arrays.RowSource, which this module must not import
        """All rows as stored, shape (rows, dimension): an array, or a file of which slices are read."""

    @property
    def description(self) -> Mapping[str, str | int]:
        """The parameters of the search, for the manifest."""

    def save(self, folder: Path) -> None:
        """Write the files that the class's ``load`` reads into ``folder``."""

    def __len__(self) -> int:
        """Return the number of rows."""
