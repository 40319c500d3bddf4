"""Float32 encoder: any sentence-transformers model, run with torch.

sentence-transformers and torch are imported when a text is first encoded, so that checking whether an index is up to
date does not wait for them.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.embedding.model_files import DEFAULT_MODEL, INSTALL_MODELS, find_model_folder, fingerprint_model
from index.embedding.tokens import drop_special_tokens, list_words, normalize_rows
from index.errors import ModelError
from index.types import Embeddings, Positions, Tokens

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

# Used if a model does not state its maximum sequence length; the limit of BERT and most of its successors.
DEFAULT_MAX_TOKENS = 512


def can_load_sentence_transformers() -> bool:
    """Return whether sentence-transformers is installed, which only models other than the default one need."""
    return find_spec("sentence_transformers") is not None


class SentenceTransformerEncoder:
    """Any sentence-transformers model with its own prompts, on the CPU in float32.

    Reimers & Gurevych 2019, "Sentence-BERT". The default, all-MiniLM-L6-v2, has 384 dimensions, was trained on texts
    of at most 128 tokens, and takes 256.
    """

    def __init__(self, name: str = DEFAULT_MODEL) -> None:
        """Find the model's files and compute their fingerprint; raise ModelError. Load no library yet."""
        self.name = name
        self._folder = find_model_folder(name)
        self.fingerprint = fingerprint_model(name, self._folder)

    @cached_property
    def model(self) -> "SentenceTransformer":
        """The loaded model. Raise ModelError if the folder does not hold one, or sentence-transformers is missing."""
        if not can_load_sentence_transformers():
            raise ModelError(
                f"{self.name} needs the package sentence_transformers, which is not installed: {INSTALL_MODELS}"
            )
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()  # type: ignore[no-untyped-call]  # not worth a bar: 90 MB are read within a second
        try:
            return SentenceTransformer(str(self._folder), device="cpu", local_files_only=True)
        # Missing files, an unknown architecture, and a configuration without a key that it needs.
        except (OSError, ValueError, KeyError) as error:
            raise ModelError(f"{self._folder} does not hold a sentence-transformers model: {error}") from error

    @cached_property
    def tokenizer(self) -> "Tokenizer":
        """The model's tokenizer, but without truncation: counting must see what encoding would cut off."""
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_str(self.model.tokenizer.backend_tokenizer.to_str())
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    @property
    def max_tokens(self) -> int:
        """The model's maximum sequence length in tokens, special tokens included."""
        return int(self.model.max_seq_length or DEFAULT_MAX_TOKENS)

    def find_prompt(self, *kinds: str) -> str:
        """Return the prompt of the first kind that has one, else the default, as sentence-transformers does."""
        prompts: Mapping[str, str | None] = self.model.prompts or {}
        found = (prompts.get(kind) for kind in (*kinds, self.model.default_prompt_name) if kind)
        return next(filter(None, found), "")

    @property
    def passage_prompt(self) -> str:
        """What ``SentenceTransformer.encode_document`` puts before a text."""
        return self.find_prompt("document", "passage", "corpus")

    @property
    def question_prompt(self) -> str:
        """What ``SentenceTransformer.encode_query`` puts before a text."""
        return self.find_prompt("query")

    @cached_property
    def vocabulary(self) -> Sequence[str]:
        """The tokens of letters alone, in the order of their ids."""
        return list_words(self.tokenizer)

    @property
    def workers(self) -> int:
        """One: torch uses all processors for each call."""
        return 1

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text as it is encoded, with prompt and special tokens."""
        prompted = [self.passage_prompt + text for text in texts]
        return [len(encoding.ids) for encoding in self.tokenizer.encode_batch_fast(prompted)]

    def save(self, folder: Path) -> None:
        """Save nothing: a generation in float32 refers to the model by its name."""

    def check_quantization(self, texts: Sequence[str]) -> None:
        """Check nothing: float32 is the reference."""

    def encode_passages(self, texts: Sequence[str]) -> Embeddings:
        """Encode texts with the model's document prompt."""
        return self._encode_texts(self.model.encode_document, texts)

    def encode_questions(self, texts: Sequence[str]) -> Embeddings:
        """Encode texts with the model's query prompt."""
        return self._encode_texts(self.model.encode_query, texts)

    def _encode_texts(self, encode: Callable[..., Any], texts: Sequence[str]) -> Embeddings:
        outputs = encode(list(texts), batch_size=max(1, len(texts)), show_progress_bar=False, output_value=None)
        vectors = np.stack([normalize_rows(output["sentence_embedding"].float().numpy()) for output in outputs])
        return Embeddings(vectors, tuple(map(self._extract_tokens, outputs)))

    @cached_property
    def _special_ids(self) -> Positions:
        return np.asarray(self.model.tokenizer.all_special_ids, dtype=np.int64)

    def _extract_tokens(self, output: Mapping[str, Any]) -> Tokens:
        if "token_embeddings" not in output or "input_ids" not in output:
            # A model of static word vectors gives no token vectors.
            return Tokens(np.empty(0, dtype=np.int64), np.empty((0, 0), dtype=np.float32))
        is_text = output["attention_mask"].numpy().astype(bool)  # padding is not
        ids, vectors = output["input_ids"].numpy(), output["token_embeddings"].float().numpy()
        return drop_special_tokens(ids[is_text], vectors[is_text], self._special_ids)
