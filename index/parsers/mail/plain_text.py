"""Text of plain mails: paragraphs that were wrapped for sending, and where the quotation of older mails begins."""

import re

# "-----Original Message-----" in any language, and the line above the headers that Outlook quotes.
DIVIDER = re.compile(r"^(?:-{3,}[^-\n]+-{3,}|_{20,})[ \t]*$", re.MULTILINE)
# The headers of a quoted mail come within this many characters of the line.
MAX_GAP = 200
# The second line of "On …, Anna Meier <anna.meier@example.org>" and "wrote:" is short.
MAX_SECOND_LINE = 60
QUOTED_HEADERS = re.compile(r"\s*\S[^\n]{0,30}: [^\n]+\n[ \t]*\S[^\n]{0,30}: ")
SIGNATURE = "-- "


def join_flowed(text: str, deletes_space: bool) -> str:
    """Return text of the kind ``format=flowed`` with whole paragraphs (RFC 3676)."""
    paragraphs: list[list[str]] = []
    is_open, depth_before = False, 0
    for line in text.split("\n"):
        words = line.lstrip(">")
        depth = len(line) - len(words)
        words = words.removeprefix(" ")
        if is_open and depth == depth_before and words != SIGNATURE:
            paragraphs[-1][-1] = paragraphs[-1][-1].removesuffix(" " * deletes_space)
            paragraphs[-1].append(words)
        else:
            paragraphs.append([">" * depth + " " * bool(depth and words) + words])
        is_open, depth_before = words.endswith(" ") and words != SIGNATURE, depth
    return "\n".join("".join(paragraph) for paragraph in paragraphs)


def split_quotation(text: str) -> tuple[str, str]:
    """Return what was written for this mail, and the older mails that are quoted below it.

    Answers between the quoted lines belong to them, so a mail with such answers is not split.
    """
    start = min(_find_marked_lines(text), _find_divider(text))
    # A quotation alone is what was written, too.
    return (text[:start], text[start:]) if text[:start].strip() else (text, "")


def _find_marked_lines(text: str) -> int:
    """Return where the lines with ">" at the end of the text begin, with the line above that says who wrote them."""
    lines = text.split("\n")
    first = len(lines)
    while first and (not lines[first - 1].strip() or lines[first - 1].startswith(">")):
        first -= 1
    if not any(line.startswith(">") for line in lines[first:]):
        return len(text)
    # "On Friday Anna wrote:", "Am Freitag schrieb Anna:", in one line or wrapped into two.
    if first and lines[first - 1].rstrip().endswith(":"):
        first -= 1
        is_second = len(lines[first]) <= MAX_SECOND_LINE and first > 0 and lines[first - 1].strip()
        if is_second and (first == 1 or not lines[first - 2].strip()):
            first -= 1
    if any(line.startswith(">") for line in lines[:first]):
        return len(text)
    return sum(len(line) + 1 for line in lines[:first])


def _find_divider(text: str) -> int:
    """Return where a line begins below which the headers of another mail are."""
    for divider in DIVIDER.finditer(text):
        if QUOTED_HEADERS.match(text, divider.end(), divider.end() + MAX_GAP * 2):
            return divider.start()
    return len(text)
