"""The line by which a measured document names the program that it was measured with."""

import re
from collections.abc import Iterable
from pathlib import Path

from qa.evaluation.fingerprint.program import compute_fingerprint

STAMP = re.compile(r"<!-- measured with the program (\S*) -->")


def stamp_line(program: str = "") -> str:
    """Return the line that names a program, by default this one."""
    return f"<!-- measured with the program {program or compute_fingerprint()} -->"


def stamp_lines(programs: Iterable[str]) -> list[str]:
    """Return a line for each distinct program."""
    return [stamp_line(program) for program in dict.fromkeys(programs)]


def is_stale(document: Path, program: str = "") -> bool:
    """Return whether a document, or a part of it, was measured with another program, or names none."""
    return set(STAMP.findall(document.read_text(encoding="utf-8"))) != {program or compute_fingerprint()}
