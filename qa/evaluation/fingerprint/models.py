"""An encoder and a reader whose numbers follow from the words by simple rules, the same on every processor."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from zlib import crc32

import numpy as np
import regex

from index.types import Embeddings, Tokens, Vectors
from qa.reader.pairs import TokenPair
from qa.reader.reader import TrainedReader
from qa.reader.spans import PairLogits

# More than the directions that late interaction keeps, so that its projection has something to leave out.
DIMENSION = 96
NONZERO = 16
MAX_TOKENS = 200
# Letters by which two forms of a word count as one: "ferry" and "ferries" do not, "opened" and "opening" do.
STEM = 4
# Of a passage that seems to answer, some words stand out by their logits, so that they are shown by themselves.
SURE_RELEVANCE, SURE_LOGIT = 1.0, 12.0
WORD = regex.compile(r"\p{Han}|[\p{L}\p{N}]+")
AXIS = regex.compile(r"axis(\d+)")


class RuleEncoder:
    """Token vectors from a hash of the word's first letters; a text's vector is their normalised sum."""

    name, fingerprint, max_tokens, workers = "rules", "0" * 64, MAX_TOKENS, 1
    # Words along the axes, each longer than the one before: an eigenvalue decomposition of them is exact and
    # has one result only, whatever library computes it.
    vocabulary: Sequence[str] = tuple(f"axis{number}" for number in range(DIMENSION))

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count one or two tokens a word, by its hash, and the two special ones."""
        return [2 + sum(1 + crc32(word.encode()) % 2 for word in WORD.findall(text.lower())) for text in texts]

    count_question_tokens = count_tokens

    def encode_questions(self, texts: Sequence[str]) -> Embeddings:
        """Encode each text by itself."""
        tokens = tuple(map(self._encode_tokens, texts))
        return Embeddings(np.stack([_pool(one.vectors) for one in tokens]), tokens)

    encode_passages = encode_questions

    def save(self, folder: Path) -> None:
        """Save nothing."""

    def check_quantization(self, texts: Sequence[str]) -> None:
        """Check nothing."""

    def _encode_tokens(self, text: str) -> Tokens:
        words = WORD.findall(text.lower())
        ids = np.array([crc32(word[:STEM].encode()) % 5000 for word in words], dtype=np.int64)
        return Tokens(ids, np.array([_encode_word(word) for word in words], dtype=np.float32).reshape(-1, DIMENSION))


class RuleReader(TrainedReader):
    """The shipped reader's tokenizer, limits and choice of words, with other logits."""

    name = "rules"

    def __init__(self) -> None:
        """Read the shipped tokenizer."""
        super().__init__()
        self.__dict__["_network"] = _compute_logits


@cache
def _encode_word(word: str) -> Vectors:
    """Return a vector of length 1 with components of 0 and ±1/4, whose sums are exact."""
    vector = np.zeros(DIMENSION, dtype=np.float32)
    if axis := AXIS.fullmatch(word):
        vector[int(axis[1])] = 1 + int(axis[1])
        return vector
    digest = sha256(word[:STEM].encode()).digest()
    for number in range(NONZERO):
        # One place in each of as many equal blocks, and a sign.
        block = DIMENSION // NONZERO
        vector[number * block + digest[number] % block] = 0.25 if digest[NONZERO + number] % 2 else -0.25
    return vector


def _pool(tokens: Vectors) -> Vectors:
    total = tokens.sum(axis=0) if len(tokens) else np.zeros(DIMENSION, dtype=np.float32)
    # Nothing at all is not a direction.
    total[0] += 0.25
    norm = np.sqrt((total * total).sum()) or 1.0
    return np.asarray(total / norm, dtype=np.float32)


def _compute_logits(pairs: Iterable[TokenPair]) -> Iterator[PairLogits]:
    return map(_score_pair, pairs)


def _score_pair(pair: TokenPair) -> PairLogits:
    """Return logits that are all multiples of 1/4."""
    start, end = (np.full(len(pair.ids), -4.0, dtype=np.float32) for _ in range(2))
    second = pair.type_ids.index(1)
    asked = set(pair.ids[1 : second - 1])
    relevance = min(6.0, 1.25 * len(asked.intersection(pair.ids[second:-1])) - 5)
    start[0] = end[0] = 2.0
    for place in range(pair.first, len(pair.ids) - 1):
        follows = pair.ids[place - 1] in asked
        start[place] = pair.ids[place] * 7 % 16 / 4 + 2 * follows
        end[place] = pair.ids[place] * 11 % 16 / 4
        if follows and relevance >= SURE_RELEVANCE and end.max() < SURE_LOGIT:
            # One place that stands out, so that its words are shown.
            start[place] = end[place] = SURE_LOGIT
    return PairLogits(start, end, relevance)
