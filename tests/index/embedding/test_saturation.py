"""Int8 weights whose products fit into 16 bits, so that every processor computes the same sums."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from index.embedding.convert import QuantizedModel
from index.embedding.ctranslate2 import NETWORK
from index.embedding.saturation import FLOAT32, INT8, MAX_PAIR_SUM, Model, Variable, compute_pair_sums, limit_weights
from index.embedding.sentence_transformer import SentenceTransformerEncoder
from qa.reader.reader import SHIPPED

ROWS = arrays(np.int8, st.tuples(st.integers(1, 4), st.integers(1, 8).map(lambda pairs: 2 * pairs)))


def written(folder: Path, rows: NDArray[np.int8], name: str = "layer_0/linear/weight") -> Model:
    """A model of one matrix, all scales 2, in ``folder``."""
    scales = np.full(len(rows), 2, dtype=np.float32)
    variables = {
        name: Variable(rows.shape, INT8, rows.tobytes()),
        f"{name}_scale": Variable(scales.shape, FLOAT32, scales.tobytes()),
    }
    head = b"\x06\0\0\0\x02\0x\0\x01\0\0\0"
    model = Model(head, variables, b"\0\0\0\0")
    (folder / "model.bin").write_bytes(model.to_bytes())
    return model


def values(model: Model) -> NDArray[np.float32]:
    """The weights that the first matrix stands for."""
    (name, weights), *_ = model.variables.items()
    scales = np.frombuffer(model.variables[f"{name}_scale"].data, dtype=np.float32)
    return np.frombuffer(weights.data, dtype=np.int8).reshape(weights.shape) / scales[:, None]


def saturated(rows: NDArray[np.int8], inputs: int) -> bool:
    """Whether two neighbouring products with an unsigned byte leave the range of 16 bits."""
    pairs = rows.astype(np.int64).reshape(len(rows), -1, 2) * inputs
    sums = np.maximum(pairs, 0).sum(axis=2).max(), np.minimum(pairs, 0).sum(axis=2).min()
    return bool(sums[0] > 32767 or sums[1] < -32768)


@given(rows=ROWS)
def test_no_product_saturates_and_no_weight_moves_far(
    rows: NDArray[np.int8], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Limited weights fit beside the largest input, and stand for the same values within half a step."""
    folder = tmp_path_factory.mktemp("model")
    before = values(written(folder, rows))
    limit_weights(folder)
    after = Model.parse((folder / "model.bin").read_bytes())
    limited = np.frombuffer(next(iter(after.variables.values())).data, dtype=np.int8).reshape(rows.shape)
    assert not saturated(limited, 255)
    steps = 1 / np.frombuffer([*after.variables.values()][1].data, dtype=np.float32)
    assert np.all(np.abs(values(after) - before) <= steps[:, None] / 2 + 1e-6)


def test_what_fits_is_left_as_it_is(tmp_path: Path) -> None:
    """Rows without large neighbours keep every bit, and limiting twice changes nothing."""
    written(tmp_path, np.array([[64, 64, -127, 1], [127, -127, 0, 0]], dtype=np.int8))
    first = (tmp_path / "model.bin").read_bytes()
    limit_weights(tmp_path)
    assert (tmp_path / "model.bin").read_bytes() == first


def test_embeddings_keep_their_range(tmp_path: Path) -> None:
    """They are looked up and never multiplied."""
    written(tmp_path, np.full((2, 2), 127, dtype=np.int8), name="embeddings_0/weight")
    first = (tmp_path / "model.bin").read_bytes()
    limit_weights(tmp_path)
    assert (tmp_path / "model.bin").read_bytes() == first


def largest(body: Path) -> int:
    model = Model.parse((body / "model.bin").read_bytes())
    matrices = [np.frombuffer(v.data, dtype=np.int8).reshape(v.shape) for _, v in model.list_matrices()]
    assert len(matrices) == 25  # four in each of the six layers of MiniLM, and the pooler
    return max(int(compute_pair_sums(rows).max()) for rows in matrices)


def test_the_shipped_reader_cannot_saturate() -> None:
    """On a processor with AVX2 only its confidences were others."""
    assert largest(SHIPPED / NETWORK) == MAX_PAIR_SUM


def test_a_converted_encoder_cannot_saturate() -> None:
    """As the build converts it."""
    folder = QuantizedModel(SentenceTransformerEncoder(), Path("var/models")).ensure_converted()
    assert largest(folder / NETWORK) == MAX_PAIR_SUM
