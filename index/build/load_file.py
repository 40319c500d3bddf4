"""Load one file: its documents, completed by its sidecar, and its problems."""

import errno
import gzip
import stat
import zlib
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from index.build.ignore import IGNORE_FILE
from index.build.metadata import clean_metadata
from index.build.unpack import Unpacker
from index.errors import LoadError
from index.parsers import CONVERTIBLE, Parser, find_extension, find_parser
from index.parsers.inner_file import InnerFile
from index.parsers.sidecar import SIDECAR_EXTENSION, Sidecar, read_sidecar
from index.types import Document, LoadProblem

COMPRESSED = ".gz"
# How the reason begins if no parser reads the format; the summary of a build groups by it.
NO_PARSER = "no parser for "
# How much of a compressed file is unpacked at once while it is measured.
STEP_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file; ``id`` is its path below the loaded folder, in POSIX form."""

    path: Path
    id: str

    @property
    def is_sidecar(self) -> bool:
        """Whether the file describes another one."""
        return self.path.suffix == SIDECAR_EXTENSION

    @property
    def described_id(self) -> str:
        """The id of the file that this sidecar describes."""
        return self.id.removesuffix(SIDECAR_EXTENSION)

    @property
    def sidecar(self) -> "SourceFile":
        """The file that describes this one, if it exists."""
        return SourceFile(self.path.with_name(self.path.name + SIDECAR_EXTENSION), self.id + SIDECAR_EXTENSION)

    def read_size(self) -> int:
        """Return the bytes of the file, 0 for one that cannot be looked at: parsing it says why."""
        try:
            return self.path.stat().st_size
        except OSError:
            return 0


def load_file(
    file: SourceFile, max_bytes: int, has_sidecar: bool, unpacker: Unpacker | None = None
) -> Iterator[Document | LoadProblem]:
    """Yield the documents of a file and of the files inside it, complete and valid, and their problems.

    A file that has more than ``max_bytes``, packed or unpacked, is a problem. ``unpacker`` is that of the file around
    this one. Any exception is a bug of the parser.
    """
    try:
        parse = _choose_parser(file, max_bytes)
        sidecar = (yield from _load_sidecar(file.sidecar, max_bytes)) if has_sidecar else Sidecar()
        for item in load_inner_files(parse(file.path, file.id), file.id, unpacker or Unpacker(max_bytes)):
            yield item if isinstance(item, LoadProblem) else _complete_document(item, file, sidecar)
    except (OSError, LoadError) as error:
        yield report_problem(file, error)
    except ModuleNotFoundError as error:  # where only what serves is installed (requirements-serve.txt)
        reason = f"needs the package {error.name}, which is not installed: pip install -r requirements.txt"
        yield LoadProblem(escape_surrogates(file.id), reason)


def load_inner_files(
    items: Iterable[Document | InnerFile | LoadProblem], id: str, unpacker: Unpacker
) -> Iterator[Document | LoadProblem]:
    """Yield what a parser found in the file ``id``, and the documents and problems of each file inside it."""
    for item in items:
        if not isinstance(item, InnerFile):
            yield item
        elif (inner := f"{id}/{item.name}") not in unpacker.excluded:
            unpacker.announce(inner)
            yield from _load_inner_file(item, inner, unpacker)
            unpacker.announce(id)


def _load_inner_file(inner: InnerFile, id: str, unpacker: Unpacker) -> Iterator[Document | LoadProblem]:
    try:
        extension = find_extension(inner.name)
        if extension is None and inner.is_optional:
            return
        if extension is None:
            raise _make_no_parser_error(Path(inner.name))
        with unpacker.unpack(inner, extension) as path:
            yield from load_file(SourceFile(path, id), unpacker.max_bytes, inner.sidecar is not None, unpacker)
    except LoadError as error:
        yield LoadProblem(id, str(error))


def report_problem(file: SourceFile, error: OSError | LoadError) -> LoadProblem:
    """Return the problem of a file that cannot be read."""
    reason = _explain_os_error(file.path, error) if isinstance(error, OSError) else str(error)
    return LoadProblem(escape_surrogates(file.id), reason)


def escape_surrogates(text: str) -> str:
    """Replace lone surrogates, which Python puts into file names that are not UTF-8."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _choose_parser(file: SourceFile, max_bytes: int) -> Parser:
    """Return the parser of a file; raise LoadError if there is none or the file must not be opened."""
    _require_readable(file, max_bytes)
    parser = find_parser(file.path.name)
    if parser is None:
        raise _make_no_parser_error(file.path)
    if file.path.suffix.lower() == COMPRESSED and _unpacks_to_more(file.path, max_bytes):
        raise LoadError(f"unpacks to more bytes than max_file_mb allows ({max_bytes:,}); split it or raise max_file_mb")
    return parser


