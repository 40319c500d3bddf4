"""An encoder that can be computed in one's head, so that most tests need no model."""

from collections.abc import Sequence
from zlib import crc32

import numpy as np

from index.types import Vectors

DIMENSION = 64


class WordEncoder:
    """A vector counts words, each in the place that its CRC-32 gives; a token is a word, two are special."""

    def __init__(self, name: str = "words", limit: int = 256) -> None:
        """``encoded`` keeps every text that was ever encoded as a passage."""
        self.name, self.limit = name, limit
        self.encoded: list[str] = []

    @property
    def fingerprint(self) -> str:
        """Another name is another model."""
        return f"{crc32(self.name.encode()):064x}"

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Words and the two special tokens."""
        return [len(text.split()) + 2 for text in texts]

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors; a text without words points where no word does."""
        self.encoded += texts
        return np.stack([self._vector(text) for text in texts])

    def encode_questions(self, texts: Sequence[str]) -> Vectors:
        """As passages."""
        return np.stack([self._vector(text) for text in texts])

    def _vector(self, text: str) -> Vectors:
        vector = np.zeros(DIMENSION, dtype=np.float32)
        vector[0] = 1e-3
        for word in text.lower().split():
            vector[1 + crc32(word.strip(".,!?").encode("utf-8", "surrogatepass")) % (DIMENSION - 1)] += 1
        return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)
