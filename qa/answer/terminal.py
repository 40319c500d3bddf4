"""An answer on the terminal, evidence in ⟦brackets⟧, and bold if the output is a terminal."""

from collections.abc import Sequence

import click

from index.types import Span
from qa.answer.highlight import split_at_marks
from qa.answer.wording import (
    describe_confidence,
    describe_copies,
    describe_status,
    explain_language,
    explain_reason,
    format_percent,
)
from qa.types import Answer, AnswerPassage, AnswerText, Reason, Status

# Copies of a passage that are listed, about two lines.
MAX_LISTED_COPIES = 5


def print_answer(answer: Answer) -> None:
    """Write the answer to standard output."""
    click.secho(_format_headline(answer), bold=True)
    if answer.reason:
        click.echo(explain_reason(answer))
    if answer.searched_as != answer.question:
        click.echo(f"searched as: {answer.searched_as}")
    if answer.headline:
        click.echo("\n" + _format_quotation(answer.headline))
    # What is closest to "thanks!" helps nobody.
    shown = () if answer.reason is Reason.NO_CONTENT_WORDS else answer.passages
    for passage in shown:
        # If nothing answers, nothing is marked: a mark would say that it does.
        _print_passage(passage, passage.evidence if answer.answer else ())
    for leg in answer.retrieval.failed:
        click.secho(f"degraded: the {leg} leg failed", fg="red")
    if explain_language(answer):
        click.echo(explain_language(answer))


def _format_quotation(headline: AnswerText) -> str:
    """Return the quotation, or each part of a list on a line of its own."""
    if len(headline.spans) > 1:
        return "\n".join(f"  • {' '.join(part.text.split())}" for part in headline.spans)
    return f"  “{headline.text}”"


def _format_headline(answer: Answer) -> str:
    """Return the status and the confidence; "not found: unlikely (1 %)" would read as the opposite."""
    if answer.status is not Status.NOT_FOUND:
        return f"{describe_status(answer)}: {describe_confidence(answer.shown_confidence)}"
    best = f" (best match: {format_percent(answer.confidence)})" if answer.confidence else ""
    return f"{describe_status(answer)}{best}"


def _print_passage(passage: AnswerPassage, marked: Sequence[Span]) -> None:
    title = " · ".join(part for part in (passage.document.title or passage.document.id, passage.heading) if part)
    click.echo(f"\n{passage.rank}. {click.style(title, bold=True)}  {passage.score:.2f}  {passage.id}")
    text = "".join(
        click.style(f"⟦{piece.text}⟧", bold=True) if piece.marked else piece.text
        for piece in split_at_marks(passage.text, marked, passage.start)
    )
    click.echo(f"   {' '.join(text.split())}")
    if passage.copies:
        listed = ", ".join(copy.id for copy in passage.copies[:MAX_LISTED_COPIES])
        more = " …" if passage.copies_total > MAX_LISTED_COPIES else ""
        click.echo(f"   also in {describe_copies(passage)}: {listed}{more}")
