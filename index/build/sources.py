"""What a build remembers of the files that it read, so that the next one parses only those that changed."""

import hashlib
import json
import stat
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

from index.build.load_file import SourceFile

SOURCES = "sources.json"


@dataclass(frozen=True, slots=True)
class SourceState:
    """The hash of a file and its sidecar, and the ids of the documents in it.

    One that ``has_problems`` is read again by the next build, so that its problems are reported again.
    """

    sha256: str
    documents: tuple[str, ...]
    has_problems: bool = False


# By the id of the file. Files without a document are not among them.
Sources: TypeAlias = Mapping[str, SourceState]
NO_SOURCES: Sources = MappingProxyType({})


def hash_source(file: SourceFile, has_sidecar: bool, max_bytes: int) -> str | None:
    """Return the hash of a file and its sidecar, or None if one of them must not be read or cannot be."""
    digests: list[bytes] = []
    for path in (file.path, file.sidecar.path) if has_sidecar else (file.path,):
        try:
            status = path.stat()
            if not stat.S_ISREG(status.st_mode) or status.st_size > max_bytes:
                return None
            with path.open("rb") as opened:
                digests.append(hashlib.file_digest(opened, "sha256").digest())
        except OSError:
            return None
    return hash_digests(*digests)


def hash_digests(file: bytes, sidecar: bytes | None = None) -> str:
    """Return the hash of a file and its sidecar from the SHA-256 digest of each."""
    return hashlib.sha256(file + (sidecar or b"")).hexdigest()


def exclude_documents(sources: Sources, documents: Container[str]) -> Sources:
    """Return the files that hold none of these documents: the index has something else in their place."""
    return {
        name: state for name, state in sources.items() if not any(document in documents for document in state.documents)
    }


def write_sources(folder: Path, sources: Sources) -> None:
    """Write the table into the folder of a generation."""
    # An empty first field marks a file with problems; an older program then finds the file changed and reads it again.
    marks = {name: [""] if state.has_problems else [] for name, state in sources.items()}
    rows = {name: [*marks[name], state.sha256, *state.documents] for name, state in sorted(sources.items())}
    (folder / SOURCES).write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")


def read_sources(folder: Path) -> Sources:
    """Read the table of a generation; raise OSError or ValueError."""
    rows: Mapping[str, Iterable[str]] = json.loads((folder / SOURCES).read_text(encoding="utf-8"))
    return {name: _decode_row(*row) for name, row in rows.items()}


def _decode_row(first: str, *rest: str) -> SourceState:
    if first:
        return SourceState(first, rest)
    sha256, *documents = rest
    return SourceState(sha256, tuple(documents), has_problems=True)
