"""How many processors this process may use for the arithmetic of the networks."""

import os
from math import ceil
from pathlib import Path

# Microseconds of each period that a container may use of the processors it sees (Linux, control groups version 2).
QUOTA = Path("/sys/fs/cgroup/cpu.max")
# A question has two passages read at a time. Each process has memory of its own.
CPUS_OF_PROCESS, MAX_PROCESSES = 2, 8
# Processes that work side by side; threads of each on every processor would only take it from each other.
_processes = 1


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
    try:
        allowed, period = QUOTA.read_text(encoding="ascii").split()
        return min(seen, max(1, ceil(int(allowed) / int(period))))
    except (OSError, ValueError):  # no control groups, or "max"
        return seen
