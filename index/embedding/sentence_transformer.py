"""sentence-transformers behind ``Encoder``: any of its models, in float32.

Imports sentence-transformers, and torch with it, only when a text is first encoded, so that finding an
index up to date costs no start-up time.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.embedding.common import unit, words_of
from index.embedding.model_files import DEFAULT_MODEL, find_model_folder, fingerprint_model
from index.errors import ModelError
from index.types import Embeddings, Tokens, Vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer


class SentenceTransformerEncoder:
    """Any sentence-transformers model, with its own prompts, on the CPU in float32.

    Reimers & Gurevych 2019, "Sentence-BERT"; the default is all-MiniLM-L6-v2 (384
    dimensions, trained on texts of at most 128 tokens, accepts 256).
    """

    def __init__(self, name: str = DEFAULT_MODEL) -> None:
        """Finds and verifies the files; raises ModelError. Loads no library yet."""
        self._name = name
        self._folder = find_model_folder(name)
        self._fingerprint = fingerprint_model(name, self._folder)

    @property
    def name(self) -> str:
        """The model as the setting names it."""
        return self._name

    @property
    def fingerprint(self) -> str:
        """Hex digest of the model's files."""
        return self._fingerprint

    @cached_property
    def _model(self) -> "SentenceTransformer":
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()  # type: ignore[no-untyped-call]  # a bar for reading 90 MB from disk says nothing
        try:
            return SentenceTransformer(str(self._folder), device="cpu", local_files_only=True)
        except (OSError, ValueError, KeyError) as error:
            raise ModelError(f"{self._folder} does not hold a sentence-transformers model: {error}") from error

    @cached_property
    def _tokenizer(self) -> "Tokenizer":
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_str(self._model.tokenizer.backend_tokenizer.to_str())
        tokenizer.no_truncation()  # counting must see what encoding would cut off
        tokenizer.no_padding()
        return tokenizer

    @cached_property
    def _prompt(self) -> str:
        """What sentence-transformers puts before a document (its ``encode_document`` order)."""
        prompts: Mapping[str, Any] = self._model.prompts or {}
        return next((prompts[key] for key in ("document", "passage", "corpus") if prompts.get(key)), "")

    @property
    def max_tokens(self) -> int:
        """The model's maximum sequence length in tokens, special tokens included."""
        return int(self._model.max_seq_length or 512)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text as it would be encoded, prompt and special tokens included."""
        return [len(e.ids) for e in self._tokenizer.encode_batch_fast([self._prompt + text for text in texts])]

    @cached_property
    def vocabulary(self) -> Sequence[str]:
        """The tokens that are words of letters alone, by their numbers."""
        return words_of(self._tokenizer)

    @cached_property
    def _special(self) -> Vectors:
        return np.asarray(self._model.tokenizer.all_special_ids, dtype=np.int64)

    @property
    def workers(self) -> int:
        """Torch uses all processors for one."""
        return 1

    def save(self, folder: Path) -> None:
        """Nothing: a generation names the model and does not hold it."""

    def check_quantization(self, texts: Sequence[str]) -> None:
        """Nothing: it is the model itself."""

    def encode_passages(self, texts: Sequence[str]) -> Embeddings:
        """With the model's document prompt."""
        return self._encode(self._model.encode_document, texts)

    def encode_questions(self, texts: Sequence[str]) -> Embeddings:
        """With the model's query prompt."""
        return self._encode(self._model.encode_query, texts)

    def _encode(self, encode: Callable[..., Any], texts: Sequence[str]) -> Embeddings:
        found = encode(list(texts), batch_size=max(1, len(texts)), show_progress_bar=False, output_value=None)
        vectors = np.stack([unit(one["sentence_embedding"].float().numpy()) for one in found])
        return Embeddings(vectors, tuple(self._tokens(one) for one in found))

    def _tokens(self, one: Mapping[str, Any]) -> Tokens:
        """Without padding and special tokens; none for a model without (of static vectors, for instance)."""
        if "token_embeddings" not in one or "input_ids" not in one:
            return Tokens(np.empty(0, dtype=np.int64), np.empty((0, 0), dtype=np.float32))
        ids = one["input_ids"].numpy()
        kept = one["attention_mask"].numpy().astype(bool) & ~np.isin(ids, self._special)
        return Tokens(ids[kept], unit(one["token_embeddings"].float().numpy()[kept]))
