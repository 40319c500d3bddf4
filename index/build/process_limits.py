"""Limits of the memory and the time of a child process, which it sets itself before it reads a file."""

import ctypes
import resource
import signal
import sys
from math import ceil
from pathlib import Path
from time import process_time

# The exit status of a child that ran out of memory; Python itself exits with 0, 1, 2 and 120.
OUT_OF_MEMORY = 77


# After the limit of processor time that a process may handle, when the system kills it; at the same time it would be
# killed without a signal that tells why.
GRACE_S = 1
# The request to prctl for a signal at the end of the parent (linux/prctl.h).
PR_SET_PDEATHSIG = 1


def limit_resources(memory: int, seconds: float, *, is_final: bool = False) -> None:
    """Let the system end this process, or refuse it memory, if it uses ``memory`` more bytes or ``seconds`` more.

    The parent measures the time too. This limit ends an endless loop if the parent is gone, and counts processor time.
    If it ``is_final``, the process cannot raise its limits any more.
    """
    used = _measure_address_space()
    if used is not None:
        _set_limit(resource.RLIMIT_AS, used + memory, 0 if is_final else None)
    _set_limit(resource.RLIMIT_CPU, ceil(process_time() + seconds), GRACE_S if is_final else None)


def limit_output(size: int) -> None:
    """Refuse this process to write files of more than ``size`` bytes, for good."""
    _set_limit(resource.RLIMIT_FSIZE, size, 0)


def end_with_parent() -> None:
    """Let Linux kill this process when the thread that started it ends, also if that is killed.

    Elsewhere the process must notice that nobody is at the other end of its connection.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _set_limit(kind: int, wanted: int, margin: int | None) -> None:
    """Set a soft limit and, ``margin`` above it, the hard limit; None leaves that as it is."""
    _, maximum = resource.getrlimit(kind)
    soft = _restrict(wanted, maximum)
    resource.setrlimit(kind, (soft, maximum if margin is None else _restrict(soft + margin, maximum)))


def _restrict(wanted: int, maximum: int) -> int:
    return wanted if maximum == resource.RLIM_INFINITY else min(wanted, maximum)


def _measure_address_space() -> int | None:
    """Return the bytes of address space in use, or None on a system that does not say, and limits nothing well."""
    statistics = Path("/proc/self/statm")
    if not statistics.exists():
        return None
    return int(statistics.read_text().split()[0]) * resource.getpagesize()
