"""Other readers by folder or hub id: a CrossEncoder, or a model that was trained on SQuAD.

Their logits are used as they are. The confidence was fitted with the shipped reader; with another
one it is only as good as the logits are alike, until ``benchmarks.training.calibration --reader``
fits it again.
"""

import json
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from index.embedding.model_files import find_model_folder
from index.errors import ModelError
from qa.reader.pairs import MAX_TOKENS
from qa.reader.spans import find_best_span
from qa.types import Reader, Reading

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

# Pairs read at once: many questions need no more.
BATCH_SIZE = 2


def load_other_reader(name: str) -> Reader:
    """Return the reader for the model of this name. Raise ModelError if it is of another kind."""
    folder = find_model_folder(name)
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        kinds = " ".join(config.get("architectures") or [])
    except (OSError, ValueError, AttributeError) as error:
        raise ModelError(f"no model in {folder}: cannot read config.json ({error})") from error
    if "ForQuestionAnswering" in kinds:
        return SpanReader(name, str(folder))
    if "ForSequenceClassification" in kinds:
        return RelevanceReader(name, str(folder))
    raise ModelError(
        f"{name} is a {kinds or 'model of unknown kind'}, which cannot read: choose a CrossEncoder "
        "(…ForSequenceClassification) or a …ForQuestionAnswering"
    )


class RelevanceReader:
    """A CrossEncoder of sentence-transformers: one logit a passage, no words."""

    def __init__(self, name: str, folder: str) -> None:
        """Load nothing yet."""
        self.name = name
        self._folder = folder

    @cached_property
    def _model(self) -> "CrossEncoder":
        from sentence_transformers import CrossEncoder

        model: CrossEncoder = CrossEncoder(self._folder, device="cpu", max_length=MAX_TOKENS, local_files_only=True)
        return model

    def read(self, question: str, passages: Iterable[tuple[str, str]]) -> Iterator[Reading]:
        """Yield the relevance of each passage; it is used as its answerability, too."""
        from torch.nn import Identity

        texts = ((question, " ".join(filter(None, passage))) for passage in passages)
        while batch := list(islice(texts, BATCH_SIZE)):
            logits = self._model.predict(batch, activation_fn=Identity(), show_progress_bar=False)
            for logit in np.asarray(logits, dtype=np.float32).reshape(-1):
                yield Reading(float(logit), float(logit), None)


class SpanReader:
    """An extractive model of transformers; by how much its words beat no answer is its relevance, too."""

    def __init__(self, name: str, folder: str) -> None:
        """Load nothing yet."""
        self.name = name
        self._folder = folder

    @cached_property
    def _model(self) -> tuple[Any, Any]:
        from transformers import AutoModelForQuestionAnswering, AutoTokenizer

        tokenizer = AutoTokenizer.from_pretrained(self._folder, local_files_only=True)
        return tokenizer, AutoModelForQuestionAnswering.from_pretrained(self._folder, local_files_only=True).eval()

    def read(self, question: str, passages: Iterable[tuple[str, str]]) -> Iterator[Reading]:
        """Read one passage after the other, without its context, which no such model was trained with."""
        return (self._read_passage(question, text) for _, text in passages)

    def _read_passage(self, question: str, text: str) -> Reading:
        import torch

        tokenizer, model = self._model
        inputs = tokenizer(
            question,
            text,
            truncation="only_second",
            max_length=MAX_TOKENS,
            return_offsets_mapping=True,
            return_tensors="pt",
        )
        offsets = inputs.pop("offset_mapping")[0].tolist()
        inside = [place for place, part in enumerate(inputs.sequence_ids(0)) if part == 1]
        with torch.inference_mode():
            output = model(**inputs)
        start, end = output.start_logits[0].numpy(), output.end_logits[0].numpy()
        words = [(offsets[place][0], offsets[place][1]) for place in inside]
        best = find_best_span(start[inside], end[inside], words, float(start[0] + end[0]))
        return Reading(best.over_none, best.over_none, best.span, best.over_others)
