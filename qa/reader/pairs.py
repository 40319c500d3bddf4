"""A question and a passage as the token pair that the reader sees."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tokenizers import Encoding, Tokenizer

from index.errors import ModelError

MAX_TOKENS = 256
# Long questions and headings must leave room for the passage's words.
MAX_QUESTION_TOKENS, MAX_CONTEXT_TOKENS = 96, 32
# [CLS] question [SEP] passage [SEP], or MPNet's <s> question </s></s> passage </s>.
BERT_MARKS, MPNET_MARKS = 3, 4
# MPNet's first position; those before it belong to padding.
FIRST_POSITION = 2


@dataclass(frozen=True, slots=True)
class TokenPair:
    """``[CLS] question [SEP] context words [SEP]`` as token ids, with the type of each: 0 question, 1 passage.

    A model like MPNet has no types: ``type_ids`` are the positions of its tokens. ``first`` is the first token of the
    passage's words; ``offsets`` has the start and end of each token of them, in characters of the words.
    """

    ids: list[int]
    type_ids: list[int]
    first: int
    offsets: list[tuple[int, int]]


class PairTokenizer:
    """Encodes pairs with one model's tokenizer. Words beyond the limit are not seen."""

    def __init__(self, tokenizer: Path) -> None:
        """Load ``tokenizer.json``. Raise ModelError if it marks pairs neither as BERT nor as MPNet does."""
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._marks = self._tokenizer.num_special_tokens_to_add(True)
        if self._marks not in {BERT_MARKS, MPNET_MARKS}:
            raise ModelError(
                f"{tokenizer} marks pairs with {self._marks} tokens, not as BERT does ([CLS] and [SEP]) nor as MPNet "
                "(<s> and </s>): a reader needs a model like one of these"
            )

    def has_word(self, word: str) -> bool:
        """Return whether the vocabulary has the word, in lower case, as one token."""
        return self._tokenizer.token_to_id(word) is not None

    def encode_pairs(
        self, question: str, passages: Iterable[tuple[str, str]], max_tokens: int = MAX_TOKENS
    ) -> Iterator[TokenPair]:
        """Yield one pair for each passage, given as its context and its words."""
        asked = self._encode(question, MAX_QUESTION_TOKENS)
        for context, text in passages:
            above = self._encode(context, MAX_CONTEXT_TOKENS)
            words = self._encode(text, max_tokens - self._marks - len(asked) - len(above))
            whole = self._tokenizer.post_process(asked, Encoding.merge([above, words], growing_offsets=False))
            first = len(whole) - 1 - len(words)
            yield TokenPair(whole.ids, self._list_types(whole), first, words.offsets)

    def _list_types(self, whole: Encoding) -> list[int]:
        if self._marks == BERT_MARKS:
            return whole.type_ids
        return list(range(FIRST_POSITION, FIRST_POSITION + len(whole)))

    def count_room(self, question: str, context: str) -> int:
        """Return how many tokens of words fit beside this question and context."""
        asked, above = self._encode(question, MAX_QUESTION_TOKENS), self._encode(context, MAX_CONTEXT_TOKENS)
        return MAX_TOKENS - self._marks - len(asked) - len(above)

    def count_word_tokens(self, text: str) -> list[tuple[int, int]]:
        """Return where each word of the text starts, in characters, and its number of tokens."""
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        starts: dict[int | None, list[int]] = {}
        for word, (start, _) in zip(encoding.word_ids, encoding.offsets, strict=True):
            starts.setdefault(word, []).append(start)
        return [(found[0], len(found)) for found in starts.values()]

    def _encode(self, text: str, max_tokens: int) -> Encoding:
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        encoding.truncate(max_tokens)
        return encoding
