"""Zip archives, those of other formats too: opening them, and unpacking a member."""

import lzma
import struct
import zlib
from pathlib import Path
from zipfile import BadZipFile, ZipFile, ZipInfo

from index.errors import LoadError

# What Python raises for bytes that are no archive, or no longer one.
OPENING_ERRORS = (BadZipFile, NotImplementedError, struct.error, ValueError)
UNPACKING_ERRORS = (*OPENING_ERRORS, EOFError, lzma.LZMAError, OSError, RuntimeError, zlib.error)


def open_archive(path: Path, damaged: str) -> ZipFile:
    """Open an archive; raise LoadError with the reason ``damaged`` if it is none."""
    try:
        return ZipFile(path)
    except OPENING_ERRORS as error:
        raise LoadError(damaged) from error


def read_member(archive: ZipFile, member: ZipInfo) -> bytes:
    """Return the bytes of a member, never more than its ``file_size``; raise LoadError if it cannot be unpacked."""
    try:
        return archive.read(member)
    except UNPACKING_ERRORS as error:
        raise LoadError(f"cannot be unpacked ({error}); pack it again") from error
