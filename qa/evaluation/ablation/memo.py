"""An encoder and a reader that remember: what rows or collections share is computed once."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import tee

import numpy as np

from index.embedding.batching import batch_by_length
from index.types import Embeddings, Encoder, Tokens, Vectors
from qa.reader.language import can_read
from qa.types import Reader, Reading

# What is remembered of a text.
One = tuple[Vectors, Tokens]


class MemoEncoder:
    """Wraps an encoder; every distinct text is encoded once in the life of the program.

    The tokens' vectors, which are many, are remembered in half precision.
    """

    def __init__(self, inner: Encoder) -> None:
        """Wrap an encoder, whose vectors are all kept in memory."""
        self._inner = inner
        self.name, self.fingerprint, self.max_tokens = inner.name, inner.fingerprint, inner.max_tokens
        self.workers = inner.workers
        self.save, self.check_quantization = inner.save, inner.check_quantization
        self._passages: dict[str, One] = {}
        self._questions: dict[str, One] = {}
        self._counts: dict[str, int] = {}

    @property
    def vocabulary(self) -> Sequence[str]:
        """The wrapped model's, which takes long to list."""
        return self._inner.vocabulary

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of the wrapped model."""
        missing = [text for text in dict.fromkeys(texts) if text not in self._counts]
        self._counts.update(zip(missing, self._inner.count_tokens(missing), strict=True))
        return [self._counts[text] for text in texts]

    def count_question_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of questions of the wrapped model."""
        return self._inner.count_question_tokens(texts)

    def encode_passages(self, texts: Sequence[str]) -> Embeddings:
        """Encode with the wrapped model what has not been encoded before."""
        return self._remembered(self._passages, self._inner.encode_passages, texts)

    def encode_questions(self, texts: Sequence[str]) -> Embeddings:
        """Encode with the wrapped model what has not been encoded before."""
        return self._remembered(self._questions, self._inner.encode_questions, texts)

    def _remembered(
        self, known: dict[str, One], encode: Callable[[Sequence[str]], Embeddings], texts: Sequence[str]
    ) -> Embeddings:
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        for batch in batch_by_length(self.count_tokens(missing)):
            some = [missing[position] for position in batch]
            encoded = encode(some)
            kept = (Tokens(tokens.ids, tokens.vectors.astype(np.float16)) for tokens in encoded.tokens)
            known.update(zip(some, zip(encoded.vectors, kept, strict=True), strict=True))
        found = [known[text] for text in texts]
        return Embeddings(np.stack([vector for vector, _ in found]), tuple(tokens for _, tokens in found))


class MemoReader:
    """Wraps a reader; every pair of question and passage is read once in the life of the program."""

    def __init__(self, inner: Reader) -> None:
        """Wrap a reader, whose readings are all kept in memory."""
        self.name = inner.name
        self._inner = inner
        self._readings: dict[tuple[str, str, str], Reading] = {}

    def reads(self, text: str) -> bool:
        """Return whether the wrapped reader reads the language of the text."""
        return can_read(self._inner, text)

    def read(self, question: str, passages: Iterable[tuple[str, str]]) -> Iterator[Reading]:
        """Read with the wrapped reader what has not been read before."""
        asked, given = tee(passages)
        readings = iter(self._inner.read(question, self._find_new(question, given)))
        for passage in asked:
            pair = (question, *passage)
            if pair not in self._readings:
                self._readings[pair] = next(readings)
            yield self._readings[pair]

    def _find_new(self, question: str, passages: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
        # A reader may take a passage before the one ahead of it, which may be the same, has been read.
        taken = set[tuple[str, str]]()
        for passage in passages:
            if (question, *passage) not in self._readings and passage not in taken:
                taken.add(passage)
                yield passage
