"""Code kept verbatim: whole commands without their prompt and comment, whole inline code."""

import regex

from index.text.sentences import strip_span
from index.types import Span
from qa.answer.borders.words import list_words

# A shell's or an interpreter's. "#" and ">" begin a heading and a quotation too, so that more must speak for a command:
# an indented line, an option, or a comment after it.
PROMPT = regex.compile(
    r"[ \t]*(?:\([\w.-]+\)[ \t]+)?"
    r"(?:[\w.-]+@[\w.-]+:?[^\s$#>]*[ \t]?[$#>]|PS(?:[ \t]+\p{L}:[^>\n]*)?>|\p{L}:\\[^>\n]*>|[$%](?=[ \t]+\D)|>>>"
    r"|In \[\d+\]:|\p{Ll}[\w-]+(?:\([\w-]+\))?[>#])[ \t]+(?=\S)"
    r"|(?:[ ]{4,}|\t)[ \t]*[#>][ \t]+(?=\p{Ll}[\w./-]+(?:[ \t]|$))"
    r"|#[ \t]+(?=\p{Ll}[\w./-]*[^\n#]*(?:[ \t]--?\p{L}|[ \t]{2,}#[ \t]))"
)
INLINE = regex.compile(r"(?<!`)(?P<mark>`{1,2})(?!`)(?P<code>[^`\n]+(?:\n[^`\n]+)?)(?P=mark)(?!`)")
CHUNK = regex.compile(r"\S+")
# After a command; all but "#" mean something else there unless more than a space is before them.
COMMENT = regex.compile(r"(?:[ \t]+#+|[ \t]{2,}(?://|;;?|--|REM\b))[ \t]+(?P<comment>\S[^\n]*)$", regex.MULTILINE)
ASSIGNMENT = regex.compile(r"[ \t]*(?P<key>[\w.\[\]-]+)[ \t]*:?=[ \t]*(?P<value>\S[^\n]*?)[ \t]*;?$")


def widen_to_code(text: str, span: Span) -> Span:
    """Return the command or inline code that the span has a part of; a comment or a value stays one."""
    for match in INLINE.finditer(text):
        code = Span(*match.span("code"))
        whole = Span(*match.span())
        if whole.start <= span.start and span.end <= whole.end and span.overlaps(code):
            return _keep_value(text, span, code) or code
        if code.overlaps(span) and whole.overlaps(span):
            span = Span(min(span.start, whole.start), max(span.end, whole.end))
    line = _find_line(text, span)
    prompt = PROMPT.match(text, line.start, line.end)
    if prompt is None:
        return span
    return _choose_part(text, span, Span(prompt.end(), line.end))


def find_code_line(text: str, span: Span) -> Span | None:
    """Return what follows the prompt in the line where the span begins, or None if there is none."""
    line = _find_line(text, span)
    prompt = PROMPT.match(text, line.start, line.end)
    return Span(prompt.end(), line.end) if prompt else None


def _choose_part(text: str, span: Span, line: Span) -> Span:
    """Return the command of a line, or its comment if most of the span is in it."""
    found = COMMENT.search(text, line.start, line.end)
    command = strip_span(text, Span(line.start, found.start() if found else line.end))
    if found is None:
        return _keep_argument(text, span, command)
    comment = Span(*found.span("comment"))
    in_comment = min(span.end, comment.end) - max(span.start, comment.start)
    in_command = min(span.end, command.end) - max(span.start, command.start)
    if in_comment > 2 * max(0, in_command):
        return Span(max(span.start, comment.start), min(span.end, comment.end))
    return _keep_argument(text, span, command)


def _keep_argument(text: str, span: Span, command: Span) -> Span:
    """Return the whole command, or the single argument that the span is inside of."""
    start, end = max(span.start, command.start), min(max(span.end, command.start + 1), command.end)
    if start >= end:
        return command
    words = [Span(*m.span()) for m in CHUNK.finditer(text, command.start, command.end)]
    touched = [word for word in words if word.overlaps(Span(start, end))]
    if touched and touched[0] != words[0] and 2 * len(touched) < len(words):
        return Span(touched[0].start, touched[-1].end)
    return command


def _keep_value(text: str, span: Span, code: Span) -> Span | None:
    """Return the value of "key = value" if the span is inside it, or None."""
    assignment = ASSIGNMENT.fullmatch(text, code.start, code.end)
    if assignment is None:
        return None
    value, key = Span(*assignment.span("value")), Span(*assignment.span("key"))
    if value.start <= span.start and list_words(text, value):
        return value
    return key if span.end <= key.end else None


def _find_line(text: str, span: Span) -> Span:
    """Return the line where the span begins."""
    end = text.find("\n", span.start)
    return Span(text.rfind("\n", 0, span.start) + 1, end if end >= 0 else len(text))


def is_code(text: str, span: Span) -> bool:
    """Return whether the span is a whole piece of inline code."""
    return text[span.start - 1 : span.start] == "`" == text[span.end : span.end + 1]
