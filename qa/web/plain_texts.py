"""The texts of an answer without the marks of their format, for programs that show them and cannot render Markdown."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from index.types import Span
from qa.answer.highlight import split_at_marks
from qa.answer.plain_forms import PlainAnswer, PlainPassage, PlainText
from qa.rendering.plain_text import write_lines
from qa.rendering.renderer import Renderer
from qa.rendering.source_map import unwrap_words
from qa.types import Answer, AnswerPassage, AnswerText, Quote
from qa.web.service import Service


def add_plain_texts(service: Service, answer: Answer) -> Answer:
    """Return the answer with the plain form of each text that it shows."""
    passages = tuple(_add_to_passage(_renderer(service, one.collection), one) for one in answer.passages)
    text = answer.answer
    shown = replace(text, plain=_write_answer(_renderer(service, text.collection), text)) if text else None
    return replace(answer, answer=shown, passages=passages)


def _renderer(service: Service, collection: str | None) -> Renderer:
    return service.choose(collection).renderer


def _add_to_passage(renderer: Renderer, passage: AnswerPassage) -> AnswerPassage:
    nodes = renderer.render(passage.document.id, Span(passage.start, passage.end), passage.evidence)
    if nodes is None:
        plain = _keep_text(passage.text, passage.start, passage.evidence)
    else:
        lines = write_lines(nodes, passage.evidence)
        plain = _join([[(piece.text, piece.marked) for piece in line.pieces] for line in lines])
    return replace(passage, plain=PlainPassage(plain.text, plain.marks, passage.heading))


def _write_answer(renderer: Renderer, answer: AnswerText) -> PlainAnswer:
    parts = tuple(_write_quote(renderer, answer.document, one, ()).text for one in answer.spans)
    spans = [Span(part.start, part.end) for part in answer.spans]
    # As the answer joins the parts of a list.
    return PlainAnswer(", ".join(parts), parts, _write_quote(renderer, answer.document, answer.sentence, spans))


def _write_quote(renderer: Renderer, document: str, quote: Quote, marks: Sequence[Span]) -> PlainText:
    span = Span(quote.start, quote.end)
    nodes = renderer.render(document, span, [span, *marks])
    if nodes is None:
        return _keep_text(quote.text, quote.start, marks)
    lines = write_lines(unwrap_words(nodes), marks)
    return _join([[(piece.text, piece.marked) for piece in line.pieces] for line in lines])


def _keep_text(text: str, start: int, marks: Iterable[Span]) -> PlainText:
    return _join([[(piece.text, piece.marked) for piece in split_at_marks(text, marks, start)]])


def _join(lines: Sequence[Sequence[tuple[str, bool]]]) -> PlainText:
    """Return lines as one text, with the places of their marked pieces in it."""
    text, marks = "", list[Span]()
    for number, line in enumerate(lines):
        text += "\n" if number else ""
        for piece, marked in line:
            if marked:
                marks.append(Span(len(text), len(text) + len(piece)))
            text += piece
    return PlainText(text, tuple(marks))
