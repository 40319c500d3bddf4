"""An encoder that can be computed in one's head, so that most tests need no model."""

from collections.abc import Sequence
from pathlib import Path
from zlib import crc32

import numpy as np

from index.types import Embeddings, Tokens, Vectors

DIMENSION = 64
MARKS = ".,!?"


class WordEncoder:
    """A vector counts words, each in the place that its CRC-32 gives; a token is a word, two are special."""

    def __init__(self, name: str = "words", max_tokens: int = 256) -> None:
        """``encoded`` keeps every text that was ever encoded as a passage."""
        self.name, self.max_tokens = name, max_tokens
        self.encoded: list[str] = []

    @property
    def fingerprint(self) -> str:
        """Another name is another model."""
        return f"{crc32(self.name.encode()):064x}"

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Words and the two special tokens."""
        return [len(text.split()) + 2 for text in texts]

    @property
    def vocabulary(self) -> Sequence[str]:
        """Any word is one token."""
        return [f"word{number}" for number in range(200)]

    @property
    def workers(self) -> int:
        return 1

    def save(self, folder: Path) -> None:
        """Nothing to keep."""

    def check_quantization(self, texts: Sequence[str]) -> None:
        """It is what it is."""

    def encode_passages(self, texts: Sequence[str]) -> Embeddings:
        """A text without words points where no word does."""
        self.encoded += texts
        return self.encode_questions(texts)

    def encode_questions(self, texts: Sequence[str]) -> Embeddings:
        """As passages."""
        return Embeddings(np.stack([self._vector(text) for text in texts]), tuple(map(self._tokens, texts)))

    def _tokens(self, text: str) -> Tokens:
        words = [word for word in text.lower().split() if word.strip(MARKS)]
        vectors = [self._vector(word) for word in words] or [np.empty((0, DIMENSION), dtype=np.float32)]
        ids = [crc32(word.strip(MARKS).encode("utf-8", "surrogatepass")) % 1000 for word in words]
        return Tokens(np.array(ids, dtype=np.int64), np.vstack(vectors))

    def _vector(self, text: str) -> Vectors:
        vector = np.zeros(DIMENSION, dtype=np.float32)
        vector[0] = 1e-3
        for word in text.lower().split():
            vector[1 + crc32(word.strip(MARKS).encode("utf-8", "surrogatepass")) % (DIMENSION - 1)] += 1
        return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)
