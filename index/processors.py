"""How many processors this process may use for the arithmetic of the networks."""

import os

# Processes that work side by side; threads of each on every processor would only take it from each other.
_processes = 1


def share_cpus(processes: int) -> None:
    """Leave room for as many processes like this one: from now on ``count_cpus`` returns its share."""
    global _processes
    _processes = processes


def count_cpus() -> int:
    """Return how many processors are for this process, at least one."""
    return max(1, count_all_cpus() // _processes)


def count_all_cpus() -> int:
    """Return how many processors the system allows this process."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
