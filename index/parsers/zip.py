"""Archives in the format zip: each member that has a parser becomes documents of its own.

Nothing is written under the names in an archive, so they cannot lead anywhere; those that try are refused all the same.
"""

import stat
import struct
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from unicodedata import category
from zipfile import ZipFile, ZipInfo

from index.errors import LoadError
from index.parsers.archive import open_archive, read_member
from index.parsers.inner_file import InnerFile
from index.parsers.sidecar import SIDECAR_EXTENSION
from index.types import LoadProblem

MAX_MEMBERS = 10_000
# An id that a URL can name has at most this many characters; see the web's DocumentId.
MAX_NAME_CHARS, MAX_SHOWN_CHARS = 900, 100
# Deflate packs nothing more than 1,032 times, and only runs of one character come near it. Small files may.
MAX_RATIO, MIN_SUSPICIOUS_BYTES = 500, 1_000_000

ENCRYPTED_FLAG, UTF_8_FLAG = 0x1, 0x800
# An extra field of Info-ZIP: version, CRC of the name in the header, the name in UTF-8.
UNICODE_PATH = 0x7075
# macOS keeps what it knows about files beside them.
MACOS_FOLDER = "__MACOSX"

DAMAGED = "is damaged, cut off or not a zip archive; download it again or pack it again"


def parse_zip(path: Path, id: str) -> Iterator[InnerFile | LoadProblem]:
    """Yield each member in the order of the archive; one that must not be unpacked is a LoadProblem.

    Folders and hidden members are left out. A member ``NAME.toml`` beside a member ``NAME`` is its sidecar. Raise
    LoadError for an archive that is damaged, or holds no files.
    """
    with open_archive(path, DAMAGED) as archive:
        files = [(_read_name(member), member) for member in archive.infolist() if not _is_folder(member)]
        visible = [(name, member) for name, member in files if not _is_hidden(name)]
        if not visible:
            raise LoadError("holds no files, or hidden ones only; fill it or leave it out")
        last = dict(visible)
        for name, member in visible[:MAX_MEMBERS]:
            described = name.removesuffix(SIDECAR_EXTENSION)
            if described == name or described not in last:
                reason = _find_fault(name, member, last)
                where = f"{id}/{_make_visible(name)}"
                yield LoadProblem(where, reason) if reason else _make_inner_file(archive, name, last)
    if len(visible) > MAX_MEMBERS:
        reason = f"holds {len(visible):,} files, of which the first {MAX_MEMBERS:,} are read; split it"
        yield LoadProblem(id, reason)


def _is_folder(member: ZipInfo) -> bool:
    # ``ZipInfo.is_dir`` raises IndexError for a member without a name.
    return member.filename.endswith("/")


def _read_name(member: ZipInfo) -> str:
    """Return the path of a member in POSIX form.

    A name without the flag of UTF-8 is in code page 437 by the format; most programs today write UTF-8 all the same.
    """
    name = member.filename
    if not member.flag_bits & UTF_8_FLAG:
        name = _read_unicode_path(member.extra) or name
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    name = name.replace("\\", "/")
    # Some programs write "./notes.md".
    parts = [part for part in name.split("/") if part not in {"", "."}]
    return "/" * name.startswith("/") + "/".join(parts)


def _read_unicode_path(extra: bytes) -> str | None:
    """Return the name in an extra field of Info-ZIP, or None."""
    while len(extra) >= 4:
        kind, size = struct.unpack("<HH", extra[:4])
        if kind == UNICODE_PATH:
            return extra[9 : 4 + size].decode("utf-8", "replace")
        extra = extra[4 + size :]
    return None


def _is_hidden(name: str) -> bool:
    parts = name.split("/")
    return parts[0] == MACOS_FOLDER or any(part.startswith(".") and part != ".." for part in parts)


def _make_visible(name: str) -> str:
    """Return a name that a terminal can show: without control characters, and short enough to read."""
    visible = "".join("\ufffd" if category(character) in {"Cc", "Cs"} else character for character in name)
    return visible if len(visible) <= MAX_NAME_CHARS else f"{visible[:MAX_SHOWN_CHARS]}…"


def _find_fault(name: str, member: ZipInfo, last: Mapping[str, ZipInfo]) -> str | None:
    """Return why a member must not be unpacked, or None."""
    mode = member.external_attr >> 16
    if any(category(character) in {"Cc", "Cs"} for character in name) or len(name) > MAX_NAME_CHARS:
        return f"has a name with control characters or of more than {MAX_NAME_CHARS} characters; rename it"
    if not name.strip("/"):
        return "has no name; pack it again with one"
    if name.startswith("/") or name[1:2] == ":" or ".." in name.split("/"):
        return "has a path that leads out of the archive; pack it again from the folder that holds it"
    if stat.S_IFMT(mode) not in {0, stat.S_IFREG}:
        return "is a link or another special file; pack what it leads to, or leave it out"
    if member.flag_bits & ENCRYPTED_FLAG:
        return "is encrypted; pack it again without a password"
    if last[name] is not member:
        return "is in the archive again under the same name, and the last one counts; remove this one"
    if member.file_size > max(MIN_SUSPICIOUS_BYTES, MAX_RATIO * member.compress_size):
        return f"unpacks to more than {MAX_RATIO} times its size, as archives made to fill a disk do; leave it out"
    return None


def _make_inner_file(archive: ZipFile, name: str, members: Mapping[str, ZipInfo]) -> InnerFile:
    sidecar = members.get(name + SIDECAR_EXTENSION)
    described_by = _make_member(archive, name + SIDECAR_EXTENSION, sidecar) if sidecar else None
    return _make_member(archive, name, members[name], described_by)


def _make_member(archive: ZipFile, name: str, member: ZipInfo, sidecar: InnerFile | None = None) -> InnerFile:
    return InnerFile(name, member.file_size, partial(read_member, archive, member), sidecar)
