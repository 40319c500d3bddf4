"""Texts of documents in Markdown, so that a chat front end shows them as they are.

A front end renders what a model says. Without escaping, ``a*b*c`` would lose its asterisks, and a document could show
an image of another site, which then knows who reads it.
"""

import re

PUNCTUATION = r"""[!-/:-@\[-`{-~]"""
# Active wherever it is: the beginning of a link, an image, a tag, an entity, or of a character that is escaped.
ALWAYS = re.compile(rf"[\[<]|&(?=#?\w+;)|\\(?={PUNCTUATION}|$)")
# Active if there are two of it in a paragraph: code, emphasis, strikethrough, formulas; "_" not inside of a word.
PAIRED = re.compile(r"[`*~$]|(?<![^\W_])_|_(?![^\W_])")
# Active at the beginning of a line: headings, quotations, lists, rules, tables, definitions.
OPENING = re.compile(r"[#>+*=|~:-]|(?<=\d)[.)]")
NUMBER = re.compile(r"\d{1,9}")
ESCAPED = re.compile(rf"\\({PUNCTUATION})")
# Two spaces at the end of a line are a line break.
LINE_BREAK = "  \n"


def escape_text(text: str) -> str:
    """Return a text as one paragraph of Markdown: its lines without white space around and inside, none empty."""
    lines = [" ".join(line.split()) for line in text.splitlines()]
    joined = "\n".join(line for line in lines if line)
    pairs = [match[0] for match in PAIRED.finditer(joined)]
    escaped = ALWAYS.sub(r"\\\g<0>", joined)
    escaped = PAIRED.sub(lambda match: f"\\{match[0]}" if pairs.count(match[0]) > 1 else match[0], escaped)
    return LINE_BREAK.join(map(_escape_opening, escaped.split("\n")))


def unescape_text(paragraph: str) -> str:
    """Return the text of which ``escape_text`` made a paragraph, apart from white space."""
    return ESCAPED.sub(r"\1", paragraph).replace(LINE_BREAK, "\n")


def escape_line(text: str) -> str:
    """Return a text in one line of Markdown."""
    return escape_text(" ".join(text.split()))


def escape_link_text(text: str) -> str:
    """Return a text in one line of Markdown, for between the brackets of a link."""
    # A bracket would end the text, and what follows it could be an address of another site.
    return escape_line(text).replace("]", r"\]")


def _escape_opening(line: str) -> str:
    number = NUMBER.match(line)
    found = OPENING.match(line, number.end() if number else 0)
    return f"{line[: found.start()]}\\{line[found.start() :]}" if found else line
