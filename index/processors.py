"""How many processors this process may use for the arithmetic of the networks, and which of their instructions."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import ceil
from pathlib import Path

# Where Linux says how many microseconds of each period a container may use of the processors it sees: in one file, or
# with version 1 of control groups in two, with -1 for no limit.
QUOTA_FILES = (
    (Path("/sys/fs/cgroup/cpu.max"),),
    (Path("/sys/fs/cgroup/cpu/cpu.cfs_quota_us"), Path("/sys/fs/cgroup/cpu/cpu.cfs_period_us")),
)
# What CTranslate2's kernels for AVX-512 need, by the names in /proc/cpuinfo. It also has the last one wherever a
# processor is not slowed down by such instructions: Intel since 2019, AMD since 2022.
CPUINFO = Path("/proc/cpuinfo")
AVX512 = {"avx512f", "avx512cd", "avx512vl", "avx512dq", "avx512bw", "avx512_vnni"}
KERNELS_VARIABLE, THREADS_VARIABLE = "CT2_FORCE_CPU_ISA", "OMP_NUM_THREADS"
# While one passage is read for a question, the next one is read ahead. Each process has memory of its own.
CPUS_OF_PROCESS, MAX_PROCESSES = 2, 8
# Processes that work side by side; threads of each on every processor would only take it from each other.
_processes = 1


def allow_wide_kernels() -> None:
    """Let CTranslate2 use AVX-512 beyond its matrix products, where this processor is the faster for it.

    It asks the environment once, when it first computes, and by itself uses AVX2 (OpenNMT/CTranslate2 #1108).
    """
    try:
        lines = CPUINFO.read_text(encoding="utf-8").splitlines()
    except OSError:  # not Linux
        return
    flags = next((line.partition(":")[2].split() for line in lines if line.startswith("flags")), [])
    if {*flags} >= AVX512:
        os.environ.setdefault(KERNELS_VARIABLE, "AVX512")


@contextmanager
def give_children_one_thread() -> Iterator[None]:
    """Let numpy compute with one thread in processes that are started meanwhile; it asks the environment once.

    Products of matrices are summed in another order by several threads, so results would depend on their number.
    """
    before = os.environ.get(THREADS_VARIABLE)
    os.environ[THREADS_VARIABLE] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[THREADS_VARIABLE]
        else:
            os.environ[THREADS_VARIABLE] = before


def share_cpus(processes: int) -> None:
    """Leave room for as many processes like this one: from now on ``count_cpus`` returns its share."""
    global _processes
    _processes = processes


def count_cpus() -> int:
    """Return how many processors are for this process, at least one."""
    return max(1, count_all_cpus() // _processes)


def choose_processes() -> int:
    """Return how many processes should answer questions: each uses ``CPUS_OF_PROCESS`` processors for one of them."""
    return min(MAX_PROCESSES, max(1, count_all_cpus() // CPUS_OF_PROCESS))


def count_all_cpus() -> int:
    """Return how many processors the system allows this process; of the last one it may be a part only."""
    seen = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min([seen, *(quota for files in QUOTA_FILES if (quota := _read_quota(files)))])


def _read_quota(files: Sequence[Path]) -> int | None:
    """Return how many processors a container may use; None without a limit."""
    try:
        allowed, period = " ".join(file.read_text(encoding="ascii") for file in files).split()
        return ceil(int(allowed) / int(period)) if int(allowed) > 0 else None
    except (OSError, ValueError):  # no control groups, or "max"
        return None
