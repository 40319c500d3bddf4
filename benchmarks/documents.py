"""Documents that programs write: sections between marker comments, stamped with the program that was measured."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import regex

from qa.evaluation.fingerprint import compute_work_fingerprint, stamp_line

# Lines that begin with a bar, the second of which has only dashes.
TABLE = regex.compile(r"^\|.*\|\n\|[ :|-]+\|(?:\n\|.*\|)*$", regex.MULTILINE)


def format_table(head: Sequence[str], rows: Iterable[Sequence[str]], texts: int = 1) -> str:
    """Return a Markdown table whose first column, or columns, are text and whose other columns are figures."""
    lines = [head, [*["---"] * texts, *["--:"] * (len(head) - texts)], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def parse_tables(text: str) -> list[list[dict[str, str]]]:
    """Return the rows of each Markdown table of a text, by the heads of their columns, as ``format_table`` wrote them.

    Of columns with the same head the first one counts.
    """
    tables = list[list[dict[str, str]]]()
    for found in TABLE.finditer(text):
        head, _, *rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in found[0].splitlines()]
        tables.append([dict(reversed([*zip(head, row, strict=True)])) for row in rows])
    return tables


def find_section(page: str, name: str) -> str:
    """Return a section with its markers; nothing if the page has none of that name."""
    found = _section_pattern(name).search(page)
    return found.group() if found else ""


def write_section(path: Path, name: str, text: str, program: str = "") -> None:
    """Replace a section that a program has measured, or add it at the end; keep the rest.

    ``program`` is its fingerprint; by default that of the work of this one, as for all that is about speed.
    """
    page = path.read_text(encoding="utf-8") if path.is_file() else ""
    stamp = stamp_line(program or compute_work_fingerprint())
    section = f"<!-- {name}: begin -->\n{stamp}\n{text.strip()}\n<!-- {name}: end -->"
    found = _section_pattern(name).search(page)
    page = page[: found.start()] + section + page[found.end() :] if found else f"{page.rstrip()}\n\n{section}\n"
    path.write_text(page, encoding="utf-8")


def write_head(path: Path, text: str, program: str = "") -> None:
    """Replace everything but the sections, which follow in their order; ``program`` is as in ``write_section``."""
    page = path.read_text(encoding="utf-8") if path.is_file() else ""
    sections = [found.group() for found in _section_pattern(r"[\w ]+").finditer(page)]
    head = f"{stamp_line(program or compute_work_fingerprint())}\n{text.strip()}"
    path.write_text("\n\n".join([head, *sections]) + "\n", encoding="utf-8")


def _section_pattern(name: str) -> regex.Pattern[str]:
    return regex.compile(rf"<!-- (?P<name>{name}): begin -->.*?<!-- (?P=name): end -->", regex.DOTALL)
