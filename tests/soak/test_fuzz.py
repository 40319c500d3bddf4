"""No bytes crash or stop the parsers, the chunker or the question path, and every offset is exact."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from time import monotonic

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.index.parsers.samples import SAMPLES
from tests.soak.fuzz import EXTENSIONS, SEEDS, TARGETS

ROOT = Path(__file__).parents[2]
# Of the long form, for each target.
SECONDS = 600
HAS_ATHERIS = importlib.util.find_spec("atheris") is not None
UNITS = [
    "Ab! ", "a\n\n", '"', "“ ", "' ", "- a\n", "1. ", "== a ==\n", "Reception ", "\U0001f1e6", "字。", "e\u0301", "<li>a", "# a\n", "(",
]  # fmt: skip
# Inputs to begin with: files of every format, and texts that are repeated.
CORPUS = [
    *(bytes([EXTENSIONS.index(extension)]) + data for extension, data in SAMPLES.items() if extension in EXTENSIONS),
    *(bytes([times]) + unit.encode() for unit in UNITS for times in (0, 15)),
    b"\0" + (SEEDS / "blame.txt").read_bytes()[:2000],
]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """An input of the corpus, of which a part is replaced by other bytes."""
    data = draw(st.sampled_from(CORPUS))
    start = draw(st.integers(0, len(data)))
    end = draw(st.integers(start, len(data)))
    return data[:start] + draw(st.binary(max_size=30)) + data[end:]


@pytest.mark.parametrize("target", TARGETS)
@settings(max_examples=20)
@given(data=mutated())
def test_no_bytes_do_harm(target: str, data: bytes) -> None:
    """Files, texts and questions that are slightly or wholly wrong, chosen by hypothesis."""
    TARGETS[target](data)


@pytest.mark.parametrize("data", CORPUS)
def test_no_known_input_does_harm(data: bytes) -> None:
    """What is known to have been slow or to be unusual, as a file, a text and a question."""
    for fuzz in TARGETS.values():
        fuzz(data)


@pytest.mark.skipif("not config.getoption('--soak')")
@pytest.mark.parametrize("target", TARGETS)
def test_no_bytes_do_harm_for_long(target: str, tmp_path: Path) -> None:
    """Chosen by atheris, which looks for new branches, for ten minutes; by hypothesis if it is not installed."""
    if not HAS_ATHERIS:
        end = monotonic() + SECONDS
        while monotonic() < end:
            settings(max_examples=500, derandomize=False)(given(mutated())(TARGETS[target]))()
        return
    for number, data in enumerate(CORPUS):
        (tmp_path / f"{number:03}").write_bytes(data)
    command = [sys.executable, "-m", "tests.soak.fuzz", target, f"-max_total_time={SECONDS}", "-timeout=60"]
    command += ["-max_len=4000", "-rss_limit_mb=4000", f"-artifact_prefix={tmp_path}/crash-", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:]
