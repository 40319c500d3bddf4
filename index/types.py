"""What flows between the steps of the offline half. Imports nothing of ours.

Offsets are Unicode code points of ``Document.text``, end exclusive, so that
``document.text[start:end]`` is always exactly the text meant.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""Unit-length rows, shape (texts, dimension)."""

Positions = NDArray[np.int64]
"""Row numbers of a store."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of one text, special ones left out: their numbers, and a unit vector of each in its place.

    ``ids``: shape (tokens,); ``vectors``: shape (tokens, dimension). None of either for a model that has none.
    """

    ids: NDArray[np.int64]
    vectors: Vectors


@dataclass(frozen=True, slots=True)
class Embeddings:
    """Texts as a model sees them: one unit vector each, shape (texts, dimension), and their tokens."""

    vectors: Vectors
    tokens: tuple[Tokens, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading that stands in the text at ``[start, end)``; level 1 is the highest."""

    start: int
    end: int
    level: int = 1


@dataclass(frozen=True, slots=True)
class Document:
    """One text as loaded; it is never cleaned afterwards, so every offset stays true.

    ``headings`` are those that the format itself marks (Markdown, HTML), in order;
    ``pages`` are the offsets at which pages 1, 2, ... begin (PDF), empty elsewhere.
    """

    id: str
    text: str
    title: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    headings: tuple[Heading, ...] = ()
    pages: tuple[int, ...] = ()

    @property
    def sha256(self) -> str:
        """Hex digest of the text in UTF-8."""
        return sha256(self.text.encode("utf-8")).hexdigest()


@dataclass(frozen=True, slots=True)
class LoadProblem:
    """Something that could not be read, where, and why in one sentence."""

    where: str
    reason: str


class PassageKind(StrEnum):
    """What a stretch of text is for the reader of the document."""

    BODY = "body"
    REFERENCE = "reference"


@dataclass(frozen=True, slots=True)
class Span:
    """The half-open interval ``[start, end)`` of a document's text."""

    start: int
    end: int

    def overlaps(self, other: "Span") -> bool:
        """Whether the two share at least one character."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Passage:
    """A slice of a document that can be shown: a few whole sentences under one heading.

    ``sentences`` tile the passage but for white space between them. Passages of a
    document never overlap.
    """

    document: str
    start: int
    end: int
    sentences: tuple[Span, ...]
    heading: str | None = None
    kind: PassageKind = PassageKind.BODY
    page: int | None = None

    @property
    def id(self) -> str:
        """Stable as long as the document and the chunking are: ``blame.txt#1900-2300``."""
        return f"{self.document}#{self.start}-{self.end}"


@dataclass(frozen=True, slots=True)
class Unit:
    """What is matched: a sentence or a short window of the passage at position ``passage``."""

    passage: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The rows of a store nearest to one vector: best first, higher is better."""

    positions: Positions
    scores: NDArray[np.float32]


class Encoder(Protocol):
    """Turns text into vectors. One per model; the only thing that knows the model."""

    @property
    def name(self) -> str:
        """The model as the setting names it."""

    @property
    def fingerprint(self) -> str:
        """Hex digest of the weights and of what else decides the vectors."""

    @property
    def max_tokens(self) -> int:
        """Maximum number of tokens of one text, special tokens included."""

    @property
    def vocabulary(self) -> Sequence[str]:
        """Words that the model has as one token each, in a fixed order."""

    @property
    def workers(self) -> int:
        """How many calls at once are faster than one after the other."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """The tokens of each text, special tokens and passage prompt included."""

    def encode_passages(self, texts: Sequence[str]) -> Embeddings:
        """Texts to be found."""

    def encode_questions(self, texts: Sequence[str]) -> Embeddings:
        """Questions."""

    def save(self, folder: Path) -> None:
        """Writes what answering needs of the encoder into the new ``folder``, if that is a few files."""

    def check_quantization(self, texts: Sequence[str]) -> None:
        """Raise QuantizationError if quantized vectors of ``texts`` differ too much from the float32 model's."""


class Store(Protocol):
    """Knows positions and scores, not text. Scores are cosines: higher is better."""

    def search(self, vectors: Vectors, k: int, allowed: Positions | None = None) -> list[SearchResult]:
        """The ``k`` best rows for each vector (fewer only if fewer are allowed), ties by position."""

    def vectors(self, positions: Positions | Sequence[int]) -> Vectors:
        """The rows themselves, shape (len(positions), dimension)."""

    @property
    def description(self) -> Mapping[str, str | int]:
        """How it searches, as the manifest states it."""

    def save(self, folder: Path) -> None:
        """Writes files into ``folder`` that the class's ``load`` reads."""

    def __len__(self) -> int:
        """The number of rows."""
