"""How much of a process is in memory; imports nothing, so that measuring costs nothing."""

from pathlib import Path
from resource import getpagesize


def read_resident_mb() -> float:
    """Megabytes of this process that are in memory, what it has mapped included (RSS)."""
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * getpagesize() / 1e6
