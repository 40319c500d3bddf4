"""python -m qa: ask on the terminal."""

import json
from typing import Any

import click

from index.cli import Group, Option, is_stated, setting_options
from qa.answer.serialize import answer_json
from qa.answer.terminal import print_answer
from qa.engine import Engine
from qa.types import MAX_TOP_K, Request


@click.group(cls=Group, context_settings={"max_content_width": 100})
def main() -> None:
    """Ask an index.

    Example: python -m qa ask "Who directed the film?"
    """


@main.command()
@click.argument("question")
@click.option("--json", "as_json", is_flag=True, help="print what the API returns")
@click.option(
    "--top-k", cls=Option, type=click.IntRange(1, MAX_TOP_K), default=5, show_default=True, help="passages to show"
)
@click.option("--mode", cls=Option, type=click.Choice(["fast", "precise"]), default="precise", show_default=True)
@click.option("--document", "documents", multiple=True, help="search this document only: an id, or a pattern as '*.md'")
@setting_options("index", "model", "reader")
def ask(question: str, as_json: bool, index: str, model: str, reader: str, **options: Any) -> None:  # noqa: ANN401
    """Answer QUESTION, with the words that answer it marked.

    Example: python -m qa ask "When did the episode air?" --json
    """
    request = Request(question, **options)
    answer = Engine.open(index, model if is_stated("model") else None, reader).ask(request)
    if as_json:
        click.echo(json.dumps(answer_json(answer), ensure_ascii=False, indent=2))
    else:
        print_answer(answer)


if __name__ == "__main__":
    main(prog_name="python -m qa")
