"""An answer on the terminal, evidence in ⟦brackets⟧, and bold if the output is a terminal."""

import re
from collections.abc import Sequence

import click

from index.types import Span
from qa.answer.highlight import TextPiece, split_at_marks
from qa.answer.wording import (
    describe_confidence,
    describe_copies,
    describe_copy,
    describe_status,
    explain_language,
    explain_reason,
    format_percent,
)
from qa.rendering.plain_text import write_lines, write_text
from qa.rendering.renderer import Renderer
from qa.rendering.source_map import unwrap_words
from qa.types import Answer, AnswerPassage, AnswerText, PassageCopy, Quote, Reason, Status

# An empty line; each row of a table is a paragraph.
PARAGRAPH_END = re.compile(r"\n\s*\n")
# Copies of a passage that are listed, about two lines.
MAX_LISTED_COPIES = 5


def print_answer(answer: Answer, renderer: Renderer | None = None) -> None:
    """Write the answer to standard output, as the formats of its documents show it if there is a ``renderer``."""
    click.secho(_format_headline(answer), bold=True)
    if answer.reason:
        click.echo(explain_reason(answer))
    if answer.searched_as != answer.question:
        click.echo(f"searched as: {answer.searched_as}")
    if answer.headline:
        click.echo("\n" + _format_quotation(answer.headline, renderer))
    # What is closest to "thanks!" helps nobody.
    shown = () if answer.reason is Reason.NO_CONTENT_WORDS else answer.passages
    for passage in shown:
        # If nothing answers, nothing is marked: a mark would say that it does.
        _print_passage(passage, passage.evidence if answer.answer else (), renderer)
    for leg in answer.retrieval.failed:
        click.secho(f"degraded: the {leg} leg failed", fg="red")
    if explain_language(answer):
        click.echo(explain_language(answer))


def _format_quotation(headline: AnswerText, renderer: Renderer | None) -> str:
    """Return the quotation, or each part of a list on a line of its own."""
    shown = [_render_words(headline.document, part, renderer) for part in headline.spans]
    if len(shown) > 1:
        return "\n".join(f"  • {' '.join(part.split())}" for part in shown)
    return f"  “{shown[0]}”"


def _render_words(document: str, quote: Quote, renderer: Renderer | None) -> str:
    """Return a quotation without markup."""
    span = Span(quote.start, quote.end)
    nodes = renderer.render(document, span, [span]) if renderer else None
    return quote.text if nodes is None else write_text(unwrap_words(nodes))


def _format_headline(answer: Answer) -> str:
    """Return the status and the confidence; "not found: unlikely (1 %)" would read as the opposite."""
    if answer.status is not Status.NOT_FOUND:
        return f"{describe_status(answer)}: {describe_confidence(answer.shown_confidence)}"
    best = f" (best match: {format_percent(answer.confidence)})" if answer.confidence else ""
    return f"{describe_status(answer)}{best}"


def _print_passage(passage: AnswerPassage, marked: Sequence[Span], renderer: Renderer | None) -> None:
    source = passage.document
    # A mail and its first heading have the same words.
    title = " · ".join(dict.fromkeys(part for part in (source.title or source.id, passage.heading) if part))
    click.echo(f"\n{passage.rank}. {click.style(title, bold=True)}  {passage.score:.2f}  {passage.id}")
    nodes = renderer.render(source.id, Span(passage.start, passage.end), marked) if renderer else None
    if nodes is None:
        text = _format_pieces(split_at_marks(passage.text, marked, passage.start))
        for paragraph in PARAGRAPH_END.split(text):
            click.echo(f"   {' '.join(paragraph.split())}")
    else:
        for line in write_lines(nodes, marked):
            text = _format_pieces(line.pieces)
            click.echo("   " + (click.style(text, bold=True) if line.title else text))
    if passage.copies:
        listed = ", ".join(map(_format_copy, passage.copies[:MAX_LISTED_COPIES]))
        more = " …" if passage.copies_total > MAX_LISTED_COPIES else ""
        click.echo(f"   also in {describe_copies(passage)}: {listed}{more}")


def _format_copy(copy: PassageCopy) -> str:
    note = describe_copy(copy)
    return f"{copy.id} ({note})" if note else copy.id


def _format_pieces(pieces: Sequence[TextPiece]) -> str:
    return "".join(click.style(f"⟦{piece.text}⟧", bold=True) if piece.marked else piece.text for piece in pieces)
