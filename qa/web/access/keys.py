"""Keys: what a caller sends to be let in, and the SQLite file that knows their digests and what they allow."""

import os
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path
from secrets import token_hex, token_urlsafe
from typing import Any, TypeAlias

from index.errors import NetsphereError, UsageError

# How long a process waits for the lock of another one that writes.
LOCK_TIMEOUT_S = 5.0
# The first part of every key, by which people and programs that look for leaked secrets recognise it.
PREFIX = "ns"
# With 48 bits two keys of one file never have the same id by chance.
ID_BYTES = 6
VALID_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
NAME_RULE = "must be 1 to 64 letters, digits, dots, dashes or _"
# Nobody guesses 256 random bits. For the same reason one round of SHA-256 is enough, without salt: slow hashes and
# salts protect passwords, which people choose, against tries of all likely ones.
SECRET_BYTES = 32
# The header of a SQLite file, which counts the transactions: times alone may be the same for two quick ones.
HEADER_BYTES = 100
FileState: TypeAlias = tuple[int, int, bytes] | None
# A revoked key keeps its row: that a key was ever needed must not be forgotten with the key. Names are of the keys that
# are not revoked.
CREATE_TABLE = """
CREATE TABLE IF NOT EXISTS keys (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, digest BLOB NOT NULL, scopes TEXT NOT NULL,
  created TEXT NOT NULL, expires TEXT, revoked TEXT)
"""
INSERT = "INSERT INTO keys (id, name, digest, scopes, created, expires, revoked) VALUES (?, ?, ?, ?, ?, ?, ?)"
# Added with the first key for single collections, because versions of before refuse a file that has it: until then one
# can go back to them, and never to one that would take such a key for one for all.
HAS_COLLECTIONS = "SELECT count(*) FROM pragma_table_info('keys') WHERE name = 'collections'"
ADD_COLLECTIONS = "ALTER TABLE keys ADD COLUMN collections TEXT"
LIMIT = "UPDATE keys SET collections = ? WHERE id = ?"
# What this version understands. A column of a newer one may limit a key further, and must not be passed over.
COLUMNS = frozenset({"id", "name", "digest", "scopes", "created", "expires", "revoked", "collections"})
CREATE_INDEX = "CREATE UNIQUE INDEX IF NOT EXISTS names ON keys (name) WHERE revoked IS NULL"


class Scope(StrEnum):
    """What a key allows: to ask and read, to change documents, or everything."""

    ASK = "ask"
    WRITE = "write"
    ADMIN = "admin"


class KeyFileUnusable(NetsphereError):
    """The file of keys cannot be read or written."""


@dataclass(frozen=True, slots=True)
class Key:
    """What is known about a key, which is not the key itself. ``id`` is its second part, for logs and lists.

    ``collections`` are the names of those that it is limited to; None: it is for all.
    """

    id: str
    name: str
    digest: bytes
    scopes: frozenset[Scope]
    created: datetime | None = None
    expires: datetime | None = None
    revoked: datetime | None = None
    collections: frozenset[str] | None = None

    def allows(self, scope: Scope) -> bool:
        """Return whether the key has a scope; ``admin`` has all."""
        return scope in self.scopes or Scope.ADMIN in self.scopes

    def is_valid(self, now: datetime) -> bool:
        """Return whether the key is neither revoked nor expired."""
        return self.revoked is None and (self.expires is None or now < self.expires)

    def describe_state(self, now: datetime) -> str:
        """Return whether the key is valid, until when, and the collections that it is limited to."""
        limit = f"  only {', '.join(sorted(self.collections))}" if self.collections else ""
        return f"{self._describe_validity(now)}{limit}"

    def _describe_validity(self, now: datetime) -> str:
        if self.revoked:
            return f"revoked on {self.revoked:%Y-%m-%d}"
        if self.expires:
            return f"{'valid until' if self.is_valid(now) else 'expired on'} {self.expires:%Y-%m-%d}"
        return "valid"


