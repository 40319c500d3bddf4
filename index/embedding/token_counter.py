"""Counting the tokens of texts, each different word once if the tokenizer allows it.

A tokenizer of BERT ends every token at white space and at punctuation (Devlin et al. 2019), so the tokens of a text are
those of its words and marks. A mark is one token, and some ten thousand words make up most of a text: looking one up
takes a fraction of the time of splitting it.
"""

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer

# ASCII's punctuation and white space, in UTF-8, of which no byte is part of another character. What else is white space
# or punctuation, the tokenizer decides.
MARKS = b"!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
BORDERS = MARKS + b"\t\n\r"
TO_SPACES = bytes.maketrans(BORDERS, b" " * len(BORDERS))
# What a normalizer can write in no other way than in capitals or small letters.
SIMPLE = re.compile(r"[!-~]+")
# Longer ones, such as sentences of a language without spaces, hardly come twice.
MAX_WORD_BYTES = 30
MAX_WORDS = 100_000
# The tokenizer spreads a batch over threads, which takes longer to begin than splitting a few texts.
MIN_BATCH = 16


class TokenCounter:
    """Counts the tokens of texts, special tokens included, as a tokenizer that shortens no text."""

    def __init__(self, tokenizer: "Tokenizer") -> None:
        """Know no word yet."""
        from tokenizers.models import WordPiece
        from tokenizers.normalizers import BertNormalizer
        from tokenizers.pre_tokenizers import BertPreTokenizer

        self._tokenizer, self._model, normalizer = tokenizer, tokenizer.model, tokenizer.normalizer
        self._normalize: Callable[[str], str] = normalizer.normalize_str if normalizer else str
        # What that does to ASCII letters and digits, in a tenth of the time if it is known.
        is_known = isinstance(normalizer, BertNormalizer)
        self._normalize_ascii = (str.lower if normalizer.lowercase else str) if is_known else self._normalize
        added = tokenizer.get_added_tokens_decoder().values()
        is_bert = isinstance(self._model, WordPiece) and isinstance(tokenizer.pre_tokenizer, BertPreTokenizer)
        # Some are sought in the text as its normalizer writes it, in which a line break may have become a space.
        is_simple = all(not token.normalized or SIMPLE.fullmatch(token.content) for token in added)
        self._by_word = is_bert and is_simple and set(self._split(MARKS.decode())) == {1}
        # Tokens such as "[MASK]" are recognised in a text before it is split at marks.
        self._added = re.compile("|".join(re.escape(token.content) for token in added) or "(?!)", re.IGNORECASE)
        self._special_tokens = tokenizer.num_special_tokens_to_add(is_pair=False)
        self._known = _KnownCounts(self._count_word)

    def count(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text. Threads may count at the same time."""
        if not self._by_word:
            return [count + self._special_tokens for count in self._split(texts)]
        # One search is faster than thousands, and nearly always finds nothing.
        if self._added.search("\n".join(texts)):
            return [self._count_text(text) for text in texts]
        return [self._count_words(text) + self._special_tokens for text in texts]

    def _count_text(self, text: str) -> int:
        """Count the tokens of a text that may have added tokens, special tokens included."""
        count = self._split([text])[0] if self._added.search(text) else self._count_words(text)
        return count + self._special_tokens

    def _count_words(self, text: str) -> int:
        """Count the tokens of a text that has no added token."""
        data = text.encode()
        marks = len(data) - len(data.translate(None, MARKS))
        return sum(map(self._known.__getitem__, data.translate(TO_SPACES).split(b" ")), marks)

    def _count_word(self, word: str) -> int:
        is_plain = word.isascii() and word.isalnum()
        normal = self._normalize_ascii(word) if is_plain else self._normalize(word)
        # The tokenizer splits no word of letters and digits, and its model alone is five times as fast.
        if normal.isascii() and normal.isalnum():
            return 1 if self._model.token_to_id(normal) is not None else len(self._model.tokenize(normal))
        return self._split([word])[0]

    def _split(self, texts: Sequence[str]) -> list[int]:
        if len(texts) < MIN_BATCH:
            encodings = [self._tokenizer.encode(text, add_special_tokens=False) for text in texts]
        else:
            encodings = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [len(encoding.ids) for encoding in encodings]


class _KnownCounts(dict[bytes, int]):
    """Numbers of tokens of words, each counted when it is first asked for; forgotten when there are too many."""

    def __init__(self, count: Callable[[str], int]) -> None:
        super().__init__()
        self._count = count

    def __missing__(self, word: bytes) -> int:
        count = self._count(word.decode())
        if len(word) <= MAX_WORD_BYTES:
            if len(self) >= MAX_WORDS:
                self.clear()
            self[word] = count
        return count
