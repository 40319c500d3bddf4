"""The files that documents were read from, as long as they are what they were when the index was built."""

import hashlib
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from index.build.load_file import SourceFile
from index.build.sources import Sources, hash_digests, read_sources
from qa.collection.file_digests import FileDigests
from qa.errors import OriginalNotFound

# Opening a pipe would wait for a writer.
FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class Original:
    """An open file, which whoever gets it closes. ``name`` has no folders, ``sha256`` is that of its bytes."""

    file: BinaryIO
    name: str
    size: int
    sha256: str


class Originals:
    """The originals of one generation, in the folder that it was built from."""

    def __init__(self, generation: Path, source: str) -> None:
        """Keep the folder of the generation and what it was built from; nothing is read yet."""
        self._generation = generation
        self._source = Path(source).absolute() if source else None
        # Each picture of a page asks for the whole file.
        self._digests = FileDigests()

    def has(self, document: str) -> bool:
        """Return whether a document has an original, without reading that."""
        return self.find_name(document) is not None

    def find_name(self, document: str) -> str | None:
        """Return the name of a document's file without its folders, or None if it is not there; it is not read."""
        try:
            _, path, _ = self._locate(document)
        except OriginalNotFound:
            return None
        return path.name if path.is_file() else None

    def open(self, document: str) -> Original:
        """Open the file of a document; that of a document in a file of many is the whole file.

        Raise OriginalNotFound if it is not there, was changed, or is not below the folder.
        """
        name, path, recorded = self._locate(document)
        try:
            opened = os.fdopen(os.open(path, FLAGS), "rb")
        except OSError as error:
            reason = f"the file {name} that it was read from is not there any more ({error.strerror}); build again"
            raise OriginalNotFound(reason) from error
        status = os.fstat(opened.fileno())
        digest = self._digests.compute(opened) if stat.S_ISREG(status.st_mode) else None
        if digest is None or hash_digests(digest, _hash_sidecar(SourceFile(path, name))) != recorded:
            opened.close()
            raise OriginalNotFound(f"the file {name} that it was read from was changed; build again")
        opened.seek(0)
        return Original(opened, path.name, status.st_size, digest.hex())

    def _locate(self, document: str) -> tuple[str, Path, str]:
        """Return the id, the path and the recorded hash of a document's file."""
        name = self._files.get(document)
        if name is None or self._source is None:
            raise OriginalNotFound("it was written over HTTP, or its file is not known; its text is all there is")
        if self._source.is_file():
            return name, self._source, self._sources[name].sha256
        path = self._source / name
        # A link may have been put there since the build.
        if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(self._source)):
            raise OriginalNotFound(f"the file {name} that it was read from leads out of the folder; build again")
        return name, path, self._sources[name].sha256

    @cached_property
    def _sources(self) -> Sources:
        try:
            return read_sources(self._generation)
        except (OSError, ValueError):
            return {}

    @cached_property
    def _files(self) -> Mapping[str, str]:
        """The id of the file of each document."""
        return {document: name for name, state in self._sources.items() for document in state.documents}


def _hash_sidecar(file: SourceFile) -> bytes | None:
    """Return the digest of the sidecar of a file, which counts as a part of it, or None if there is none."""
    try:
        with file.sidecar.path.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").digest()
    except OSError:
        return None
