"""The style sheets, the scripts and the logo of the pages, each with a version, which is a hash of its bytes."""

from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path

from flask import url_for

FOLDER = Path(__file__).parent / "static"
# Not by mimetypes, which without /etc/mime.types has a type for scripts that is not compressed.
MEDIA_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
# What the folder of a theme may replace or add.
THEMED = ("theme.css", "logo.svg")


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file as it is sent. Under an address with its ``version`` it never changes."""

    content: bytes
    media_type: str
    version: str


@cache
def load_static_files(theme: Path | None = None) -> dict[str, StaticFile]:
    """Return all files by their names, those of a theme in place of the pages' own."""
    own = {path.name: path for path in sorted(FOLDER.iterdir()) if path.is_file()}
    themed = {name: theme / name for name in THEMED if (theme / name).is_file()} if theme else {}
    return {name: _load(path) for name, path in (own | themed).items()}


def link_static_file(name: str, theme: Path | None = None) -> str:
    """Return the address of a file with its version; a function of the templates."""
    return url_for("pages.static", name=name, v=load_static_files(theme)[name].version)


def _load(path: Path) -> StaticFile:
    content = path.read_bytes()
    media_type = f"{MEDIA_TYPES.get(path.suffix, 'application/octet-stream')}; charset=utf-8"
    return StaticFile(content, media_type, blake2b(content, digest_size=8).hexdigest())
