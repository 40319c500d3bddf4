"""The command ``mcp``, which a group of commands can take up."""

import re
from functools import partial
from pathlib import Path
from urllib.parse import quote

import click

from index.cli import Command, Option, is_stated, setting_options
from index.errors import UsageError
from index.generation.directory import IndexDirectory
from index.types import Span
from qa.engine import Engine
from qa.mcp.library import require_library

# A host, perhaps with a port and a path; a query or an anchor would swallow what a link adds.
ADDRESS = re.compile(r"https?://[^/?#\s]+(/[^?#\s]*)?")


@click.command("mcp", cls=Command)
@click.option(
    "--url", cls=Option, help="address of a server over the same index, such as http://127.0.0.1:8000: links lead there"
)
@setting_options("index", "model", "models", "reader")
def mcp_command(url: str | None, index: str, model: str, models: str, reader: str) -> None:
    """Serve an index to an agent, which starts this command and asks over standard input and output.

    Example: python -m qa mcp --index var/index
    """
    require_library()
    if url and not ADDRESS.fullmatch(url):
        raise UsageError(f"invalid value {url!r} for --url: must be like http://127.0.0.1:8000 or https://docs.example")
    # Late, because they load the library of the protocol and those of the web server, which no other command needs.
    from qa.mcp.current_index import CurrentIndex
    from qa.mcp.resources import format_uri
    from qa.mcp.stdio import serve_stdio

    open_engine = partial(Engine.open, index, model if is_stated("model") else None, reader, models=models)
    current = CurrentIndex(IndexDirectory(Path(index)).require_current, open_engine)
    try:
        serve_stdio(current.use_service, partial(_link_to_page, url.rstrip("/")) if url else format_uri)
    finally:
        current.close()


def _link_to_page(url: str, document: str, span: Span, _collection: str | None = None) -> str:
    place = f"{span.start}-{span.end}"
    return f"{url}/documents/{quote(document, safe='/')}?at={place}#{place}"
