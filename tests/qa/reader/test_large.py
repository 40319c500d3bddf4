"""The large reader: made once, of its base and the shipped adapters."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from index.errors import ModelError
from qa.reader import LARGE, load_reader
from qa.reader.large import ADAPTERS, WEIGHTS, ensure_large_reader
from qa.reader.large.adapters import read_products, write_adapters
from qa.reader.large.convert import convert_body

NUMBERS = st.floats(-3, 3, width=32)
MODELS = Path("var/models")
PASSAGES = [
    ("Leave", "Full-time employees may carry over five days of unused leave, part-time employees three."),
    ("Leave", "Green tea is brewed at eighty degrees."),
]


@given(arrays(np.float32, (6, 2), elements=NUMBERS), arrays(np.float32, (2, 5), elements=NUMBERS))
def test_a_product_is_read_nearly_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, up: np.ndarray, down: np.ndarray
) -> None:
    """Within two hundredths of its size, and nothing where there is nothing."""
    path = tmp_path_factory.mktemp("adapters") / ADAPTERS
    write_adapters({"layer.weight": (up, down)}, path)
    (found,) = read_products(path).values()
    assert np.linalg.norm(found - up @ down) <= 0.02 * np.linalg.norm(up @ down) + 0.01


def test_a_base_that_cannot_be_had_leaves_nothing_behind(tmp_path: Path) -> None:
    """Neither does a full disk; both say what to do."""

    def fail(folder: Path) -> None:
        raise ModelError("pip cannot download all-mpnet-base-v2 (no network); check the network")

    with pytest.raises(ModelError, match="check the network"):
        ensure_large_reader(tmp_path / "models", fail)
    assert list((tmp_path / "models").iterdir()) == []
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ModelError, match=r"cannot write the large reader to .*file.* choose another with --models"):
        ensure_large_reader(tmp_path / "file", fail)


def test_adapters_of_another_network_are_refused(tmp_path: Path) -> None:
    """The error names a weight that the base does not have."""
    from safetensors.numpy import save_file

    save_file({"encoder.other": np.zeros((2, 2), np.float32)}, tmp_path / "model.safetensors")
    with pytest.raises(ModelError, match=r"for another network .* it changes encoder.layer.0"):
        convert_body(tmp_path, WEIGHTS / ADAPTERS, tmp_path / "body")


@pytest.fixture(scope="module")
def folder() -> Path:
    """The real one, in the project's folder of models."""
    if not list(MODELS.glob("reader-large-*")):
        pytest.skip("python -m qa fetch-reader makes it; CI does so first")
    return ensure_large_reader(MODELS, lambda _: pytest.fail("fetched again"))


@pytest.mark.slow
def test_it_reads_what_the_condition_asks_for(folder: Path) -> None:
    """The real network, which the setting names: the number of the asked-for group, and nothing in another text."""
    reader = load_reader(LARGE, MODELS)
    assert reader is not None
    assert reader.name == "large"
    first, second = reader.read("How many days of leave can part-time staff carry over?", PASSAGES)
    assert first.span is not None
    assert PASSAGES[0][1][first.span.start : first.span.end] == "three"
    assert first.relevance > 0 > second.relevance
