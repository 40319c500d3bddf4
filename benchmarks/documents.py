"""Sections of a document that programs write, each between marker comments, the rest left as it is."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import regex


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """In Markdown; the first column names the row and the rest are figures."""
    lines = [head, ["---", *["--:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def put(path: Path, name: str, text: str) -> None:
    """Replaces the section, or adds it at the end."""
    page = path.read_text(encoding="utf-8") if path.is_file() else ""
    section = f"<!-- {name}: begin -->\n{text.strip()}\n<!-- {name}: end -->"
    found = _marked(name).search(page)
    page = page[: found.start()] + section + page[found.end() :] if found else f"{page.rstrip()}\n\n{section}\n"
    path.write_text(page, encoding="utf-8")


def around(path: Path, text: str) -> None:
    """Replaces all but the sections."""
    page = path.read_text(encoding="utf-8") if path.is_file() else ""
    kept = [found.group() for found in _marked(r"[\w ]+").finditer(page)]
    path.write_text("\n\n".join([text.rstrip(), *kept]) + "\n", encoding="utf-8")


def _marked(name: str) -> regex.Pattern[str]:
    return regex.compile(rf"<!-- (?P<name>{name}): begin -->.*?<!-- (?P=name): end -->", regex.DOTALL)
