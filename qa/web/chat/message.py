"""An answer as the message of a chat: the quotation, its sentence, its source, and how sure it is, in Markdown.

What is shown, and in which words, is the same as on the page. Only an answer is shown first; whatever may be wrong
comes after a line that says so.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from index.types import Span
from qa.answer.wording import (
    describe_confidence,
    describe_status,
    explain_language,
    explain_reason,
    format_percent,
)
from qa.messages import ENGLISH
from qa.types import Answer, AnswerPassage, AnswerText, Status
from qa.web.chat.markdown import LINE_BREAK, escape_line, escape_link_text, escape_text, unescape_text

# What paragraphs begin with; a quotation that begins so is escaped.
BLOCK, ITEM, SOURCE = "> ", "- ", "— ["
# The line before what may be wrong. An answer may begin with the same words, but does not go on like this.
INTRODUCTION = re.compile(r"(?P<status>[^,\n]+), [a-z ]+ \(\d+\s?%\):")
SEPARATOR = "\n\n"

# The id of a document, the place of a quotation and its text to the address of the page that shows it.
Link = Callable[[str, Span, str], str]


@dataclass(frozen=True, slots=True)
class Citation:
    """What is quoted at ``[start, end)`` of the content, in code points, and the page that shows it in its document."""

    start: int
    end: int
    url: str
    title: str


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """The content in Markdown, and what it cites."""

    content: str
    citations: tuple[Citation, ...]


class _Writer:
    """Paragraphs of Markdown, and the spans of the quotations among them."""

    def __init__(self) -> None:
        self.content, self.quoted = "", list[Span]()

    def add(self, text: str, opening: str = "", separator: str = SEPARATOR) -> None:
        self.content += (separator if self.content else "") + opening + text

    def quote(self, text: str, opening: str = "", separator: str = SEPARATOR) -> None:
        self.add(text, opening, separator)
        self.quoted.append(Span(len(self.content) - len(text), len(self.content)))


def compose_message(answer: Answer, link: Link) -> ChatMessage:
    """Return the message for an answer; ``link`` makes the addresses of what it cites."""
    writer = _Writer()
    if answer.status is Status.NOT_FOUND or not answer.answer:
        best = f" (best match: {format_percent(answer.confidence)})" if answer.confidence else ""
        writer.add(f"{describe_status(answer)}{best}.")
        _add_notes(writer, answer)
        return ChatMessage(writer.content, ())
    is_answer = answer.headline is not None and answer.status is Status.ANSWERED
    certainty = describe_confidence(answer.shown_confidence)
    if not is_answer:
        writer.add(f"{describe_status(answer)}, {certainty}:")
    source, sentence = _find_source(answer, answer.answer), answer.answer.sentence
    _quote_source(writer, answer.headline, source)
    # A parenthesis would end the address in a link of Markdown.
    url = link(source.document.id, Span(sentence.start, sentence.end), sentence.text)
    url = url.replace("(", "%28").replace(")", "%29")
    title = " · ".join(part for part in (source.document.title or source.document.id, source.heading) if part)
    writer.add(f"{escape_link_text(title)}]({url})" + (f", {certainty}" if is_answer else ""), SOURCE)
    _add_notes(writer, answer)
    return ChatMessage(writer.content, tuple(Citation(span.start, span.end, url, title) for span in writer.quoted))


def recover_quotation(content: str) -> str | None:
    """Return the quotation that a message shows as an answer, or a possible one; None if it shows none.

    A text that ``compose_message`` did not make is returned as it is: an answer of somebody else.
    """
    paragraphs = content.split(SEPARATOR)
    if not any(paragraph.startswith(SOURCE) for paragraph in paragraphs):
        return None if content.startswith(ENGLISH("status.not_found")) else content or None
    if introduction := INTRODUCTION.fullmatch(paragraphs[0]):
        if introduction["status"] != ENGLISH("status.unsure"):
            return None
        del paragraphs[0]
    lines = paragraphs[0].split("\n")
    if all(line.startswith(ITEM) for line in lines):
        return ", ".join(unescape_text(line.removeprefix(ITEM)) for line in lines)
    return unescape_text(paragraphs[0])


def _find_source(answer: Answer, quoted: AnswerText) -> AnswerPassage:
    """Return the passage that holds what is quoted."""
    place = quoted.sentence.start
    own = (p for p in answer.passages if p.collection == quoted.collection)
    found = (p for p in own if p.document.id == quoted.document and p.start <= place < p.end)
    return next(found, answer.passages[0])


def _quote_source(writer: _Writer, headline: AnswerText | None, source: AnswerPassage) -> None:
    """Write the headline and its sentence, or else the passage."""
    if not headline:
        writer.quote(_continue_block(escape_text(source.text)), BLOCK)
        return
    if len(headline.spans) > 1:
        for number, part in enumerate(headline.spans):
            writer.quote(escape_line(part.text), ITEM, "\n" if number else SEPARATOR)
    else:
        writer.quote(escape_text(headline.text))
    if headline.sentence.text != headline.text:
        writer.add(_continue_block(escape_text(headline.sentence.text)), BLOCK)


def _continue_block(text: str) -> str:
    return text.replace(LINE_BREAK, LINE_BREAK + BLOCK)


def _add_notes(writer: _Writer, answer: Answer) -> None:
    """Write what the page says beside an answer."""
    if reason := explain_reason(answer):
        writer.add(reason)
    if answer.searched_as != answer.question:
        writer.add(f"Searched as: {escape_line(answer.searched_as)}")
    if failed := answer.retrieval.failed:
        writer.add(f"Part of the search failed ({', '.join(failed)}); the answer may be worse than usual.")
    if note := explain_language(answer):
        writer.add(note)
