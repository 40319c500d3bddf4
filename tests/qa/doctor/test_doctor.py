"""netsphere doctor on broken installations: each fault names its cause and the remedy."""

import json
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest
from click.testing import CliRunner

from index.embedding.default_model import DefaultModel
from index.generation.manifest import FORMAT, Manifest
from index.generation.pointer import CURRENT
from index.types import LoadProblem
from qa.__main__ import main
from qa.doctor import libraries, models
from tests.index.embedding.test_convert import flip
from tests.index.generation.test_old_formats import OLD as OLD_FORMATS

pytestmark = pytest.mark.slow
NOBODY = 65534


@pytest.fixture
def index(seed_index: Path, tmp_path: Path) -> Path:
    """A copy of the seed's index, which may be broken."""
    return shutil.copytree(seed_index, tmp_path / "index")


def call(index: Path, *flags: str) -> tuple[int, str]:
    """Return the exit code and all faults."""
    paths = [f"--{name}={index.parent / name}" for name in ("feedback", "keys") if f"--{name}" not in flags]
    port = [] if "--port" in flags else ["--port", "0"]
    result = CliRunner().invoke(main, ["doctor", "--index", str(index), *paths, *port, *flags])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return result.exit_code, "\n".join(line for line in result.stdout.splitlines() if line.startswith("fault"))


def current(index: Path) -> Path:
    return index / (index / CURRENT).read_text(encoding="utf-8").strip()


def test_a_sound_installation_has_no_fault(index: Path) -> None:
    """The command succeeds."""
    assert call(index) == (0, "")


def test_no_index(tmp_path: Path) -> None:
    """The command that builds one."""
    code, faults = call(tmp_path / "nowhere")
    assert code == 1
    assert f"build one with: python -m index build FOLDER --index {tmp_path / 'nowhere'}" in faults


def test_a_lost_pointer(index: Path) -> None:
    """The command that points to the newest generation."""
    name = current(index).name
    (index / CURRENT).unlink()
    code, faults = call(index)
    assert code == 1
    assert "CURRENT is missing; serve the newest generation with" in faults
    assert f"rollback --to {name}" in faults


def test_an_index_of_another_version(tmp_path: Path) -> None:
    """Both formats, and how to build it again."""
    code, faults = call(shutil.copytree(OLD_FORMATS / "4", tmp_path / "index"))
    assert code == 1
    assert f"has format 4, this program reads {FORMAT}; rebuild it with: python -m index build" in faults


def test_a_damaged_generation(index: Path) -> None:
    """The file, and how to build it again from what it was built from."""
    flip(current(index) / "units.npy")
    code, faults = call(index)
    assert code == 1
    assert "units.npy is damaged" in faults
    assert f"build it again with: python -m index build {Path(__file__).parents[3] / 'seeds'}" in faults


def test_a_foreign_model(index: Path, tmp_path: Path) -> None:
    """An index that another model has built: which, and how to build it with this one."""
    model = shutil.copytree(models.SentenceTransformerEncoder()._folder, tmp_path / "model")
    (model / "sentence_bert_config.json").write_text('{"max_seq_length": 128}', encoding="utf-8")
    code, faults = call(index, "--model", str(model), "--models", str(tmp_path / "models"))
    assert code == 1
    assert "was built with all-MiniLM-L6-v2" in faults
    assert "rebuild it with: python -m index build" in faults


