"""Numbers in words that people compare: bytes in steps of a thousand, round numbers of passages by name."""

from math import floor, log10
from textwrap import fill

import regex

BYTE_UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB")
WIDTH = 120
# An item of a list, and what is left as it is: headings and tables.
ITEM, FIXED = regex.compile(r"(?m)^(?=\* |\d+\. )"), ("#", "|")
NAMES = {10**6: "million", 10**9: "billion"}


def format_bytes(count: float) -> str:
    """Return two or three digits with a unit: ``1.9 GB``, ``816 GB``."""
    power = min(int(log10(count) // 3), len(BYTE_UNITS) - 1) if count >= 1 else 0
    return f"{round_number(count / 1000**power).removesuffix('.0')} {BYTE_UNITS[power]}"


def round_number(count: float) -> str:
    """Return a number with two digits if it is below 10, else with as many as are before the point, at most three."""
    if 0 < count < 0.1:
        return f"{count:.2f}"
    if count >= 100:
        digits = floor(log10(count)) - 2
        return f"{round(count, -digits):,.0f}"
    return f"{count:.1f}" if count < 10 else f"{count:.0f}"


def name_count(count: float) -> str:
    """Return a number of passages by name: ``10 million``, ``54 million``, ``2.1 billion``."""
    size = max((size for size in NAMES if size <= count), default=1)
    return f"{round_number(count / size).removesuffix('.0')} {NAMES[size]}" if size > 1 else round_number(count)


def format_money(dollars: float) -> str:
    """Return dollars with three digits at most: ``$242,000``."""
    return f"${round_number(dollars)}" if dollars >= 10 else f"${dollars:.2f}"


def wrap_prose(page: str) -> str:
    """Return a page with its paragraphs and lists in lines of equal length; headings and tables stay as they are."""
    return "\n\n".join(map(_wrap_block, page.strip().split("\n\n"))) + "\n"


def _wrap_block(block: str) -> str:
    if block.startswith(FIXED):
        return block
    return "\n".join(_wrap_item(item) for item in ITEM.split(block) if item)


def _wrap_item(item: str) -> str:
    mark = regex.match(r"\* |\d+\. |", item)
    indent = " " * len(mark.group()) if mark else ""
    words = " ".join(item.split())
    return fill(words, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
