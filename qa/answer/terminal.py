"""An answer on the terminal, evidence in ⟦brackets⟧, and bold where the output is a terminal."""

from collections.abc import Sequence

import click

from index.types import Span
from qa.answer.highlight import pieces
from qa.answer.wording import certainty, heading, why
from qa.types import Answer, AnswerPassage


def show(answer: Answer) -> None:
    """Writes the answer to standard output."""
    click.secho(f"{heading(answer)}: {certainty(answer.confidence)}", bold=True)
    if answer.reason:
        click.echo(why(answer))
    if answer.searched_as != answer.question:
        click.echo(f"searched as: {answer.searched_as}")
    if answer.answer:
        click.echo(f"\n  “{answer.answer.text}”")
    for passage in answer.passages:
        # The nearest sentences do not answer where nothing does: marking them would say that they do.
        _passage(passage, passage.evidence if answer.answer else ())
    for leg in answer.retrieval.degraded:
        click.secho(f"degraded: the {leg} leg failed", fg="red")


def _passage(passage: AnswerPassage, marked: Sequence[Span]) -> None:
    title = " · ".join(part for part in (passage.document.title or passage.document.id, passage.heading) if part)
    click.echo(f"\n{passage.rank}. {click.style(title, bold=True)}  {passage.score:.2f}  {passage.id}")
    words = "".join(
        click.style(f"⟦{piece.text}⟧", bold=True) if piece.marked else piece.text
        for piece in pieces(passage.text, marked, passage.start)
    )
    click.echo(f"   {' '.join(words.split())}")
