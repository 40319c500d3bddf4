"""What a model computes from the pooled vector of a text: dense layers and normalization, in numpy.

Several models end in such layers, for example to get more dimensions than their network has.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.embedding.tokens import normalize_rows
from index.errors import ModelError, QuantizationError

Array = NDArray[np.float32]
ACTIVATIONS: Mapping[str, Callable[[Array], Array]] = {
    "Identity": lambda rows: rows,
    "Tanh": np.tanh,
    "ReLU": lambda rows: np.maximum(rows, 0),
}
NORMALIZE = "Normalize"


@dataclass(frozen=True, eq=False, slots=True)
class Step:
    """A dense layer with the activation ``kind``: ``weight`` has the shape (outputs, inputs), ``bias`` (outputs,).

    Without weights, if ``kind`` is ``NORMALIZE``, each row is scaled to unit length.
    """

    kind: str
    weight: Array | None = None
    bias: Array | None = None

    def apply(self, rows: Array) -> Array:
        """Return the rows after this step."""
        if self.weight is None or self.bias is None:
            return normalize_rows(rows)
        return np.asarray(ACTIVATIONS[self.kind](rows @ self.weight.T + self.bias), dtype=np.float32)


@dataclass(frozen=True, eq=False, slots=True)
class Head:
    """Steps in order; then all components after the first ``dimension`` are dropped, unless that is 0."""

    steps: tuple[Step, ...] = ()
    dimension: int = 0

    def __bool__(self) -> bool:
        """Return whether the head does anything but scale rows, which every encoder does in the end."""
        return self.dimension > 0 or any(step.kind != NORMALIZE for step in self.steps)

    def apply(self, rows: Array) -> Array:
        """Return the vectors of texts, shape (texts, dimension), from pooled ones, shape (texts, hidden)."""
        for step in self.steps:
            rows = step.apply(rows)
        return rows[:, : self.dimension] if self.dimension else rows

    def save(self, path: Path) -> None:
        """Write an ``.npz`` file."""
        arrays = {"kinds": np.array([step.kind for step in self.steps]), "dimension": np.array(self.dimension)}
        for number, step in enumerate(self.steps):
            if step.weight is not None and step.bias is not None:
                arrays |= {f"{number}.weight": step.weight, f"{number}.bias": step.bias}
        np.savez(path, **arrays)  # type: ignore[arg-type]  # numpy takes its option allow_pickle for one of the arrays

    @classmethod
    def load(cls, path: Path) -> "Head":
        """Read what ``save`` wrote; raise ModelError if the file is missing or damaged."""
        try:
            with np.load(path, allow_pickle=False) as arrays:
                steps = [
                    Step(str(kind), arrays.get(f"{number}.weight"), arrays.get(f"{number}.bias"))
                    for number, kind in enumerate(arrays["kinds"])
                ]
                return cls(tuple(steps), int(arrays["dimension"]))
        # No file; no zip file or no array in it; another set of arrays.
        except (OSError, ValueError, KeyError) as error:
            raise ModelError(f"{path} cannot be loaded ({error}); build the index again") from error


def read_head(modules: Sequence[Any], dimension: int) -> Head:
    """Return the head that these modules of sentence-transformers make up.

    Raise QuantizationError for one that ``Head`` cannot compute.
    """
    # Dropout does nothing outside of training.
    return Head(tuple(_read_step(m) for m in modules if type(m).__name__ != "Dropout"), dimension)


def _read_step(module: Any) -> Step:  # noqa: ANN401 — torch modules of any kind
    kind = type(module).__name__
    if kind not in {"Dense", NORMALIZE}:
        raise QuantizationError(f"after pooling it has a module {kind}, not Dense or {NORMALIZE}")
    if {module.module_input_name, module.module_output_name} != {"sentence_embedding"}:
        raise QuantizationError(f"its module {kind} changes {module.module_input_name}, not sentence_embedding")
    if kind == NORMALIZE:
        return Step(NORMALIZE)
    activation = type(module.activation_function).__name__
    if activation not in ACTIVATIONS or getattr(module, "use_residual", False):
        what = "a residual connection" if activation in ACTIVATIONS else f"the activation {activation}"
        raise QuantizationError(f"its dense layer has {what}; known are {', '.join(ACTIVATIONS)} without one")
    weight = module.linear.weight.detach().float().numpy()
    bias = (
        np.zeros(len(weight), np.float32) if module.linear.bias is None else module.linear.bias.detach().float().numpy()
    )
    return Step(activation, weight, bias)
