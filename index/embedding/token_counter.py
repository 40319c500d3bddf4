"""Counting the tokens of texts, each different word once if the tokenizer allows it.

A tokenizer of BERT ends every token at white space and at punctuation (Devlin et al. 2019), so the tokens of a text are
those of its words and marks. A few thousand words make up most of a text, and looking one up takes a fraction of the
time of splitting it.
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer

# Words, and ASCII's punctuation marks one by one: what else is white space or punctuation, the tokenizer decides.
WORD = re.compile(r"[^ \t\n\r!-/:-@\[-`{-~]+|[!-/:-@\[-`{-~]")
# Longer ones, such as sentences of a language without spaces, hardly come twice.
MAX_WORD_CHARS = 30
MAX_WORDS = 100_000
# The tokenizer spreads a batch over threads, which takes longer to begin than splitting the new words of a question.
MIN_BATCH = 16


class TokenCounter:
    """Counts the tokens of texts, special tokens included, as a tokenizer that shortens no text."""

    def __init__(self, tokenizer: "Tokenizer") -> None:
        """Know no word yet."""
        from tokenizers.models import WordPiece
        from tokenizers.pre_tokenizers import BertPreTokenizer

        self._tokenizer = tokenizer
        self._by_word = isinstance(tokenizer.model, WordPiece) and isinstance(tokenizer.pre_tokenizer, BertPreTokenizer)
        # Tokens such as "[MASK]" are recognised in a text before it is split at marks.
        added = [re.escape(token.content) for token in tokenizer.get_added_tokens_decoder().values()]
        self._added = re.compile("|".join(added) or "(?!)")
        self._special_tokens = tokenizer.num_special_tokens_to_add(is_pair=False)
        self._known: dict[str, int] = {}

    def count(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text. Threads may count at the same time."""
        if not self._by_word:
            return [count + self._special_tokens for count in self._split(texts)]
        words = [[text] if self._added.search(text) else WORD.findall(text) for text in texts]
        counts = self._count_words(set().union(*words))
        return [sum(map(counts.__getitem__, some)) + self._special_tokens for some in words]

    def _count_words(self, words: set[str]) -> dict[str, int]:
        # Of its own: another thread may forget words meanwhile.
        counts = {word: count for word in words if (count := self._known.get(word)) is not None}
        new = [word for word in words if word not in counts]
        if new:
            counts.update(zip(new, self._split(new), strict=True))
            if len(self._known) + len(new) > MAX_WORDS:
                self._known.clear()
            self._known.update((word, counts[word]) for word in new if len(word) <= MAX_WORD_CHARS)
        return counts

    def _split(self, texts: Sequence[str]) -> list[int]:
        if len(texts) < MIN_BATCH:
            encodings = [self._tokenizer.encode(text, add_special_tokens=False) for text in texts]
        else:
            encodings = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [len(encoding.ids) for encoding in encodings]
