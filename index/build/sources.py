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
    """The hash of a file and its sidecar, and the ids of the documents in it."""

    sha256: str
    documents: tuple[str, ...]


# By the id of the file. Files with problems are not among them: they are read again, and their problems with them.
Sources: TypeAlias = Mapping[str, SourceState]
NO_SOURCES: Sources = MappingProxyType({})


def hash_source(file: SourceFile, has_sidecar: bool, max_bytes: int) -> str | None:
    """Return the hash of a file and its sidecar, or None if one of them must not be read or cannot be."""
    digest = hashlib.sha256()
    for path in (file.path, file.sidecar.path) if has_sidecar else (file.path,):
        try:
            status = path.stat()
            if not stat.S_ISREG(status.st_mode) or status.st_size > max_bytes:
                return None
            with path.open("rb") as opened:
                digest.update(hashlib.file_digest(opened, "sha256").digest())
        except OSError:
            return None
    return digest.hexdigest()


def exclude_documents(sources: Sources, documents: Container[str]) -> Sources:
    """Return the files that hold none of these documents: the index has something else in their place."""
    return {
        name: state for name, state in sources.items() if not any(document in documents for document in state.documents)
    }


def write_sources(folder: Path, sources: Sources) -> None:
    """Write the table into the folder of a generation."""
    rows = {name: [state.sha256, *state.documents] for name, state in sorted(sources.items())}
    (folder / SOURCES).write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")


def read_sources(folder: Path) -> Sources:
    """Read the table of a generation; raise OSError or ValueError."""
    rows: Mapping[str, Iterable[str]] = json.loads((folder / SOURCES).read_text(encoding="utf-8"))
    return {name: SourceState(sha256, tuple(documents)) for name, (sha256, *documents) in rows.items()}
