"""A folder of files becomes documents, and a list of what could not be read and why."""

import errno
import os
import stat
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.errors import LoadError, UsageError
from index.parsers import PARSERS, Parser, find_parser
from index.parsers.sidecar import SIDECAR_EXTENSION, Sidecar, read_sidecar
from index.types import Document, LoadProblem


@dataclass(frozen=True, slots=True)
class Loaded:
    """The documents, whose ids are unique, by file in sorted order; what was left out is a problem."""

    documents: tuple[Document, ...]
    problems: tuple[LoadProblem, ...]


@dataclass(frozen=True, slots=True)
class _File:
    """``id`` is the path below the folder that is loaded, in POSIX form."""

    path: Path
    id: str

    @property
    def is_sidecar(self) -> bool:
        return self.path.suffix == SIDECAR_EXTENSION

    @property
    def described(self) -> str:
        """The id of the file that this sidecar describes."""
        return self.id.removesuffix(SIDECAR_EXTENSION)


def load(folder: Path, max_bytes: int) -> Loaded:
    """Every document below ``folder``, or in it where it is one file; hidden names are passed over.

    One bad file is one LoadProblem and never an error. Raises UsageError if ``folder`` is missing.
    """
    if not os.path.lexists(folder):
        raise UsageError(f"{folder} does not exist; name a folder of text files, or one file")
    if not folder.is_dir():
        return _loaded([_File(folder.absolute(), folder.name)], [], max_bytes)
    files, problems = _walk(folder.absolute())
    ids = {file.id for file in files}
    orphans = [file for file in files if file.is_sidecar and file.described not in ids]
    problems += [_orphan(file) for file in orphans]
    return _loaded([file for file in files if not file.is_sidecar], problems, max_bytes)


def _loaded(files: Sequence[_File], problems: Sequence[LoadProblem], max_bytes: int) -> Loaded:
    documents: dict[str, Document] = {}
    found = list(problems)
    for file in files:
        for item in _read(file, max_bytes):
            if isinstance(item, LoadProblem):
                found.append(item)
            elif item.id in documents:
                found.append(LoadProblem(file.id, f"the document id {item.id!r} is taken already; give each its own"))
            else:
                documents[item.id] = item
    return Loaded(tuple(documents.values()), tuple(found))


def _walk(root: Path) -> tuple[list[_File], list[LoadProblem]]:
    """Every file below ``root`` that is not hidden, sorted by id, and what could not be listed.

    Links to folders are followed after all real ones, and none twice: so a folder keeps the
    ids of its own place, and a link that leads back up ends the walk instead of repeating it.
    """
    folders, links = [root], list[Path]()
    files: list[_File] = []
    problems: list[LoadProblem] = []
    seen = {_identity(parent) for parent in root.resolve().parents}
    while folders or links:
        folder = folders.pop() if folders else links.pop(0)
        try:
            children = _children(folder, seen)
        except (OSError, LoadError) as error:
            problems.append(_problem(_File(folder, _id(folder, root)), error))
            continue
        files += [_File(child, _id(child, root)) for child in children if not child.is_dir()]
        inner = [child for child in children if child.is_dir()]
        folders += [child for child in inner if not child.is_symlink()]
        links += [child for child in inner if child.is_symlink()]
    return sorted(files, key=lambda file: file.id), problems


def _children(folder: Path, seen: set[tuple[int, int]]) -> list[Path]:
    """What stands in a folder that was not ``seen``, sorted; raises LoadError if it was."""
    if _identity(folder) in seen:
        raise LoadError("is a link to a folder that is read already or lies around it; remove the link")
    seen.add(_identity(folder))
    return sorted(child for child in folder.iterdir() if not child.name.startswith("."))


def _identity(folder: Path) -> tuple[int, int]:
    status = folder.stat()
    return status.st_dev, status.st_ino


def _id(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()


def _read(file: _File, max_bytes: int) -> Iterator[Document | LoadProblem]:
    """The file's documents, each complete and fit to be indexed, and its problems."""
    try:
        reader = _reader(file, max_bytes)
        sidecar = yield from _sidecar(file, max_bytes)
        for item in reader(file.path, file.id):
            yield item if isinstance(item, LoadProblem) else _fit(item, file, sidecar)
    except (OSError, LoadError) as error:
        yield _problem(file, error)


def _reader(file: _File, max_bytes: int) -> Parser:
    """The reader for the file. Raises LoadError where it has none or should not be opened."""
    _check(file, max_bytes)
    reader = find_parser(file.path.name)
    if reader is None:
        kind = file.path.suffix or "files without an extension"
        raise LoadError(f"no reader for {kind}: convert it to one of {', '.join(PARSERS)} or leave it out")
    return reader


def _check(file: _File, max_bytes: int) -> None:
    """Raises LoadError for what must not be opened: a pipe would be waited on for ever."""
    if _printable(file.id) != file.id:
        raise LoadError("has a name that is not UTF-8; rename it")
    status = file.path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise LoadError("is no regular file but a pipe, socket, device or folder; leave it out")
    if status.st_size > max_bytes:
        raise LoadError(f"has {status.st_size:,} bytes, more than max_file_mb allows ({max_bytes:,}); split it")
    if not status.st_size:
        raise LoadError("is empty; fill it or leave it out")


def _sidecar(file: _File, max_bytes: int) -> Generator[LoadProblem, None, Sidecar]:
    """What the sidecar says; a broken one is a problem of its own and the file is still read."""
    beside = _File(file.path.with_name(file.path.name + SIDECAR_EXTENSION), file.id + SIDECAR_EXTENSION)
    if not os.path.lexists(beside.path):
        return Sidecar()
    try:
        _check(beside, max_bytes)
        return read_sidecar(beside.path)
    except (OSError, LoadError) as error:
        yield _problem(beside, error)
        return Sidecar()


def _fit(document: Document, file: _File, sidecar: Sidecar) -> Document | LoadProblem:
    """The document with its title and metadata; a reader's slip must not reach the index."""
    if not document.text.strip():
        return LoadProblem(document.id, "holds only white space; fill it or leave it out")
    if _printable(document.text) != document.text:
        return LoadProblem(document.id, "holds half of a surrogate pair, which is no character; save it again as UTF-8")
    return sidecar.apply_to(document, file.path, own=document.id == file.id)


def _problem(file: _File, error: OSError | LoadError) -> LoadProblem:
    reason = _os_reason(file.path, error) if isinstance(error, OSError) else str(error)
    return LoadProblem(_printable(file.id), reason)


def _os_reason(path: Path, error: OSError) -> str:
    if error.errno == errno.ELOOP:
        return "is a link that leads back to itself; remove it"
    if error.errno == errno.ENOENT:
        return "is a link to nothing; mend or remove it" if path.is_symlink() else "vanished meanwhile; build again"
    return f"cannot be read ({error.strerror or error}); let this user read it (chmod u+r) or leave it out"


def _orphan(file: _File) -> LoadProblem:
    name = _printable(file.described)
    return LoadProblem(_printable(file.id), f"describes {name}, which is not there; rename or remove it")


def _printable(text: str) -> str:
    """The text itself unless it has lone surrogates, as names that are not UTF-8 do in Python."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
