"""The command ``mcp``, which a group of commands can take up."""

import re
from functools import partial
from pathlib import Path
from typing import Any

import click

from index.cli import Command, Option, is_flag_given, is_stated, setting_options
from index.errors import UsageError
from qa.collection.folder_names import parse_folders
from qa.mcp.library import require_library
from qa.mcp.links import link_to_page

# A host, perhaps with a port and a path; a query or an anchor would swallow what a link adds.
ADDRESS = re.compile(r"https?://[^/?#\s]+(/[^?#\s]*)?")


@click.command("mcp", cls=Command)
@click.argument("collections", nargs=-1, metavar="[NAME=FOLDER]...")
@click.option(
    "--url",
    cls=Option,
    help="address of a server over the same indexes, such as http://127.0.0.1:8000: links lead there",
)
@setting_options("index", "model", "models", "reader")
def mcp_command(collections: tuple[str, ...], url: str | None, **flags: Any) -> None:  # noqa: ANN401 — of the table's types
    """Serve an index, or several, each with its name, to an agent, which starts this command.

    The agent asks over standard input and output.

    Example: python -m qa mcp --index var/index

    Example: python -m qa mcp handbook=var/handbook films=var/films
    """
    require_library()
    if url and not ADDRESS.fullmatch(url):
        raise UsageError(f"invalid value {url!r} for --url: must be like http://127.0.0.1:8000 or https://docs.example")
    roots = parse_folders(collections, flags["index"] if is_flag_given("index") else None)
    # Late, because they load the library of the protocol and those of the web server, which no other command needs.
    from qa.mcp.current_index import CurrentIndex
    from qa.mcp.resources import format_uri
    from qa.mcp.stdio import serve_stdio
    from qa.web.collection_folders import CollectionFolders

    model = flags["model"] if is_stated("model") else None
    folders = CollectionFolders.of(roots, Path(flags["index"]), model, flags["reader"], flags["models"])
    current = CurrentIndex(folders.find_version, folders.open_version, folders.note_served)
    try:
        serve_stdio(current.use_service, partial(link_to_page, url) if url else format_uri)
    finally:
        current.close()
