"""How many threads compute is decided by what the process may use, and by who works beside it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.processors import (
    AVX512,
    KERNELS_VARIABLE,
    THREADS_VARIABLE,
    allow_wide_kernels,
    choose_processes,
    count_all_cpus,
    count_cpus,
    give_children_one_thread,
    share_cpus,
)

SEEN = len(os.sched_getaffinity(0))


@pytest.fixture(autouse=True)
def restore() -> Iterator[None]:
    """Undo what a test has shared."""
    yield
    share_cpus(1)


@pytest.mark.parametrize(
    ("quota", "expected"),
    [("max 100000", SEEN), ("100000 100000", 1), ("50000 100000", 1), ("9900000 100000", SEEN), ("what", SEEN)],
)
def test_the_limit_of_a_container_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quota: str, expected: int
) -> None:
    """It sees all processors of its machine, but may use only so much of them; without a limit, all."""
    (tmp_path / "cpu.max").write_text(quota)
    monkeypatch.setattr("index.processors.QUOTA_FILES", ((tmp_path / "cpu.max",),))
    assert count_all_cpus() == expected
    (tmp_path / "cpu.max").unlink()
    assert count_all_cpus() == SEEN


@pytest.mark.parametrize(("quota", "expected"), [("-1", 8), ("150000", 2), ("50000", 1), ("9900000", 8)])
def test_so_does_that_of_control_groups_of_version_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quota: str, expected: int
) -> None:
    """They have a file for each number."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)))
    files = (tmp_path / "cpu.cfs_quota_us", tmp_path / "cpu.cfs_period_us")
    monkeypatch.setattr("index.processors.QUOTA_FILES", ((tmp_path / "cpu.max",), files))
    for file, number in zip(files, (quota, "100000"), strict=True):
        file.write_text(f"{number}\n")
    assert count_all_cpus() == expected


def test_processes_share_the_processors() -> None:
    """Each has its part, and one at least."""
    assert count_cpus() == count_all_cpus()
    share_cpus(count_all_cpus())
    assert count_cpus() == 1
    share_cpus(1000)
    assert count_cpus() == 1


@pytest.mark.parametrize(("cpus", "processes"), [(1, 1), (2, 1), (3, 1), (4, 2), (16, 8), (64, 8)])
def test_a_server_has_one_process_for_every_two_processors(
    monkeypatch: pytest.MonkeyPatch, cpus: int, processes: int
) -> None:
    """One at least, and eight at most, each of which has memory of its own."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(cpus)))
    monkeypatch.setattr("index.processors.QUOTA_FILES", ())
    assert choose_processes() == processes


@pytest.mark.parametrize(
    ("flags", "stated", "expected"),
    [
        ([*AVX512, "sse2"], None, "AVX512"),
        ([*AVX512], "AVX2", "AVX2"),
        ([*AVX512 - {"avx512_vnni"}, "avx2"], None, None),
        ([], None, None),
    ],
)
def test_wide_kernels_are_for_processors_that_gain_from_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flags: list[str], stated: str | None, expected: str | None
) -> None:
    """Unless the environment says which to use, or the system says nothing of its processor."""
    monkeypatch.delenv(KERNELS_VARIABLE, raising=False)
    if stated:
        monkeypatch.setenv(KERNELS_VARIABLE, stated)
    file = tmp_path / "cpuinfo"
    monkeypatch.setattr("index.processors.CPUINFO", file)
    allow_wide_kernels()
    assert os.environ.get(KERNELS_VARIABLE) == stated
    file.write_text(f"processor\t: 0\nflags\t\t: fpu {' '.join(flags)}\n", encoding="utf-8")
    allow_wide_kernels()
    assert os.environ.get(KERNELS_VARIABLE) == expected


@pytest.mark.skipif(
    not Path("/proc/cpuinfo").is_file() or not {*Path("/proc/cpuinfo").read_text().split()} >= AVX512,
    reason="this processor has no AVX-512 with VNNI",
)
@pytest.mark.parametrize(
    "program",
    [
        "from index.embedding import load_encoder; load_encoder().encode_questions(['Who?'])",
        "from qa.reader.reader import TrainedReader; list(TrainedReader().read('Who?', [('', 'Ann did it.')]))",
    ],
)
def test_both_networks_compute_with_them(program: str) -> None:
    """CTranslate2 itself says so when it loads the first network of a process."""
    environment = {name: value for name, value in os.environ.items() if name != KERNELS_VARIABLE}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment | {"CT2_VERBOSE": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert "Selected ISA: AVX512" in done.stdout + done.stderr


@pytest.mark.parametrize("before", [None, "7"])
def test_children_get_one_thread_and_others_what_they_had(monkeypatch: pytest.MonkeyPatch, before: str | None) -> None:
    """Only processes that are started meanwhile."""
    monkeypatch.delenv(THREADS_VARIABLE, raising=False)
    if before:
        monkeypatch.setenv(THREADS_VARIABLE, before)
    with give_children_one_thread():
        program = f"import os; print(os.environ['{THREADS_VARIABLE}'])"
        assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout == "1\n"
    assert os.environ.get(THREADS_VARIABLE) == before
