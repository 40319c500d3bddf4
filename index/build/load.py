"""Load all documents of a folder, and list what cannot be read with the reason."""

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
class LoadResult:
    """Documents with unique ids, sorted by file, and a problem for each file or line that was left out."""

    documents: tuple[Document, ...]
    problems: tuple[LoadProblem, ...]


@dataclass(frozen=True, slots=True)
class _File:
    """A file; ``id`` is its path below the loaded folder, in POSIX form."""

    path: Path
    id: str

    @property
    def is_sidecar(self) -> bool:
        return self.path.suffix == SIDECAR_EXTENSION

    @property
    def described_id(self) -> str:
        """The id of the file that this sidecar describes."""
        return self.id.removesuffix(SIDECAR_EXTENSION)


def load_documents(source: Path, max_bytes: int) -> LoadResult:
    """Load every document below a folder, or in one file. Hidden files and folders are skipped.

    A file that cannot be read is a problem in the result. Raise UsageError if ``source`` does not exist.
    """
    if not os.path.lexists(source):
        raise UsageError(f"{source} does not exist; name a folder of text files, or one file")
    if not source.is_dir():
        return _load_files([_File(source.absolute(), source.name)], [], max_bytes)
    files, problems = _list_files(source.absolute())
    ids = {file.id for file in files}
    problems += [_report_orphan(file) for file in files if file.is_sidecar and file.described_id not in ids]
    return _load_files([file for file in files if not file.is_sidecar], problems, max_bytes)


def _load_files(files: Sequence[_File], problems: Sequence[LoadProblem], max_bytes: int) -> LoadResult:
    documents: dict[str, Document] = {}
    all_problems = list(problems)
    for file in files:
        for item in _load_file(file, max_bytes):
            if isinstance(item, LoadProblem):
                all_problems.append(item)
            elif item.id in documents:
                reason = f"the document id {item.id!r} is already used; give each its own"
                all_problems.append(LoadProblem(file.id, reason))
            else:
                documents[item.id] = item
    return LoadResult(tuple(documents.values()), tuple(all_problems))


def _list_files(root: Path) -> tuple[list[_File], list[LoadProblem]]:
    """List all files below ``root`` that are not hidden, sorted by id, and the folders that cannot be listed.

    Links to folders are followed after all real folders, and each folder is listed once. So a folder has the ids of
    its real place, and a link to a folder around it ends there.
    """
    folders, links = [root], list[Path]()
    files: list[_File] = []
    problems: list[LoadProblem] = []
    seen = {_identify_folder(parent) for parent in root.resolve().parents}
    while folders or links:
        folder = folders.pop() if folders else links.pop(0)
        try:
            children = _list_children(folder, seen)
        except (OSError, LoadError) as error:
            problems.append(_report_problem(_make_file(folder, root), error))
            continue
        files += [_make_file(child, root) for child in children if not child.is_dir()]
        subfolders = [child for child in children if child.is_dir()]
        folders += [child for child in subfolders if not child.is_symlink()]
        links += [child for child in subfolders if child.is_symlink()]
    return sorted(files, key=lambda file: file.id), problems


def _make_file(path: Path, root: Path) -> _File:
    return _File(path, path.relative_to(root).as_posix())


def _list_children(folder: Path, seen: set[tuple[int, int]]) -> list[Path]:
    """List what is not hidden in a folder, sorted; raise LoadError if the folder was ``seen``, else add it there."""
    identity = _identify_folder(folder)
    if identity in seen:
        raise LoadError("is a link to a folder that is read already or contains it; remove the link")
    seen.add(identity)
    return sorted(child for child in folder.iterdir() if not child.name.startswith("."))


def _identify_folder(folder: Path) -> tuple[int, int]:
    status = folder.stat()
    return status.st_dev, status.st_ino


def _load_file(file: _File, max_bytes: int) -> Iterator[Document | LoadProblem]:
    """Yield the documents of a file, complete and valid, and its problems."""
    try:
        parse = _choose_parser(file, max_bytes)
        sidecar = yield from _load_sidecar(file, max_bytes)
        for item in parse(file.path, file.id):
            yield item if isinstance(item, LoadProblem) else _complete_document(item, file, sidecar)
    except (OSError, LoadError) as error:
        yield _report_problem(file, error)


def _choose_parser(file: _File, max_bytes: int) -> Parser:
    """Return the parser of a file; raise LoadError if there is none or the file must not be opened."""
    _require_readable(file, max_bytes)
    parser = find_parser(file.path.name)
    if parser is None:
        kind = file.path.suffix or "files without an extension"
        raise LoadError(f"no parser for {kind}: convert it to one of {', '.join(PARSERS)} or leave it out")
    return parser


def _require_readable(file: _File, max_bytes: int) -> None:
    """Raise LoadError for what must not be opened."""
    if _escape_surrogates(file.id) != file.id:
        raise LoadError("has a name that is not UTF-8; rename it")
    status = file.path.stat()
    # Opening a pipe would wait forever for a writer.
    if not stat.S_ISREG(status.st_mode):
        raise LoadError("is not a regular file but a pipe, socket, device or folder; leave it out")
    if status.st_size > max_bytes:
        raise LoadError(f"has {status.st_size:,} bytes, more than max_file_mb allows ({max_bytes:,}); split it")
    if not status.st_size:
        raise LoadError("is empty; fill it or leave it out")


def _load_sidecar(file: _File, max_bytes: int) -> Generator[LoadProblem, None, Sidecar]:
    """Return the sidecar of a file, an empty one if there is none. A broken one is a problem of its own."""
    sidecar = _File(file.path.with_name(file.path.name + SIDECAR_EXTENSION), file.id + SIDECAR_EXTENSION)
    if not os.path.lexists(sidecar.path):
        return Sidecar()
    try:
        _require_readable(sidecar, max_bytes)
        return read_sidecar(sidecar.path)
    except (OSError, LoadError) as error:
        # The document can be read without it, so only title and metadata are lost.
        yield _report_problem(sidecar, error)
        return Sidecar()


def _complete_document(document: Document, file: _File, sidecar: Sidecar) -> Document | LoadProblem:
    """Add the sidecar's title and metadata; report a text that must not be indexed, whichever parser returned it."""
    if not document.text.strip():
        return LoadProblem(document.id, "holds only white space; fill it or leave it out")
    if _escape_surrogates(document.text) != document.text:
        return LoadProblem(
            document.id, "contains half of a surrogate pair, which is not a character; save it again as UTF-8"
        )
    return sidecar.apply_to(document, file.path, own=document.id == file.id)


def _report_problem(file: _File, error: OSError | LoadError) -> LoadProblem:
    reason = _explain_os_error(file.path, error) if isinstance(error, OSError) else str(error)
    return LoadProblem(_escape_surrogates(file.id), reason)


def _explain_os_error(path: Path, error: OSError) -> str:
    if error.errno == errno.ELOOP:
        return "is a link that leads back to itself; remove it"
    if error.errno == errno.ENOENT:
        return (
            "is a broken link; repair or remove it" if path.is_symlink() else "disappeared while loading; build again"
        )
    return f"cannot be read ({error.strerror or error}); let this user read it (chmod u+r) or leave it out"


def _report_orphan(file: _File) -> LoadProblem:
    described = _escape_surrogates(file.described_id)
    return LoadProblem(_escape_surrogates(file.id), f"describes {described}, which does not exist; rename or remove it")


def _escape_surrogates(text: str) -> str:
    """Replace lone surrogates, which Python puts into file names that are not UTF-8."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
