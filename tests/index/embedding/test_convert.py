"""The cache of quantized models: what is damaged is converted again and never published, a full disk is not remembered."""

import logging
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from index.build.pipeline import build_index
from index.embedding import load_encoder
from index.embedding.convert import REJECTION, QuantizedModel
from index.embedding.ctranslate2 import CONFIG, NETWORK, QuantizedEncoder
from index.embedding.model_cache import ensure_cached
from index.embedding.model_files import DIGESTS, check_digests
from index.embedding.sentence_transformer import SentenceTransformerEncoder
from index.errors import BuildError, DamagedGeneration, QuantizationError
from index.generation.directory import IndexDirectory
from index.settings import IndexSettings
from tests.index.generation.test_directory import text_of

WEIGHTS = Path(NETWORK) / "model.bin"


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> QuantizedModel:
    """A model whose conversion writes a few bytes, so that no test has to wait for it."""

    def write_files(self: QuantizedModel, folder: Path) -> None:
        (folder / NETWORK).mkdir()
        for name in (CONFIG, str(WEIGHTS)):
            (folder / name).write_text(f"what {name} holds", encoding="utf-8")

    monkeypatch.setattr(QuantizedModel, "_write_files", write_files)
    return QuantizedModel(SentenceTransformerEncoder(), tmp_path / "models")


HARM: dict[str, Callable[[Path], None]] = {
    "changed": lambda folder: flip(folder / WEIGHTS),
    "cut": lambda folder: os.truncate(folder / WEIGHTS, 3),
    "removed": lambda folder: (folder / WEIGHTS).unlink(),
    "no digests": lambda folder: (folder / DIGESTS).unlink(),
    "odd digests": lambda folder: (folder / DIGESTS).write_text('["a"]', encoding="utf-8") and None,
}


@pytest.mark.parametrize("harm", HARM)
def test_a_damaged_model_is_converted_again(model: QuantizedModel, harm: str, caplog: pytest.LogCaptureFixture) -> None:
    """The log names the file; nothing else is left behind."""
    folder = model.ensure_converted()
    files = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    HARM[harm](folder)
    with caplog.at_level(logging.WARNING):
        assert model.ensure_converted() == folder
    assert "the model is converted again" in caplog.text
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == files
    assert list(folder.parent.iterdir()) == [folder]
    caplog.clear()
    model.ensure_converted()
    assert caplog.text == ""


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    """A day later, when nobody can be making it any more."""
    program = """
import os, signal, sys
from pathlib import Path
from index.embedding.model_cache import ensure_cached
ensure_cached(Path(sys.argv[1]), lambda draft: os.kill(os.getpid(), signal.SIGKILL))
"""
    folder = tmp_path / "model"
    for _ in range(2):
        assert subprocess.run([sys.executable, "-c", program, folder]).returncode == -signal.SIGKILL
    old, new = tmp_path.iterdir()
    os.utime(old, (0, 0))
    ensure_cached(folder, lambda draft: (draft / CONFIG).touch())
    assert {*tmp_path.iterdir()} == {folder, new}


def test_two_processes_that_make_a_model_at_once_have_one(tmp_path: Path) -> None:
    """The second to finish takes the first one's, and leaves nothing of its own."""
    folder = tmp_path / "model"

    def write(draft: Path, name: str) -> None:
        (draft / CONFIG).write_text(name, encoding="utf-8")

    def write_while_another_does(draft: Path) -> None:
        write(draft, "second")
        ensure_cached(folder, lambda other: write(other, "first"))

    ensure_cached(folder, write_while_another_does)
    assert (folder / CONFIG).read_text(encoding="utf-8") == "first"
    assert list(tmp_path.iterdir()) == [folder]


def test_everything_is_on_the_disk_before_it_is_used(model: QuantizedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    """A power failure leaves a whole model or none."""
    done: list[str] = []
    rename = Path.rename
    monkeypatch.setattr(
        os, "fsync", lambda descriptor: done.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
    )
    monkeypatch.setattr(Path, "rename", lambda path, to: (done.append("rename"), rename(path, to))[1])
    model.ensure_converted()
    assert {CONFIG, DIGESTS, NETWORK, "model.bin"} < set(done[: done.index("rename")])
    assert done[-1] == "models"


def test_a_rejection_is_remembered_and_a_full_disk_is_not(
    model: QuantizedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even if the disk is full while the rejection is written: an empty one would say nothing."""
    original = Path.write_text

    def fail(path: Path, *text: str, **options: str) -> int:
        original(path, "", encoding="utf-8")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", fail)
    with pytest.raises(OSError, match="No space left"):
        model.reject("too different")
    monkeypatch.setattr(Path, "write_text", original)
    model.ensure_converted()
    model.reject("too different")
    with pytest.raises(QuantizationError, match="too different"):
        model.ensure_converted()


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A folder for quantized models that has the shipped one."""
    converted = QuantizedModel(SentenceTransformerEncoder(), Path("var/models")).ensure_converted()
    shutil.copytree(converted, tmp_path / "models" / converted.name)
    return tmp_path / "models"


@pytest.mark.slow
def test_a_model_damaged_after_it_was_loaded_is_not_published(tmp_path: Path, models: Path) -> None:
    """The build fails, what was served before still is, and the next build repairs the model."""
    source, settings = tmp_path / "a.txt", IndexSettings(index=str(tmp_path / "index"), models=str(models))
    source.write_text("Cats sleep on mats.", encoding="utf-8")
    encoder = load_encoder(models=models)
    assert isinstance(encoder, QuantizedEncoder)
    build_index(source, settings, encoder)
    source.write_text("Dogs dig holes.", encoding="utf-8")
    flip(next(models.glob("*")) / WEIGHTS)
    with pytest.raises(BuildError, match=r"model\.bin is damaged: .*; the old one stays"):
        build_index(source, settings, encoder)
    assert text_of(IndexDirectory(tmp_path / "index")) == "Cats sleep on mats."
    with pytest.raises(DamagedGeneration, match=r"model\.bin is damaged"):
        check_digests(next(models.glob("*")))
    build_index(source, settings, load_encoder(models=models))
    assert text_of(IndexDirectory(tmp_path / "index")) == "Dogs dig holes."


@pytest.mark.slow
def test_a_full_disk_fails_the_conversion_once(tmp_path: Path) -> None:
    """One sentence, nothing remembered, nothing left behind: the next try may find room."""
    program = f"""
import resource, signal
from index.embedding import load_encoder
from index.errors import ModelError
import sentence_transformers
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000_000, 20_000_000))
try:
    load_encoder(models={str(tmp_path / "models")!r})
except ModelError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.startswith(f"cannot write the quantized model to {tmp_path / 'models'} (")
    assert done.stdout.endswith("; choose another with --models\n")
    assert not list(tmp_path.rglob(REJECTION))
    assert list((tmp_path / "models").iterdir()) == []
