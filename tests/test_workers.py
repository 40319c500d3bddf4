"""Several worker processes serve one index like a single one."""

import json
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.conftest import serving

ROOT = Path(__file__).parents[1]
QUESTIONS = 24


@pytest.mark.slow
def test_two_workers_answer_and_count_together(seed_index: Path, tmp_path: Path) -> None:
    """Every answer is the same, either worker's /metrics counts both, and no files are left behind."""
    command = [sys.executable, "serve.py", "--index", seed_index, "--port", "0", "--workers", "2"]
    environment = {"PATH": "/usr/bin:/bin", "TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        address = process.stdout.readline().removeprefix("Netsphere answers on ").strip()
        url = f"{address}/v1/ask?q=Who+directed+the+film%3F&mode=fast"
        texts = [json.loads(fetched(url))["answer"]["text"] for _ in range(QUESTIONS)]
        assert len(set(texts)) == 1
        for _ in range(4):
            metrics = fetched(f"{address}/metrics")
            assert len(re.findall(r"^netsphere_index_info\{", metrics, re.MULTILINE)) == 1
            counted = re.findall(r"^netsphere_answers_total\{.*\} (\S+)$", metrics, re.MULTILINE)
            assert sum(map(float, counted)) == QUESTIONS
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_a_new_generation_is_served_by_itself(seed_index: Path, tmp_path: Path) -> None:
    """No question fails meanwhile, and after the first answer from the new generation there is none from the old."""
    index = tmp_path / "index"
    shutil.copytree(seed_index, index)
    with serving(index, workers=2) as address:
        url = f"{address}/v1/ask?q=Who+directed+the+film%3F&mode=fast"
        old = json.loads(fetched(url))["retrieval"]["generation"]
        build = [sys.executable, *"-m index build seeds --stemmer none --index".split(), index]
        generations = [old]
        with subprocess.Popen(build, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
            end = time.monotonic() + 120
            while generations[-1] == old:
                generations.append(json.loads(fetched(url))["retrieval"]["generation"])
                assert time.monotonic() < end
            assert process.wait() == 0
        generations += [json.loads(fetched(url))["retrieval"]["generation"] for _ in range(50)]
        # Until the old workers have ended, which wait a second for requests on open connections.
        while fetched(f"{address}/metrics").count("\nnetsphere_index_info{") != 1:
            assert time.monotonic() < end
    assert generations == sorted(generations)


def fetched(url: str) -> str:
    with urllib.request.urlopen(url) as response:  # noqa: S310  (our own)
        return str(response.read().decode("utf-8"))
