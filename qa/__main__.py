"""python -m qa: ask on the terminal."""

import json
import os
from pathlib import Path

import click

from index.cli import one_sentence, setting_options
from index.settings import MODEL, SETTINGS, Sources
from qa.answer.serialize import answer_json
from qa.answer.terminal import show
from qa.engine import Engine
from qa.types import MOST_PASSAGES, Mode, Request


@click.group(context_settings={"max_content_width": 100})
def main() -> None:
    """Ask the texts.

    Example: python -m qa ask "Who directed the film?"
    """


@main.command()
@click.argument("question")
@click.option("--json", "as_json", is_flag=True, help="print what the API returns")
@click.option("--top-k", type=click.IntRange(1, MOST_PASSAGES), default=5, show_default=True, help="passages to show")
@click.option("--mode", type=click.Choice(["fast", "precise"]), default="precise", show_default=True)
@click.option(
    "--document", "documents", multiple=True, help="only from this document: an id or a pattern such as '*.md'"
)
@setting_options(SETTINGS, "index", "model", "reader")
@one_sentence
def ask(question: str, as_json: bool, top_k: int, mode: Mode, documents: tuple[str, ...], **flags: object) -> None:
    """Answer QUESTION, with the words that answer it marked.

    Example: python -m qa ask "When did the episode air?" --json
    """
    sources = Sources.of(flags, os.environ, Path.cwd())
    request = Request(question, (), top_k, mode, documents)
    found = sources.resolve(SETTINGS)
    answer = Engine.open(found["index"], sources.stated(MODEL), found["reader"]).ask(request)
    if as_json:
        click.echo(json.dumps(answer_json(answer), ensure_ascii=False, indent=2))
    else:
        show(answer)


if __name__ == "__main__":
    main(prog_name="python -m qa")
