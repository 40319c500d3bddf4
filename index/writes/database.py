"""The SQLite file of an index folder that holds what was written over HTTP."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from index.errors import NetsphereError

FILE_NAME = "writes.sqlite"
# How long a process waits for the lock of another one; a commit of 100 MB takes a few seconds on a slow disk.
LOCK_TIMEOUT_S = 30.0
# ``jobs``: one row a request that writes. ``uploads``: what waits to be published; ``kind`` is "document" (JSON, see
# ``journal.encode_document``), "removal" or the extension of a file that is not parsed yet. ``documents``: what was
# published, the latest content of each document; NULL if it was removed. ``file_jobs``: the jobs that made files count
# again, for which the folder is read. ``generations``: the newest job that each one contains.
SCHEMA = """
CREATE TABLE IF NOT EXISTS jobs (
  number INTEGER PRIMARY KEY AUTOINCREMENT, state TEXT NOT NULL, documents INTEGER NOT NULL,
  created_at TEXT NOT NULL, updated_at TEXT NOT NULL, generation TEXT, reason TEXT,
  problems TEXT NOT NULL DEFAULT '[]', changes TEXT, attempts INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS jobs_by_state ON jobs (state);
CREATE TABLE IF NOT EXISTS uploads (
  number INTEGER PRIMARY KEY AUTOINCREMENT, job INTEGER NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL,
  content BLOB, sha256 TEXT);
CREATE INDEX IF NOT EXISTS uploads_by_job ON uploads (job);
CREATE INDEX IF NOT EXISTS uploads_by_id ON uploads (id);
CREATE TABLE IF NOT EXISTS documents (id TEXT PRIMARY KEY, job INTEGER NOT NULL, sha256 TEXT, content BLOB);
CREATE INDEX IF NOT EXISTS documents_by_job ON documents (job);
CREATE TABLE IF NOT EXISTS file_jobs (number INTEGER PRIMARY KEY);
CREATE TABLE IF NOT EXISTS generations (name TEXT PRIMARY KEY, job INTEGER NOT NULL);
"""
PRAGMAS = """
PRAGMA journal_mode = DELETE;
-- EXTRA also syncs the folder, so that a commit outlives a power failure.
PRAGMA synchronous = EXTRA;
-- What is removed is overwritten with zeros.
PRAGMA secure_delete = ON;
"""


class JournalError(NetsphereError):
    """The file of the writes cannot be read or written."""


@contextmanager
def open_transaction(path: Path, writes: bool = True) -> Iterator[sqlite3.Connection]:
    """Yield a connection in a transaction; commit if the block succeeds, roll back otherwise.

    One that only reads does not wait for those that write. Creates the file. Raises JournalError.
    """
    with _connect(path) as database:
        database.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
        try:
            # Within the transaction, because two processes may create the file at once.
            for statement in SCHEMA.split(";")[:-1]:
                database.execute(statement)
            yield database
            database.execute("COMMIT")
        finally:
            if database.in_transaction:
                database.execute("ROLLBACK")


def compact_file(path: Path) -> None:
    """Make the file as small as its contents. Raises JournalError."""
    with _connect(path) as database:
        database.execute("VACUUM")


@contextmanager
def _connect(path: Path) -> Iterator[sqlite3.Connection]:
    try:
        with closing(sqlite3.connect(path, timeout=LOCK_TIMEOUT_S, isolation_level=None)) as database:
            database.executescript(PRAGMAS)
            yield database
    except sqlite3.Error as error:
        raise JournalError(f"{path} cannot be used ({error}); {_choose_remedy(error)}") from error


def _choose_remedy(error: sqlite3.Error) -> str:
    if error.sqlite_errorcode in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return "restore it from a backup, or delete it and lose what was written over HTTP"
    return "make room on the disk, or let this user write there"