def _make_no_parser_error(path: Path) -> LoadError:
    kind = path.suffix or "files without an extension"
    better = CONVERTIBLE.get(kind.lower())
    remedy = f"save it as {better} in the program that made it" if better else "convert it"
    return LoadError(f"{NO_PARSER}{kind}: {remedy}, or name it in {IGNORE_FILE}")


def _require_readable(file: SourceFile, max_bytes: int) -> None:
    """Raise LoadError for what must not be opened."""
    if escape_surrogates(file.id) != file.id:
        raise LoadError("has a name that is not UTF-8; rename it")
    status = file.path.stat()
    # Opening a pipe would wait forever for a writer.
    if not stat.S_ISREG(status.st_mode):
        raise LoadError("is not a regular file but a pipe, socket, device or folder; leave it out")
    if status.st_size > max_bytes:
        raise LoadError(f"has {status.st_size:,} bytes, more than max_file_mb allows ({max_bytes:,}); split it")
    if not status.st_size:
        raise LoadError("is empty; fill it or leave it out")


def _unpacks_to_more(path: Path, max_bytes: int) -> bool:
    """Return whether a gzip file unpacks to more than ``max_bytes``; at most one step more is unpacked to see that."""
    unpacked = 0
    try:
        with gzip.open(path) as stream:
            while unpacked <= max_bytes and (step := stream.read(STEP_BYTES)):
                unpacked += len(step)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        # The parser reports a damaged file, after the lines before the damage.
        return False
    return unpacked > max_bytes


def _load_sidecar(file: SourceFile, max_bytes: int) -> Generator[LoadProblem, None, Sidecar]:
    """Return a sidecar. A broken one is a problem of its own."""
    try:
        _require_readable(file, max_bytes)
        return read_sidecar(file.path)
    except (OSError, LoadError) as error:
        # The document can be read without it, so only title and metadata are lost.
        yield report_problem(file, error)
        return Sidecar()


def _complete_document(document: Document, file: SourceFile, sidecar: Sidecar) -> Document | LoadProblem:
    """Add the sidecar's title and metadata; report a text that must not be indexed, whichever parser returned it."""
    if not document.text.strip():
        return LoadProblem(document.id, "holds only white space; fill it or leave it out")
    if not _can_be_encoded(document.text):
        return LoadProblem(
            document.id, "contains half of a surrogate pair, which is not a character; save it again as UTF-8"
        )
    complete = sidecar.apply_to(document, Path(file.id), own=document.id == file.id)
    return replace(complete, metadata=clean_metadata(complete.metadata))


def _can_be_encoded(text: str) -> bool:
    """Return whether a text has no lone surrogates, without a copy for comparison."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _explain_os_error(path: Path, error: OSError) -> str:
    if error.errno == errno.ELOOP:
        return "is a link that leads back to itself; remove it"
    if error.errno == errno.ENOENT:
        return (
            "is a broken link; repair or remove it" if path.is_symlink() else "disappeared while loading; build again"
        )
    return f"cannot be read ({error.strerror or error}); let this user read it (chmod u+r) or leave it out"
