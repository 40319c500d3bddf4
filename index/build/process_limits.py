"""Limits of the memory and the time of a child process, which it sets itself before it reads a file."""

import resource
from math import ceil
from pathlib import Path
from time import process_time

# The exit status of a child that ran out of memory; Python itself exits with 0, 1, 2 and 120.
OUT_OF_MEMORY = 77


def limit_resources(memory: int, seconds: float) -> None:
    """Let the system end this process, or refuse it memory, if it uses ``memory`` more bytes or ``seconds`` more.

    The parent measures the time too. This limit ends an endless loop if the parent is gone, and counts processor time.
    """
    used = _measure_address_space()
    if used is not None:
        _set_limit(resource.RLIMIT_AS, used + memory)
    _set_limit(resource.RLIMIT_CPU, ceil(process_time() + seconds))


def _set_limit(kind: int, wanted: int) -> None:
    _, maximum = resource.getrlimit(kind)
    resource.setrlimit(kind, (wanted if maximum == resource.RLIM_INFINITY else min(wanted, maximum), maximum))


def _measure_address_space() -> int | None:
    """Return the bytes of address space in use, or None on a system that does not say, and limits nothing well."""
    statistics = Path("/proc/self/statm")
    if not statistics.exists():
        return None
    return int(statistics.read_text().split()[0]) * resource.getpagesize()
