"""A question and a passage as the tokens that the reader sees."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tokenizers import Tokenizer

from index.errors import ModelError

MOST_TOKENS = 256
MOST_QUESTION, MOST_CONTEXT = 96, 32


@dataclass(frozen=True, slots=True)
class Pair:
    """``[CLS] question [SEP] title and heading · words [SEP]`` as token numbers.

    ``second``: where the passage begins; ``first``: the first token of its words, of which
    ``offsets`` has the start and end in characters of each one.
    """

    ids: tuple[int, ...]
    second: int
    first: int
    offsets: tuple[tuple[int, int], ...]


class Pairs:
    """Makes pairs with one model's tokenizer. Words beyond the limit are not seen."""

    def __init__(self, tokenizer: Path) -> None:
        """``tokenizer``: a ``tokenizer.json`` with the marks [CLS] and [SEP]."""
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._begin, self._end = self._mark("[CLS]"), self._mark("[SEP]")

    def __call__(self, question: str, passages: Sequence[tuple[str, str]], most: int = MOST_TOKENS) -> list[Pair]:
        """One pair for each passage, given as its context and its words."""
        asked = [self._begin, *self._ids(question)[:MOST_QUESTION], self._end]
        return [self._pair(asked, context, words, most) for context, words in passages]

    def _pair(self, asked: list[int], context: str, words: str, most: int) -> Pair:
        before = [*asked, *self._ids(context)[:MOST_CONTEXT]]
        encoded = self._tokenizer.encode(words, add_special_tokens=False)
        room = most - len(before) - 1
        ids = (*before, *encoded.ids[:room], self._end)
        return Pair(ids, len(asked), len(before), tuple(encoded.offsets[:room]))

    def _mark(self, mark: str) -> int:
        number = self._tokenizer.token_to_id(mark)
        if number is None:
            raise ModelError(f"the reader's tokenizer has no {mark}; it takes models of BERT's form")
        return number

    def _ids(self, text: str) -> list[int]:
        return list(self._tokenizer.encode(text, add_special_tokens=False).ids) if text else []
