"""The commands that messages propose: complete, so that they can be pasted into a shell."""

from pathlib import Path
from shlex import quote

# Where it is not known what an index was built from.
UNKNOWN = "FOLDER"


def format_build(source: str | None, index: Path | str, model: str | None = None) -> str:
    """Return the command that builds an index from ``source``, with another model if one is named."""
    stated = f" --model {quote(model)}" if model else ""
    return f"python -m index build {quote(source) if source else UNKNOWN} --index {quote(str(index))}{stated}"


def format_embed(source: str | None, shards: Path | str) -> str:
    """Return the command that makes what is missing of the shards of ``source``."""
    return f"python -m index embed {quote(source) if source else UNKNOWN} --shards {quote(str(shards))}"


def format_verify(index: Path | str) -> str:
    """Return the command that checks an index."""
    return f"python -m index verify --index {quote(str(index))}"


def format_publish(index: Path | str) -> str:
    """Return the command that serves what is held in an index."""
    return f"python -m index publish --index {quote(str(index))}"


def format_rollback(name: str, index: Path | str) -> str:
    """Return the command that serves a named generation of an index."""
    return f"python -m index rollback --to {quote(name)} --index {quote(str(index))}"


def format_status(index: Path | str) -> str:
    """Return the command that names everything that is not in an index."""
    return f"python -m index status --all --index {quote(str(index))}"
