"""YAML front matter: what the author of a text file says about it, between two rules at its very top.

The only module that imports yaml.
"""

import re
from collections.abc import Mapping
from typing import Any

# Ends with a line of its own, and no empty line follows the first one: otherwise that is a rule, not front matter.
FRONT_MATTER = re.compile(r"---[ \t]*\n(?=\S)(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
# Where a key begins that is not inside another one.
TOP_KEY = re.compile(r"^(?=[^\s#-])", re.MULTILINE)
SIMPLE_LINE = re.compile(r"([A-Za-z_][\w.-]*)[ \t]*:[ \t]+(\S.*?)\s*")
# Much more than people write by hand; aliases inside of each other, a few lines of text, may stand for gigabytes.
MAX_CHARS, MAX_NODES, MAX_DEPTH = 100_000, 10_000, 20


def parse_front_matter(text: str) -> tuple[dict[str, Any], int]:
    """Return the fields between two ``---`` at the very top, and where the text begins.

    Every scalar is a string, as it was written: "no" is a language and "1.10" a version. Fields without a value are
    left out. A block without a field is ordinary Markdown: two rules and what is between them.
    """
    block = FRONT_MATTER.match(text)
    if not block or len(block[1]) > MAX_CHARS:
        return {}, 0
    fields = _parse_fields(block[1])
    if fields is None:
        # YAML that is not quite valid is common, such as a title with a colon; the other fields need not be lost.
        fields = {}
        for part in TOP_KEY.split(block[1]):
            fields |= _parse_fields(part) or _parse_line(part)
    fields = {key: value for key, value in fields.items() if value not in ("", [], {})}
    return (fields, block.end()) if fields else ({}, 0)


def _parse_fields(source: str) -> dict[str, Any] | None:
    """Return the fields of a YAML mapping, or None if it is not one, or too large."""
    import yaml

    try:
        # Resolves no types, and knows no other tags.
        value = yaml.load(source, Loader=yaml.CBaseLoader)  # noqa: S506 -- strings, lists and dicts only
    except (yaml.YAMLError, RecursionError, ValueError):
        return None
    return value if isinstance(value, dict) and _is_small(value) else None


def _is_small(value: object) -> bool:
    """Return whether a value has few parts, counted as often as they occur, and is not nested deeply."""
    pending, seen = [(value, 0)], 0
    while pending:
        one, depth = pending.pop()
        inside = one.values() if isinstance(one, Mapping) else one if isinstance(one, list) else ()
        seen += len(inside)
        if seen > MAX_NODES or depth > MAX_DEPTH:
            return False
        pending += [(part, depth + 1) for part in inside]
    return True


def _parse_line(part: str) -> dict[str, str]:
    """Return the field of a line ``key: value`` that is not valid YAML."""
    line = SIMPLE_LINE.fullmatch(part)
    if not line:
        return {}
    key, value = line.groups()
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return {key: value[1:-1] if quoted else value}