class KeyStore:
    """A SQLite file of keys, looked at in every check, so that what a command changes counts at once in every process.

    Its header, which tells whether anything has changed, is read in 7 microseconds; the keys take 120. All methods
    raise KeyFileUnusable.
    """

    def __init__(self, path: Path) -> None:
        """Remember the path; the file is created with the first key."""
        self._path = path
        self._cached: tuple[FileState, tuple[Key, ...]] = (None, ())

    def add_key(
        self, name: str, scopes: Sequence[str], expires: datetime | None = None, collections: Sequence[str] = ()
    ) -> str:
        """Store a new key and return it: the only time that it is known. Without ``collections`` it is for all.

        Raises UsageError for an unusable name, and for a key that is to administer single collections.
        """
        if not VALID_NAME.fullmatch(name):
            raise UsageError(f"invalid value {name!r} for NAME: {NAME_RULE}")
        for collection in collections:
            if not VALID_NAME.fullmatch(collection):
                raise UsageError(f"invalid value {collection!r} for --collection: {NAME_RULE}")
        if collections and Scope.ADMIN in scopes:
            raise UsageError("a key with the scope admin is for the whole server; leave out --collection or the scope")
        number = token_hex(ID_BYTES)
        key = f"{PREFIX}_{number}_{token_urlsafe(SECRET_BYTES)}"
        times = (_format_time(datetime.now(UTC)), _format_time(expires), None)
        row = (number, name, hash_key(key), " ".join(map(Scope, scopes)), *times)
        with self._write() as database:
            try:
                database.execute(INSERT, row)
            except sqlite3.IntegrityError:
                raise UsageError(f"there is a key {name!r} already; revoke it or choose another name") from None
            if collections:
                if not database.execute(HAS_COLLECTIONS).fetchone()[0]:
                    database.execute(ADD_COLLECTIONS)
                database.execute(LIMIT, (" ".join(dict.fromkeys(collections)), number))
        return key

    def list_keys(self) -> Sequence[Key]:
        """Return all keys in the order in which they were added, revoked ones too."""
        with self._named_errors():
            state = self._read_state()
            if state != self._cached[0]:
                self._cached = (state, self._read_keys())
        return self._cached[1]

    def revoke_key(self, name: str) -> None:
        """Make a key invalid for ever. Raises UsageError if no key that is not revoked has the name."""
        if not any(key.name == name and not key.revoked for key in self.list_keys()):
            raise UsageError(f"there is no key {name!r} that is not revoked; python -m qa keys list shows all")
        with self._write() as database:
            now = _format_time(datetime.now(UTC))
            database.execute("UPDATE keys SET revoked = ? WHERE name = ? AND revoked IS NULL", (now, name))

    def find_key(self, sent: str) -> Key | None:
        """Return what is known about a key that a caller has sent; None if it is unknown, revoked or expired."""
        # The id is no secret, so that only the comparison of the digests must take the same time for all of them.
        _, _, rest = sent.partition("_")
        number = rest.partition("_")[0]
        for key in self.list_keys():
            if key.id == number and compare_digest(key.digest, hash_key(sent)) and key.is_valid(datetime.now(UTC)):
                return key
        return None

    def _read_state(self) -> FileState:
        """Return what changes with every change of the file; None if there is nothing in it."""
        try:
            with self._path.open("rb", buffering=0) as file:
                header, status = file.read(HEADER_BYTES), os.fstat(file.fileno())
        except FileNotFoundError:
            return None
        return (status.st_ino, status.st_mtime_ns, header) if header else None

    def _read_keys(self) -> tuple[Key, ...]:
        if self._read_state() is None:
            return ()
        with closing(sqlite3.connect(self._path, timeout=LOCK_TIMEOUT_S)) as database:
            rows = database.execute("SELECT * FROM keys ORDER BY rowid")
            names = [column[0] for column in rows.description]
            if unknown := ", ".join(sorted(set(names) - COLUMNS)):
                raise ValueError(f"a newer version has written it: {unknown} is not known here")
            return tuple(_read_key(dict(zip(names, row, strict=True))) for row in rows)

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection; commit if the block succeeds, roll back otherwise. Creates the file if it is missing."""
        with self._named_errors():
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.touch(0o600)
            with closing(sqlite3.connect(self._path, timeout=LOCK_TIMEOUT_S)) as database, database:
                # Else two processes could add the same column.
                database.execute("BEGIN IMMEDIATE")
                database.execute(CREATE_TABLE)
                database.execute(CREATE_INDEX)
                yield database

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        try:
            yield
        except (OSError, ValueError, sqlite3.Error) as error:  # ValueError: a scope or a time that is none
            detail = f"the file of keys {self._path} cannot be used ({error}); the setting keys names it"
            raise KeyFileUnusable(detail) from error


def hash_key(key: str) -> bytes:
    """Return the digest of a key, which may be any text."""
    return sha256(key.encode("utf-8", "surrogatepass")).digest()


def _read_key(row: Mapping[str, Any]) -> Key:
    limit = row.get("collections")
    return Key(
        row["id"],
        row["name"],
        row["digest"],
        frozenset(map(Scope, row["scopes"].split())),
        _parse_time(row["created"]),
        _parse_time(row["expires"]),
        _parse_time(row["revoked"]),
        None if limit is None else frozenset(limit.split()),
    )


def _parse_time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _format_time(time: datetime | None) -> str | None:
    return time.isoformat(timespec="seconds") if time else None
