"""The reader's weights on disk."""

from pathlib import Path

import pytest
import torch

from qa.reader.weights import load, pack, save, unpack

BASE = {"table": torch.randn(6, 8), "same": torch.ones(3), "row": torch.zeros(4)}
TRAINED = {
    "table": BASE["table"] + 0.01 * torch.randn(6, 8),
    "same": BASE["same"],
    "row": torch.full((4,), 0.5),
    "head": torch.full((1, 4), 0.25),
}


def test_what_changed_comes_back_within_a_fourteenth_of_the_greatest_change() -> None:
    """Each row of a table is rounded to fifteen levels of its own."""
    found = unpack(pack(TRAINED, BASE), BASE)
    assert found.keys() == TRAINED.keys()
    change = (TRAINED["table"] - BASE["table"]).abs().amax(dim=1, keepdim=True)
    assert torch.all((found["table"] - TRAINED["table"]).abs() <= change / 14 + 1e-7)
    assert torch.equal(found["head"], TRAINED["head"])
    assert torch.equal(found["row"], TRAINED["row"])


def test_what_did_not_change_is_not_kept_and_tables_take_half_a_byte_a_number(tmp_path: Path) -> None:
    """The file holds only what training changed."""
    packed = pack(TRAINED, BASE)
    assert "same" not in packed
    assert packed["table"].nbytes == 6 * 8 / 2
    save(packed, tmp_path / "weights", {"trained on": "nothing"})
    assert {name: tensor.tolist() for name, tensor in load(tmp_path / "weights").items()} == {
        name: tensor.tolist() for name, tensor in packed.items()
    }


def test_a_file_of_another_kind_is_no_weights(tmp_path: Path) -> None:
    """A damaged file raises; it is never half read."""
    (tmp_path / "weights").write_bytes(b"no tensors")
    with pytest.raises(Exception, match=r"(?i)header"):
        load(tmp_path / "weights")
