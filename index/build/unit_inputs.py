"""What is embedded of each unit: its text, and the title and heading above it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from index.disk.lazy_sequence import LazySequence
from index.embedding.batching import shorten_to_fit
from index.generation.generation import UnitTable
from index.generation.passage_table import SENTENCE, SENTENCE_END, START
from index.generation.passages import Passages
from index.types import Encoder

# Small, so that a unit is always nearer to its own words than to its title (docs/quality.md has both variants).
CONTEXT_WEIGHT = 0.2
KEY_BYTES = 16
# Passages and contexts that are remembered: the units of a passage follow each other, as do passages under one heading.
RECENT_PASSAGES, RECENT_CONTEXTS = 16, 1024


@dataclass(frozen=True, slots=True)
class UnitInput:
    """The text of a unit and its context: title and heading. The tokens of a unit that is a whole passage are kept."""

    text: str
    context: str
    is_whole_passage: bool

    @property
    def texts(self) -> list[str]:
        """The texts to embed."""
        return [self.text, self.context] if self.context else [self.text]

    @property
    def key(self) -> bytes:
        """Hash of everything that decides the unit's vector, except the model."""
        return sha256(f"{CONTEXT_WEIGHT}\0{self.context}\0{self.text}".encode()).digest()[:KEY_BYTES]


class UnitInputs(LazySequence[UnitInput]):
    """The inputs of all units, each made of its passage when it is needed, so that none of them takes memory."""

    def __init__(self, passages: Passages, units: UnitTable, encoder: Encoder, has_context: bool) -> None:
        """Leave out contexts unless ``has_context`` is true; shorten those that are longer than the encoder takes."""
        self._passages, self._units, self._has_context = passages, units, has_context
        self._read_passage = lru_cache(maxsize=RECENT_PASSAGES)(self._read_uncached)
        self._shorten = lru_cache(maxsize=RECENT_CONTEXTS)(lambda text: shorten_to_fit(encoder, [text])[0])

    def __len__(self) -> int:
        """Return the number of units."""
        return len(self._units)

    def _read_item(self, row: int) -> UnitInput:
        passage, start, end = self._units[row].tolist()
        first, text, context, edges = self._read_passage(passage)
        return UnitInput(text[start - first : end - first], context, (start, end) == edges)

    def _read_uncached(self, passage: int) -> tuple[int, str, str, tuple[int, int]]:
        """Return where a passage starts in its document, its text and context, and the edges of its sentences."""
        start, first, last = self._passages.table[passage, [START, SENTENCE, SENTENCE_END]].tolist()
        context = self._shorten(self._passages.get_context(passage)) if self._has_context else ""
        edges = int(self._passages.sentences[first, 0]), int(self._passages.sentences[last - 1, 1])
        return start, self._passages.get_text(passage), context, edges


class UnitTexts(LazySequence[str]):
    """The texts of units, without their contexts."""

    def __init__(self, inputs: Sequence[UnitInput]) -> None:
        """Read each from its input when it is needed."""
        self._inputs = inputs

    def __len__(self) -> int:
        """Return the number of units."""
        return len(self._inputs)

    def _read_item(self, row: int) -> str:
        return self._inputs[row].text
