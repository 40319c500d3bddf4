"""Code kept verbatim: commands without their prompt, inline code."""

import regex

from index.types import Span
from qa.answer.borders.words import find_line

# A shell's or an interpreter's. "#" and ">" begin a heading and a quotation too, so that more must speak for a command:
# an indented line, an option, or a comment after it.
PROMPT = regex.compile(
    r"[ \t]*(?:\([\w.-]+\)[ \t]+)?"
    r"(?:[\w.-]+@[\w.-]+:?[^\s$#>]*[ \t]?[$#>]|PS(?:[ \t]+\p{L}:[^>\n]*)?>|\p{L}:\\[^>\n]*>|[$%](?=[ \t]+\D)|>>>"
    r"|In \[\d+\]:|\p{Ll}[\w-]+(?:\([\w-]+\))?[>#])[ \t]+(?=\S)"
    r"|(?:[ ]{4,}|\t)[ \t]*[#>][ \t]+(?=\p{Ll}[\w./-]+(?:[ \t]|$))"
    r"|#[ \t]+(?=\p{Ll}[\w./-]*[^\n#]*(?:[ \t]--?\p{L}|[ \t]{2,}#[ \t]))"
)
# After a command, before its comment.
COMMENT_MARK = regex.compile(r"[ \t]+(?:#+|//)$")


def strip_prompt(text: str, span: Span) -> Span:
    """Return the span without the prompt that it begins with or in, and the mark of a comment that it ends with."""
    line = find_line(text, span.start)
    prompt = PROMPT.match(text, line.start, line.end)
    mark = COMMENT_MARK.search(text, span.start, span.end)
    end = mark.start() if mark else span.end
    return Span(min(max(span.start, prompt.end()), end), end) if prompt else span


def is_code_line(text: str, span: Span) -> bool:
    """Return whether the span begins in a line with a prompt."""
    line = find_line(text, span.start)
    return PROMPT.match(text, line.start, line.end) is not None


def is_code(text: str, span: Span) -> bool:
    """Return whether the span is a whole piece of inline code."""
    return text[span.start - 1 : span.start] == "`" == text[span.end : span.end + 1]
