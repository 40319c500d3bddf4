"""Files in a collection of a database, cut into rows of text; each is there once, under its hash."""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path

from index.errors import StoreError
from index.generation.manifest import FileDigest
from index.search.stores.milvus.connection import Connection

KEY, TEXT = "key", "text"
# Before the hash of a file in the key of its first chunk, and in a key that says that the file is being removed.
FIRST, GONE = "first/", "gone/"
# 64,000 bytes in base64; Milvus takes 65,535. A call has at most 2 MB, of 64 MB that it may have.
CHUNK_BYTES, MAX_TEXT_BYTES = 48_000, 65_535
MAX_KEY_BYTES = 96
CHUNKS_AT_ONCE = 32
# Keys that are looked up, removed or listed with one call, of 16,384 that Milvus takes.
KEYS_AT_ONCE = 10_000


class DatabaseFiles:
    """The files of all generations of an index in one collection."""

    def __init__(self, connection: Connection, collection: str) -> None:
        """Ask nothing of the database yet."""
        self._connection, self._name = connection, collection

    def prepare(self) -> None:
        """Make the collection, if it is not there."""
        self._connection.create_texts(self._name, KEY, MAX_KEY_BYTES, TEXT, MAX_TEXT_BYTES)

    def write(self, files: Mapping[Path, FileDigest]) -> None:
        """Write the files that are not there yet; what was begun before is written again."""
        self._finish_removals()
        there = self._find_complete(digest.sha256 for digest in files.values())
        for path, digest in files.items():
            if digest.size and digest.sha256 not in there:
                self._write_file(path, digest)

    def _write_file(self, path: Path, digest: FileDigest) -> None:
        # The first chunk is written last: where it is, the others are.
        for numbers in _batch(reversed(range(_count_chunks(digest.size)))):
            rows = [{KEY: _make_key(digest.sha256, number), TEXT: _read_chunk(path, number)} for number in numbers]
            self._connection.write_texts(self._name, rows)

    def read(self, path: Path, digest: FileDigest) -> None:
        """Write a file as it was. Raise StoreError if it is not there, and OSError."""
        with path.open("wb") as file:
            for numbers in _batch(iter(range(_count_chunks(digest.size)))):
                keys = [_make_key(digest.sha256, number) for number in numbers]
                rows = {row[KEY]: row[TEXT] for row in self._connection.read_texts(self._name, keys, (KEY, TEXT))}
                if len(rows) < len(keys):
                    raise StoreError(f"{path.name} is not complete in the database; a build removed it, or it was lost")
                file.writelines(b64decode(rows[key]) for key in keys)

    def remove_all_but(self, digests: frozenset[str]) -> None:
        """Remove every file whose SHA-256 is not among these."""
        unneeded = [one for one in self._list_keys(FIRST) if one.removeprefix(FIRST) not in digests]
        if unneeded:
            # Written down first, so that what is cut off here is finished the next time, and no file seems complete.
            names = [GONE + one.removeprefix(FIRST) for one in unneeded]
            self._connection.write_texts(self._name, [{KEY: name, TEXT: ""} for name in names])
            self._connection.remove_texts(self._name, unneeded)
        self._finish_removals()

    def _finish_removals(self) -> None:
        for name in self._list_keys(GONE):
            while keys := self._list_keys(f"{name.removeprefix(GONE)}/"):
                self._connection.remove_texts(self._name, keys)
            self._connection.remove_texts(self._name, [name])

    def _list_keys(self, prefix: str) -> list[str]:
        rows = self._connection.find_texts(self._name, f'{KEY} like "{prefix}%"', (KEY,), KEYS_AT_ONCE)
        return [row[KEY] for row in rows]

    def _find_complete(self, hashes: Iterable[str]) -> set[str]:
        found = set[str]()
        wanted = iter([_make_key(sha256, 0) for sha256 in hashes])
        while keys := list(islice(wanted, KEYS_AT_ONCE)):
            found |= {row[KEY].removeprefix(FIRST) for row in self._connection.read_texts(self._name, keys, (KEY,))}
        return found


def _make_key(sha256: str, number: int) -> str:
    # Milvus finds keys by their beginning.
    return f"{sha256}/{number}" if number else FIRST + sha256


def _count_chunks(size: int) -> int:
    return -(-size // CHUNK_BYTES)


def _read_chunk(path: Path, number: int) -> str:
    with path.open("rb") as file:
        file.seek(number * CHUNK_BYTES)
        return b64encode(file.read(CHUNK_BYTES)).decode("ascii")


def _batch(numbers: Iterator[int]) -> Iterator[list[int]]:
    while batch := list(islice(numbers, CHUNKS_AT_ONCE)):
        yield batch
