"""The style sheet and the scripts of the pages, each with a version, which is a hash of its bytes."""

from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from mimetypes import guess_type
from pathlib import Path

from flask import url_for

FOLDER = Path(__file__).parent / "static"


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file as it is sent. Under an address with its ``version`` it never changes."""

    content: bytes
    media_type: str
    version: str


@cache
def load_static_files() -> dict[str, StaticFile]:
    """Return all files by their names."""
    return {path.name: _load(path) for path in sorted(FOLDER.iterdir()) if path.is_file()}


def link_static_file(name: str) -> str:
    """Return the address of a file with its version; a function of the templates."""
    return url_for("pages.static", name=name, v=load_static_files()[name].version)


def _load(path: Path) -> StaticFile:
    content = path.read_bytes()
    media_type = guess_type(path.name)[0] or "application/octet-stream"
    return StaticFile(content, f"{media_type}; charset=utf-8", blake2b(content, digest_size=8).hexdigest())
