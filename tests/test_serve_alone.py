"""An index built elsewhere, served by what requirements-serve.txt installs and nothing else."""

import json
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# Every peer's installation is over 1,500 MB (../shared/reference/peers.md).
MAX_MB = 600


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the interpreter of a new environment."""
    folder = tmp_path_factory.mktemp("alone") / "venv"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    install = [folder / "bin" / "python", "-m", "pip", "install", "-qq", "-r", ROOT / "requirements-serve.txt"]
    subprocess.run(install, check=True)
    return folder / "bin" / "python"


@pytest.mark.slow
def test_it_is_small_and_has_no_torch(python: Path) -> None:
    """All that is installed, pip itself apart."""
    libraries = next((python.parents[1] / "lib").glob("python*/site-packages"))
    assert not (libraries / "torch").exists()
    assert not (libraries / "sentence_transformers").exists()
    files = (path for path in libraries.rglob("*") if path.is_file() and "pip" not in path.relative_to(libraries).parts)
    assert sum(path.stat().st_size for path in files) < MAX_MB * 1e6


@pytest.mark.slow
def test_it_answers_in_both_modes(python: Path, seed_index: Path) -> None:
    """Over HTTP, with the words of the answer."""
    command = [python, "serve.py", "--index", seed_index, "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        address = process.stdout.readline().removeprefix("Netsphere answers on ").strip()
        for mode in ("fast", "precise"):
            with urllib.request.urlopen(f"{address}/v1/ask?q=Who+directed+the+film%3F&mode={mode}") as response:  # noqa: S310
                answer = json.load(response)
            assert answer["retrieval"]["degraded"] == []
            assert "Hiroyuki Seshita" in answer["answer"]["text"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
