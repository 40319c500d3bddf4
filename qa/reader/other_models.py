"""Readers from elsewhere: a CrossEncoder, or a model that was trained on SQuAD, by folder or hub id.

Their logits are used as they are. The confidence was fitted with the shipped reader; with another one
it is as good as that one's logits are like the shipped one's, until
``benchmarks.training.calibration --reader`` fits it again.
"""

import json
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from index.embedding.model_files import find_model_folder
from index.errors import ModelError
from qa.reader.pairs import MOST_TOKENS
from qa.reader.spans import likeliest
from qa.types import Reader, Reading

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

BATCH = 8


def foreign(name: str) -> Reader:
    """The reader for the model of this name. Raises ModelError for one of another kind."""
    folder = find_model_folder(name)
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        kinds = " ".join(config.get("architectures") or [])
    except (OSError, ValueError, AttributeError) as error:
        raise ModelError(f"{folder} holds no model: config.json cannot be read ({error})") from error
    if "ForQuestionAnswering" in kinds:
        return SpanReader(name, str(folder))
    if "ForSequenceClassification" in kinds:
        return RelevanceReader(name, str(folder))
    raise ModelError(
        f"{name} is a {kinds or 'model without a kind'}; a reader is a CrossEncoder (…ForSequenceClassification) "
        "or a …ForQuestionAnswering"
    )


class RelevanceReader:
    """A CrossEncoder of sentence-transformers: one logit a passage, no words."""

    def __init__(self, name: str, folder: str) -> None:
        """Loads nothing yet."""
        self.name = name
        self._folder = folder

    @cached_property
    def _model(self) -> "CrossEncoder":
        from sentence_transformers import CrossEncoder

        model: CrossEncoder = CrossEncoder(self._folder, device="cpu", max_length=MOST_TOKENS, local_files_only=True)
        return model

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[Reading]:
        """The relevance of each; it counts for answerable, too."""
        from torch.nn import Identity

        texts = [(question, " ".join(filter(None, passage))) for passage in passages]
        logits = self._model.predict(texts, batch_size=BATCH, activation_fn=Identity(), show_progress_bar=False)
        return [Reading(float(logit), float(logit), None) for logit in np.asarray(logits, dtype=np.float32).reshape(-1)]


class SpanReader:
    """An extractive model of transformers; by how much words beat no answer counts for relevance, too."""

    def __init__(self, name: str, folder: str) -> None:
        """Loads nothing yet."""
        self.name = name
        self._folder = folder

    @cached_property
    def _model(self) -> tuple[Any, Any]:
        from transformers import AutoModelForQuestionAnswering, AutoTokenizer

        tokenizer = AutoTokenizer.from_pretrained(self._folder, local_files_only=True)
        return tokenizer, AutoModelForQuestionAnswering.from_pretrained(self._folder, local_files_only=True).eval()

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[Reading]:
        """One passage after the other; title and heading are not shown, no such model knows them."""
        return [self._one(question, words) for _, words in passages]

    def _one(self, question: str, words: str) -> Reading:
        import torch

        tokenizer, model = self._model
        inputs = tokenizer(
            question,
            words,
            truncation="only_second",
            max_length=MOST_TOKENS,
            return_offsets_mapping=True,
            return_tensors="pt",
        )
        offsets = inputs.pop("offset_mapping")[0].tolist()
        inside = [place for place, part in enumerate(inputs.sequence_ids(0)) if part == 1]
        with torch.inference_mode():
            found = model(**inputs)
        start, end = found.start_logits[0].numpy(), found.end_logits[0].numpy()
        places = [(offsets[place][0], offsets[place][1]) for place in inside]
        margin, span = likeliest(start[inside], end[inside], places, float(start[0] + end[0]))
        return Reading(margin, margin, span)
