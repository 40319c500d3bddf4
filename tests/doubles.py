"""An encoder that counts words, so that most tests need no model."""

from collections.abc import Sequence
from pathlib import Path
from zlib import crc32

import numpy as np

from index.types import Embeddings, Tokens, Vectors

DIMENSION = 64
MARKS = ".,!?"


class WordEncoder:
    """Encoder whose vectors count words, each at the place that its CRC-32 gives; a token is a word."""

    def __init__(self, name: str = "words", max_tokens: int = 256) -> None:
        """Collect in ``encoded`` every text that is encoded as a passage."""
        self.name, self.max_tokens = name, max_tokens
        self.encoded: list[str] = []

    @property
    def fingerprint(self) -> str:
        """Return a hash of the name: another name is another model."""
        return f"{crc32(self.name.encode()):064x}"

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count words and two special tokens."""
        return [len(text.split()) + 2 for text in texts]

    def count_question_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count as in a passage."""
        return self.count_tokens(texts)

    @property
    def vocabulary(self) -> Sequence[str]:
        """Words that are one token each, as all are."""
        return [f"word{number}" for number in range(200)]

    @property
    def workers(self) -> int:
        return 1

    def save(self, folder: Path) -> None:
        """Save nothing."""

    def check_quantization(self, texts: Sequence[str]) -> None:
        """Check nothing: there is no float32 model."""

    def encode_passages(self, texts: Sequence[str]) -> Embeddings:
        """Remember and encode texts; one without words has a direction of its own."""
        self.encoded += texts
        return self.encode_questions(texts)

    def encode_questions(self, texts: Sequence[str]) -> Embeddings:
        """Encode texts as passages are."""
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
