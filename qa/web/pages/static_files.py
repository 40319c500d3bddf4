"""The style sheet and the scripts of the pages, each with a version, which is a hash of its bytes."""

from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path

from flask import url_for

FOLDER = Path(__file__).parent / "static"
# Not by mimetypes, which without /etc/mime.types has a type for scripts that is not compressed.
MEDIA_TYPES = {".css": "text/css", ".js": "text/javascript"}


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
    media_type = f"{MEDIA_TYPES.get(path.suffix, 'application/octet-stream')}; charset=utf-8"
    return StaticFile(content, media_type, blake2b(content, digest_size=8).hexdigest())
