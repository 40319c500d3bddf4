"""python -m qa: build with a report, ask, list documents, serve agents, fetch the large reader, manage keys."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from index.cli import Group, Option, is_stated, setting_options
from index.generation.metadata_filter import MetadataFilter
from qa.answer.serialize import answer_json
from qa.answer.terminal import print_answer
from qa.build_report.command import build
from qa.collection.command import documents
from qa.conditions import read_conditions, require_fields
from qa.doctor.command import doctor
from qa.engine import Engine
from qa.mcp.command import mcp_command
from qa.reader.large import ensure_large_reader
from qa.rendering.renderer import Renderer
from qa.types import MAX_TOP_K, Request

if TYPE_CHECKING:
    from qa.web.access.keys import KeyStore


@click.group(cls=Group, context_settings={"max_content_width": 100})
def main() -> None:
    """Ask an index; list its documents; serve it to an agent; fetch the large reader; manage the keys of a server.

    Example: python -m qa ask "Who directed the film?"
    """


main.add_command(doctor)
main.add_command(build)
main.add_command(documents)


@main.command()
@click.argument("question")
@click.option("--json", "as_json", is_flag=True, help="print what the API returns")
@click.option(
    "--top-k", cls=Option, type=click.IntRange(1, MAX_TOP_K), default=5, show_default=True, help="passages to show"
)
@click.option("--mode", cls=Option, type=click.Choice(["fast", "precise"]), default="precise", show_default=True)
@click.option("--document", "documents", multiple=True, help="search this document only: an id, or a pattern as '*.md'")
@click.option(
    "--filter", "conditions", multiple=True, metavar="NAME=VALUE", help="search documents with this metadata only"
)
@setting_options("index", "model", "models", "reader")
def ask(question: str, as_json: bool, **options: Any) -> None:  # noqa: ANN401
    """Answer QUESTION, with the words that answer it marked.

    A document must meet every --filter; of several values of one name it needs one. Names are folder, tag, language,
    format, author, date.from, date.to and every other field of the metadata.

    Example: python -m qa ask "What is the allowance?" --filter 'folder=hr/**' --filter date.from=2025-01-01
    """
    index, model, models, reader = (options.pop(name) for name in ("index", "model", "models", "reader"))
    conditions = MetadataFilter.parse(read_conditions(options.pop("conditions")))
    request = Request(question, filter=conditions, **options)
    engine = Engine.open(index, model if is_stated("model") else None, reader, models=models)
    require_fields(engine.catalog, conditions)
    answer = engine.ask(request)
    if as_json:
        click.echo(json.dumps(answer_json(answer), ensure_ascii=False, indent=2))
    else:
        print_answer(answer, Renderer(engine.catalog))


@main.command()
@setting_options("models")
def fetch_reader(models: str) -> None:
    """Fetch and make the large reader, so that `--reader large` needs no network.

    Example: python -m qa fetch-reader
    """
    click.echo(f"the large reader is in {ensure_large_reader(Path(models))}")


main.add_command(mcp_command)


@main.group(cls=Group)
def keys() -> None:
    """Add, list and revoke the keys with which others may ask, write or administer.

    Example: python -m qa keys add website --scope ask
    """


@keys.command("add")
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    cls=Option,
    multiple=True,
    default=["ask"],
    show_default=True,
    type=click.Choice(["ask", "write", "admin"]),
    help="what the key allows; admin allows everything",
)
@click.option(
    "--collection",
    "collections",
    cls=Option,
    multiple=True,
    help="the only collection that it is for, of a server with several; may be repeated",
)
@click.option("--days", cls=Option, type=click.IntRange(1, 36500), help="how long it is valid; without it, for ever")
@setting_options("keys")
def add_key(name: str, scopes: tuple[str, ...], collections: tuple[str, ...], days: int | None, keys: str) -> None:
    """Add a key and print it: the only time that it is shown.

    Example: python -m qa keys add importer --scope write --collection films --days 90
    """
    expires = datetime.now(UTC) + timedelta(days=days) if days else None
    click.echo(_open_keys(keys).add_key(name, scopes, expires, collections))


@keys.command("list")
@setting_options("keys")
def list_keys(keys: str) -> None:
    """List all keys: name, id, scopes, state and collections. The keys themselves are not stored.

    Example: python -m qa keys list
    """
    for key in _open_keys(keys).list_keys():
        click.echo(f"{key.name}  {key.id}  {','.join(sorted(key.scopes))}  {key.describe_state(datetime.now(UTC))}")


@keys.command("revoke")
@click.argument("name")
@setting_options("keys")
def revoke_key(name: str, keys: str) -> None:
    """Revoke the key NAME. A running server refuses it from then on.

    Example: python -m qa keys revoke website
    """
    _open_keys(keys).revoke_key(name)


def _open_keys(path: str) -> "KeyStore":
    # Late, because it loads the web server's libraries, which no other command needs.
    from qa.web.access.keys import KeyStore

    return KeyStore(Path(path))


if __name__ == "__main__":
    main(prog_name="python -m qa")
