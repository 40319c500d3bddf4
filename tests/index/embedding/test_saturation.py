"""Int8 weights whose products fit into 16 bits, so that every processor computes the same sums."""

import struct
from pathlib import Path

import numpy as np
import pytest
from ctranslate2.specs.model_spec import NumpyVariable
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from index.embedding.convert import QuantizedModel
from index.embedding.ctranslate2 import NETWORK
from index.embedding.saturation import MAX_PAIR_SUM, compute_pair_sums, limit_weights, list_matrices
from index.embedding.sentence_transformer import SentenceTransformerEncoder
from qa.reader.reader import SHIPPED

ROWS = arrays(np.int8, st.tuples(st.integers(1, 4), st.integers(1, 8).map(lambda pairs: 2 * pairs)))


def model_of(rows: NDArray[np.int8], name: str = "layer_0/linear/weight") -> dict[str, NumpyVariable]:
    """The variables of a model of one matrix, all scales 2."""
    scales = np.full(len(rows), 2, dtype=np.float32)
    return {name: NumpyVariable(rows.copy()), f"{name}_scale": NumpyVariable(scales)}


def values(model: dict[str, NumpyVariable]) -> NDArray[np.float32]:
    """The weights that the first matrix stands for."""
    weights, scales = model.values()
    return weights.numpy() / scales.numpy()[:, None]


def read_model(path: Path) -> dict[str, NumpyVariable]:
    """The variables of a ``model.bin`` of binary version 6, aliases left out."""
    with path.open("rb") as file:

        def read_number(code: str) -> int:
            return int(struct.unpack(f"<{code}", file.read(struct.calcsize(code)))[0])

        def read_string() -> str:
            return file.read(read_number("H"))[:-1].decode()

        assert read_number("I") == 6
        read_string(), read_number("I")  # the specification and its revision
        variables = {}
        for _ in range(read_number("I")):
            name, shape = read_string(), [read_number("I") for _ in range(read_number("B"))]
            dtype = np.dtype(("float32", "int8", "int16", "int32", "float16")[read_number("B")])
            data = file.read(read_number("I"))
            variables[name] = NumpyVariable(np.frombuffer(data, dtype).reshape(shape))
        return variables


def saturated(rows: NDArray[np.int8], inputs: int) -> bool:
    """Whether two neighbouring products with an unsigned byte leave the range of 16 bits."""
    pairs = rows.astype(np.int64).reshape(len(rows), -1, 2) * inputs
    sums = np.maximum(pairs, 0).sum(axis=2).max(), np.minimum(pairs, 0).sum(axis=2).min()
    return bool(sums[0] > 32767 or sums[1] < -32768)


@given(rows=ROWS)
def test_no_product_saturates_and_no_weight_moves_far(rows: NDArray[np.int8]) -> None:
    """Limited weights fit beside the largest input, and stand for the same values within half a step."""
    model = model_of(rows)
    before = values(model)
    limit_weights(model)
    limited, scales = (variable.numpy() for variable in model.values())
    assert (limited.dtype, scales.dtype) == (np.int8, np.float32)
    assert not saturated(limited, 255)
    assert np.all(np.abs(values(model) - before) <= 1 / scales[:, None] / 2 + 1e-6)


@given(rows=ROWS)
def test_limiting_twice_changes_nothing(rows: NDArray[np.int8]) -> None:
    """Rows that fit keep every bit."""
    model = model_of(rows)
    limit_weights(model)
    first = [variable.to_bytes() for variable in model.values()]
    limit_weights(model)
    assert [variable.to_bytes() for variable in model.values()] == first


@pytest.mark.parametrize(
    ("rows", "name"),
    [([[64, 64, -127, 1], [127, -127, 0, 0]], "layer_0/linear/weight"), ([[127, 127]] * 2, "embeddings_0/weight")],
)
def test_what_cannot_saturate_is_left_as_it_is(rows: list[list[int]], name: str) -> None:
    """Rows without large neighbours, and embeddings, which are looked up and never multiplied."""
    model, before = (model_of(np.array(rows, dtype=np.int8), name) for _ in range(2))
    limit_weights(model)
    assert [v.to_bytes() for v in model.values()] == [v.to_bytes() for v in before.values()]


def largest(body: Path) -> int:
    matrices = [rows for rows, _ in list_matrices(read_model(body / "model.bin"))]
    assert len(matrices) == 25  # four in each of the six layers of MiniLM, and the pooler
    return max(int(compute_pair_sums(rows).max()) for rows in matrices)


def test_the_shipped_reader_cannot_saturate() -> None:
    """On a processor with AVX2 only its confidences were others."""
    assert largest(SHIPPED / NETWORK) == MAX_PAIR_SUM


def test_a_converted_encoder_cannot_saturate() -> None:
    """As the build converts it."""
    folder = QuantizedModel(SentenceTransformerEncoder(), Path("var/models")).ensure_converted()
    assert largest(folder / NETWORK) == MAX_PAIR_SUM
