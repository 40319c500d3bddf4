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
from index.embedding.routes import PASSAGE, QUESTION, Route, find_route
from index.embedding.tokens import count_prompt_tokens, drop_special_tokens, list_words, normalize_rows
from index.errors import ModelError
from index.types import NO_TOKENS, Embeddings, Positions, Tokens

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


def can_load_sentence_transformers() -> bool:
    """Return whether sentence-transformers is installed, which only models other than the default one need."""
    return find_spec("sentence_transformers") is not None


class SentenceTransformerEncoder:
    """Any sentence-transformers model with its own prompts and routes, on the CPU in float32.

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
        # Some models are published in half precision, in which a CPU is slower and rounds more.
        precision = {"dtype": "float32"}
        try:
            return SentenceTransformer(str(self._folder), device="cpu", local_files_only=True, model_kwargs=precision)
        # Missing files, an unknown architecture, a configuration without a key that it needs, and a missing library.
        except (OSError, ValueError, KeyError, ImportError) as error:
            raise ModelError(f"{self._folder} does not hold a sentence-transformers model: {error}") from error

    @cached_property
    def questions(self) -> Route:
        """How questions are encoded. Raise ModelError if the model has no route for them."""
        return find_route(self.model, QUESTION)

    @cached_property
    def passages(self) -> Route:
        """How passages are encoded. Raise ModelError if the model has no route for them."""
        return find_route(self.model, PASSAGE)

    @property
    def is_symmetric(self) -> bool:
        """Whether a question gets the vector that the same text gets as a passage."""
        return self.questions == self.passages

    @property
    def shares_network(self) -> bool:
        """Whether the same network reads questions and passages, so that their tokens can be compared."""
        return self.questions.modules[0] is self.passages.modules[0]

    @property
    def max_tokens(self) -> int:
        """The maximum number of tokens of a passage and of a question, special tokens included."""
        return min(self.questions.max_tokens, self.passages.max_tokens)

    @cached_property
    def vocabulary(self) -> Sequence[str]:
        """The tokens of letters alone, in the order of their ids."""
        return list_words(self.passages.tokenizer)

    @property
    def workers(self) -> int:
        """One: torch uses all processors for each call."""
        return 1

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text as a passage, with prompt and special tokens."""
        return self.passages.count_tokens(texts)

    def count_question_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text as a question, with prompt and special tokens."""
        return self.questions.count_tokens(texts)

    def save(self, folder: Path) -> None:
        """Save nothing: a generation in float32 refers to the model by its name."""

    def check_quantization(self, texts: Sequence[str]) -> None:
        """Check nothing: float32 is the reference."""

    def encode_passages(self, texts: Sequence[str]) -> Embeddings:
        """Encode texts with the model's document prompt and route."""
        return self._encode_texts(self.model.encode_document, self.passages, texts)

    def encode_questions(self, texts: Sequence[str]) -> Embeddings:
        """Encode texts with the model's query prompt and route."""
        return self._encode_texts(self.model.encode_query, self.questions, texts)

    def _encode_texts(self, encode: Callable[..., Any], route: Route, texts: Sequence[str]) -> Embeddings:
        outputs = encode(
            list(texts),
            prompt=route.prompt,
            batch_size=max(1, len(texts)),
            show_progress_bar=False,
            output_value=None,
        )
        vectors = np.stack([normalize_rows(output["sentence_embedding"].float().numpy()) for output in outputs])
        if not self.shares_network:
            return Embeddings(vectors, (NO_TOKENS,) * len(texts))
        skipped = count_prompt_tokens(route.tokenizer, route.prompt)
        return Embeddings(vectors, tuple(self._extract_tokens(output, skipped) for output in outputs))

    @cached_property
    def _special_ids(self) -> Positions:
        return np.asarray(self.passages.modules[0].tokenizer.all_special_ids, dtype=np.int64)

    def _extract_tokens(self, output: Mapping[str, Any], skipped: int) -> Tokens:
        if "token_embeddings" not in output or "input_ids" not in output:
            # A model of static word vectors gives no token vectors.
            return NO_TOKENS
        is_text = output["attention_mask"].numpy().astype(bool)  # padding is not
        ids, vectors = output["input_ids"].numpy(), output["token_embeddings"].float().numpy()
        return drop_special_tokens(ids[is_text], vectors[is_text], self._special_ids, skipped)
