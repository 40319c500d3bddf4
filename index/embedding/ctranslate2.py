"""The encoder made fast: its network in whole numbers of a byte, run by CTranslate2.

Needs neither torch nor sentence-transformers. Measured beside them: ``docs/performance.md``. What it is made of and by
whom: ``index/embedding/convert.py``. The only module that imports ctranslate2 for the encoder.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from shutil import copytree
from typing import TYPE_CHECKING

import numpy as np

from index.embedding.common import count_cpus, unit, words_of
from index.embedding.quantization_check import check_quantization
from index.embedding.sentence_transformer import SentenceTransformerEncoder
from index.errors import ModelError
from index.types import Embeddings, Tokens, Vectors

if TYPE_CHECKING:
    from ctranslate2 import Encoder as Body
    from tokenizers import Tokenizer

BODY, TOKENIZER, DESCRIPTION, CHECKED = "body", "tokenizer.json", "encoder.json", "checked.json"


@dataclass(frozen=True, slots=True)
class Description:
    """What beside the weights decides a vector.

    ``source``: the fingerprint of the model as sentence-transformers has it; ``first``: the vector is that
    of the first token instead of the mean of all.
    """

    name: str
    source: str
    fingerprint: str
    limit: int
    first: bool
    passage_prompt: str
    question_prompt: str

    def write(self, folder: Path) -> None:
        """As ``encoder.json``."""
        (folder / DESCRIPTION).write_text(json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n", "utf-8")

    @classmethod
    def read(cls, folder: Path) -> "Description":
        """What ``write`` wrote. Raises ModelError."""
        try:
            return cls(**json.loads((folder / DESCRIPTION).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise ModelError(f"{folder} does not hold an encoder ({error}); build the index again") from error


class QuantizedEncoder:
    """A folder that ``index/embedding/convert.py`` made. Safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        """Reads the description; the network is loaded when a text is first encoded. Raises ModelError."""
        self._folder = folder
        self._is = Description.read(folder)

    @property
    def name(self) -> str:
        """The model as the setting names it."""
        return self._is.name

    @property
    def source(self) -> str:
        """Hex digest of the files of the model that was converted."""
        return self._is.source

    @property
    def fingerprint(self) -> str:
        """Hex digest of that, and of how it was converted."""
        return self._is.fingerprint

    @property
    def max_tokens(self) -> int:
        """The model's maximum sequence length in tokens, special tokens included."""
        return self._is.limit

    @property
    def workers(self) -> int:
        """One for each processor: two texts on two of them are faster than one on both."""
        return count_cpus()

    @cached_property
    def _body(self) -> "Body":
        import ctranslate2

        try:
            return ctranslate2.Encoder(
                str(self._folder / BODY), compute_type="int8", intra_threads=1, inter_threads=self.workers
            )
        except (RuntimeError, ValueError) as error:
            raise ModelError(f"{self._folder} cannot be loaded ({error}); build the index again") from error

    @cached_property
    def _tokenizer(self) -> "Tokenizer":
        from tokenizers import Tokenizer

        return Tokenizer.from_file(str(self._folder / TOKENIZER))

    @cached_property
    def _special(self) -> Vectors:
        added = self._tokenizer.get_added_tokens_decoder()
        return np.asarray([number for number, token in added.items() if token.special], dtype=np.int64)

    @cached_property
    def vocabulary(self) -> Sequence[str]:
        """The tokens that are words of letters alone, by their numbers."""
        return words_of(self._tokenizer)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text as it would be encoded, prompt and special tokens included."""
        prompted = [self._is.passage_prompt + text for text in texts]
        return [len(one.ids) for one in self._tokenizer.encode_batch_fast(prompted)]

    def encode_passages(self, texts: Sequence[str]) -> Embeddings:
        """With the model's document prompt."""
        return self._encode(self._is.passage_prompt, texts)

    def encode_questions(self, texts: Sequence[str]) -> Embeddings:
        """With the model's query prompt."""
        return self._encode(self._is.question_prompt, texts)

    def save(self, folder: Path) -> None:
        """Into a generation, which thereby answers without the model that it was made by."""
        copytree(self._folder, folder)

    def check_quantization(self, texts: Sequence[str]) -> None:
        """Compares itself with the model it was made of. Raises QuantizationError; the first time is the dear one."""
        model, checked = SentenceTransformerEncoder(self.name), self._folder / CHECKED
        if checked.is_file():
            check_quantization(self, model, texts, lengths=())
        else:
            checked.write_text(
                json.dumps(asdict(check_quantization(self, model, texts)), indent=1) + "\n", encoding="utf-8"
            )

    def _encode(self, prompt: str, texts: Sequence[str]) -> Embeddings:
        ids = [one.ids[: self.max_tokens] for one in self._tokenizer.encode_batch([prompt + text for text in texts])]
        hidden = np.asarray(self._body.forward_batch(ids).last_hidden_state)
        rows = [hidden[place, : len(own)] for place, own in enumerate(ids)]
        vectors = np.stack([row[0] if self._is.first else row.mean(axis=0) for row in rows])
        return Embeddings(unit(vectors), tuple(map(self._tokens, ids, rows)))

    def _tokens(self, ids: Sequence[int], row: Vectors) -> Tokens:
        numbers = np.asarray(ids, dtype=np.int64)
        kept = ~np.isin(numbers, self._special)
        return Tokens(numbers[kept], unit(row[kept]))