def test_no_such_model(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its name, and what can be named instead."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    code, faults = call(index, "--model", "nobody/has-this")
    assert code == 1
    assert "model 'nobody/has-this' is not a local folder and was not found" in faults


def test_a_damaged_model(index: Path, tmp_path: Path) -> None:
    """The file, and the folder to remove."""
    made = DefaultModel(Path("var/models")).ensure_converted()
    folder = shutil.copytree(made, tmp_path / "models" / made.name)
    flip(folder / "body" / "model.bin")
    code, faults = call(index, "--models", str(tmp_path / "models"))
    assert code == 1
    assert f"model.bin is damaged: it does not have the size or the sha256 of manifest.json; remove {folder}" in faults


def test_a_model_that_cannot_be_quantized_is_no_fault(index: Path, tmp_path: Path) -> None:
    """It runs in float32, whether or not there is an int8 form that was rejected."""
    DefaultModel(tmp_path / "models").reject("its neighbours differ")
    assert call(index, "--models", str(tmp_path / "models")) == (0, "")
    output = CliRunner().invoke(main, ["doctor", "--index", str(index), "--models", str(tmp_path / "models")]).stdout
    assert "all-MiniLM-L6-v2 runs in float32, about three times as slow as in int8: its neighbours differ" in output


def test_a_model_without_its_library(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What to install."""
    monkeypatch.setattr(models, "can_load_sentence_transformers", lambda: False)
    code, faults = call(index, "--model", "intfloat/e5")
    assert code == 1
    assert "intfloat/e5 needs sentence-transformers, which is not installed; pip install -r requirements.txt" in faults


def test_a_model_that_is_not_made_yet_is_no_fault(index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first build downloads it."""
    monkeypatch.setattr(models, "is_packaged", lambda: False)
    assert call(index, "--models", str(tmp_path / "models")) == (0, "")


def test_a_missing_library_and_one_of_another_version(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both are named."""

    def version(name: str) -> str:
        if name == "rapidfuzz":
            raise PackageNotFoundError(name)
        return {"numpy": "1.0"}.get(name) or libraries_version(name)

    libraries_version = libraries.version
    monkeypatch.setattr(libraries, "version", version)
    code, faults = call(index)
    assert code == 1
    assert "numpy is 1.0 instead of " in faults
    assert "rapidfuzz is missing" in faults
    assert "install again: pip install" in faults


def test_watching_without_its_library(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What --watch needs."""
    original = libraries._find_version
    monkeypatch.setattr(libraries, "_find_version", lambda name: None if name == "watchfiles" else original(name))
    code, faults = call(index, "--watch")
    assert code == 1
    assert "--watch needs the package watchfiles" in faults


def test_a_reader_that_cannot_read(index: Path, tmp_path: Path) -> None:
    """No model in its folder."""
    (tmp_path / "reader").mkdir()
    code, faults = call(index, "--reader", str(tmp_path / "reader"))
    assert code == 1
    assert "cannot read config.json" in faults
    assert "or set --reader" in faults


def test_a_busy_port(index: Path) -> None:
    """The address and the flag."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        code, faults = call(index, "--port", str(port))
    assert code == 1
    assert f"cannot listen on 127.0.0.1:{port}: address already in use; choose another port with --port" in faults


@pytest.fixture
def readable() -> Iterator[Path]:
    """A folder that every user may read; as root, the user is nobody meanwhile, for root may write everywhere."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    (folder / "closed").mkdir(mode=0o555)
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(NOBODY)
    yield folder / "closed"
    if is_root:
        os.seteuid(0)
    shutil.rmtree(folder)


def test_a_folder_that_is_only_to_be_read(index: Path, readable: Path) -> None:
    """The folder, the reason and the flag."""
    code, faults = call(index, "--models", str(readable / "models"))
    assert code == 1
    assert f"cannot write to {readable / 'models'} (permission denied); let this user write there" in faults
    assert "choose another with --models" in faults


def test_models_that_only_another_user_may_read(index: Path, readable: Path) -> None:
    """The folder and the reason; the checks that follow are made."""
    shut = readable.parent / "shut"
    os.seteuid(os.getuid())
    shut.mkdir(mode=0o000)
    os.seteuid(NOBODY if os.getuid() == 0 else os.getuid())
    code, faults = call(index, "--models", str(shut / "models"), "--port", "0")
    assert code == 1
    first, *others = faults.splitlines()
    assert first.startswith(f"fault  encoder    cannot use {shut / 'models'}/")
    assert first.endswith("(permission denied); let this user read it")
    assert any(f"cannot write to {shut / 'models'}" in line for line in others)


def test_a_file_in_the_place_of_a_folder(index: Path, tmp_path: Path) -> None:
    """The same."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    code, faults = call(index, "--models", str(tmp_path / "file"))
    assert code == 1
    assert f"cannot write to {tmp_path / 'file'} (not a directory)" in faults


def test_a_full_disk(tmp_path: Path) -> None:
    """How much is free and how much is needed."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = shutil.which("mount") or "mount"
    if subprocess.run([mount, "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], capture_output=True).returncode:
        pytest.skip("a small disk cannot be mounted here")
    try:
        code, faults = call(disk / "index")
    finally:
        subprocess.run([shutil.which("umount") or "umount", disk], check=True)
    assert code == 1
    assert f"only 1 MB free for {disk / 'index'}, and a build needs 100 MB; make room" in faults


def test_files_that_were_left_out_for_want_of_a_library(index: Path) -> None:
    """The first of them, and what to install."""
    path = current(index) / "manifest.json"
    manifest = Manifest.read(path.parent)
    reason = "needs the package pypdfium2, which is not installed: pip install -r requirements.txt"
    problems = tuple(LoadProblem(name, reason) for name in ("a.pdf", "b.pdf"))
    body = {name: getattr(manifest, name) for name in Manifest.__slots__} | {"problems": problems}
    Manifest(**body).write(path.parent)
    assert json.loads(path.read_bytes())["manifest"]["problems"]
    code, faults = call(index)
    assert code == 1
    assert f"a.pdf {reason} (and 1 more files), and build again" in faults
