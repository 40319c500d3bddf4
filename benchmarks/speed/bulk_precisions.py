"""Other arithmetic for embedding in bulk: torch in bfloat16, and OpenVINO if it is installed.

Both compute what sentence-transformers does, with the same tokenizer, mean and batches of similar length. On a
processor without instructions for bfloat16 it is emulated, and slower than float32.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib.util import find_spec
from typing import Any

import numpy as np
import torch
from sentence_transformers import SentenceTransformer

from benchmarks.speed.baseline import load_baseline_model
from index.embedding.batching import batch_by_length
from index.types import Vectors

# Not among the requirements, of whose size it would be a tenth; the rows are for those who consider it.
OPENVINO = "openvino==2026.4.1"
BF16, OPENVINO_FLOAT32, OPENVINO_BF16 = "torch in bf16 (autocast)", "OpenVINO in float32", "OpenVINO in bf16"
MISSING = f"OpenVINO is not installed here and has no row; `pip install {OPENVINO}` adds it."
Embed = Callable[[Sequence[str]], Vectors]


def list_precisions() -> dict[str, Embed]:
    """Return how texts are embedded with each other arithmetic that can be had here, by its name."""
    model = load_baseline_model()
    found: dict[str, Embed] = {BF16: partial(_embed_bf16, model)}
    if find_spec("openvino"):
        found[OPENVINO_FLOAT32] = OpenVinoEncoder(model, "f32").embed
        found[OPENVINO_BF16] = OpenVinoEncoder(model, "bf16").embed
    return found


def describe_missing(found: Mapping[str, object]) -> str:
    """Return a sentence on what is not installed; nothing if all is."""
    return "" if OPENVINO_BF16 in found else MISSING


def _embed_bf16(model: SentenceTransformer, texts: Sequence[str]) -> Vectors:
    with torch.autocast("cpu", dtype=torch.bfloat16):
        vectors = model.encode(list(texts))
    return _normalize_rows(np.asarray(vectors, dtype=np.float32))


class OpenVinoEncoder:
    """The network of a sentence-transformers model, converted by OpenVINO; ``precision`` is ``f32`` or ``bf16``."""

    def __init__(self, model: SentenceTransformer, precision: str) -> None:
        """Convert the network in memory."""
        import openvino

        self._tokenizer, self._max_tokens = model.tokenizer, model.max_seq_length
        example = dict(self._tokenizer(["A text.", "Another one."], padding=True, return_tensors="pt"))
        with torch.no_grad():
            converted = openvino.convert_model(_LastState(model[0].auto_model).eval(), example_input=example)
        options = {"INFERENCE_PRECISION_HINT": precision, "PERFORMANCE_HINT": "LATENCY"}
        self._network = openvino.compile_model(converted, "CPU", options)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of the texts, shape (texts, dimension); what is over the model's limit is cut."""
        tokens = self._tokenizer(list(texts), truncation=True, max_length=self._max_tokens)["input_ids"]
        found: dict[int, Vectors] = {}
        for batch in batch_by_length([len(one) for one in tokens]):
            found.update(zip(batch, self._embed_batch([texts[row] for row in batch]), strict=True))
        return np.stack([found[row] for row in range(len(texts))])

    def _embed_batch(self, texts: Sequence[str]) -> Vectors:
        cut = {"padding": True, "truncation": True, "max_length": self._max_tokens}
        inputs = self._tokenizer(list(texts), return_tensors="np", **cut)
        states = self._network(dict(inputs))[0]
        mask = inputs["attention_mask"][:, :, None]
        return _normalize_rows((states * mask).sum(axis=1) / mask.sum(axis=1))


class _LastState(torch.nn.Module):
    """A network of transformers that returns only what is needed, because OpenVINO traces plain tensors."""

    def __init__(self, network: Any) -> None:  # noqa: ANN401  (transformers has no types)
        super().__init__()
        self._network = network

    def forward(self, input_ids: torch.Tensor, token_type_ids: torch.Tensor, attention_mask: torch.Tensor) -> Any:  # noqa: ANN401
        return self._network(
            input_ids=input_ids, token_type_ids=token_type_ids, attention_mask=attention_mask
        ).last_hidden_state


def _normalize_rows(vectors: Vectors) -> Vectors:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)
