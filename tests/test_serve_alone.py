"""An index built elsewhere, served by what requirements-serve.txt installs and nothing else."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ADMIN_KEY

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
    with served([python, "serve.py", "--index", seed_index, "--port", "0"]) as (process, address):
        for mode in ("fast", "precise"):
            with urllib.request.urlopen(f"{address}/v1/ask?q=Who+directed+the+film%3F&mode={mode}") as response:  # noqa: S310
                answer = json.load(response)
            assert answer["retrieval"]["degraded"] == []
            assert "Hiroyuki Seshita" in answer["answer"]["text"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


@pytest.mark.slow
def test_it_takes_texts_that_are_written(python: Path, seed_index: Path, tmp_path: Path) -> None:
    """A text that needs no parser is found; of a format whose library is missing, the job says what to install."""
    index = shutil.copytree(seed_index, tmp_path / "index")
    command = [python, "serve.py", "--index", index, "--port", "0", "--feedback", tmp_path / "feedback.sqlite"]
    environment = os.environ | {"NETSPHERE_ADMIN_KEY": ADMIN_KEY, "NETSPHERE_KEYS": str(tmp_path / "keys.sqlite")}
    texts = {"a.txt": ("text/plain", b"A lost book costs twenty euros."), "b.html": ("text/html", b"<p>Rooms</p>")}
    with served(command, environment) as (process, address):
        jobs = [call(f"{address}/v1/documents/{name}", *text)["id"] for name, text in texts.items()]
        fees, rooms = (wait_for_job(f"{address}/v1/jobs/{job}") for job in jobs)
        assert (fees["state"], rooms["state"]) == ("published", "failed")
        assert "needs the package webencodings" in rooms["problems"][0]["reason"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


@contextmanager
def served(command: list[Any], environment: Mapping[str, str] = os.environ) -> Iterator[tuple[Any, str]]:
    """Yield a server and its address; it is ended whatever happens."""
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield process, process.stdout.readline().removeprefix("Netsphere answers on ").strip()
        finally:
            process.terminate()


def call(url: str, kind: str | None = None, body: bytes | None = None) -> dict[str, Any]:
    """Return the response to a GET or, with a body, a PUT."""
    headers = {"Authorization": f"Bearer {ADMIN_KEY}"} | ({"Content-Type": kind} if kind else {})
    request = urllib.request.Request(url, body, headers, method="PUT" if body else "GET")  # noqa: S310
    with urllib.request.urlopen(request) as response:  # noqa: S310
        found: dict[str, Any] = json.load(response)
        return found


def wait_for_job(url: str) -> dict[str, Any]:
    """Return the job once it is finished."""
    deadline = time.monotonic() + 60
    while (job := call(url))["state"] not in {"published", "failed"}:
        assert time.monotonic() < deadline, job
        time.sleep(0.1)
    return job
