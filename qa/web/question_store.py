"""The questions that people ask, without who asked them, if the operator keeps them: a SQLite file beside the feedback.

A question costs its visitor nothing: it is put on a list, and a thread of each process writes the list every second.
What cannot be written is lost with a warning in the log, and never an error for who asked.
"""

import logging
import sqlite3
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any

from qa.types import Answer, Status

log = logging.getLogger(__name__)

# How long questions are gathered before they are written, and how often old ones are looked for.
GATHER_S, CLEAN_S = 1.0, 3600.0
# Questions that wait to be written; more are lost, as while the disk is full.
MAX_WAITING = 10_000
# Beyond this number the oldest are removed, however young they are.
MAX_QUESTIONS = 100_000
# The part of its rows that a full file gives up, which are at least twice those that are to be written.
REMOVED_IF_FULL = 0.1
PAGE_BYTES = 4096
LOCK_TIMEOUT_S = 5.0
# Nothing says who asked. ``passage`` is the id of the best one, ``collection`` the one that it is from.
CREATE_TABLE = """
CREATE TABLE IF NOT EXISTS questions (
  number INTEGER PRIMARY KEY AUTOINCREMENT, asked_at TEXT NOT NULL, question TEXT NOT NULL, status TEXT NOT NULL,
  confidence REAL NOT NULL, passage TEXT NOT NULL, document TEXT NOT NULL, collection TEXT NOT NULL)
"""
INSERT = """
INSERT INTO questions (asked_at, question, status, confidence, passage, document, collection)
VALUES (?, ?, ?, ?, ?, ?, ?)
"""
DELETE_OLD = """
DELETE FROM questions WHERE asked_at < ? OR number <= (SELECT max(number) - ? FROM questions)
"""
DELETE_PART = """
DELETE FROM questions WHERE number <= (SELECT min(number) + max(? * count(*), ?) FROM questions)
"""
SELECT_UNANSWERED = """
SELECT question, count(*), max(asked_at) FROM questions
WHERE collection = ? AND status != 'answered' GROUP BY question ORDER BY max(number) DESC LIMIT ?
"""
SELECT_PASSAGES = """
SELECT passage, document, count(*) AS uses, max(asked_at) FROM questions
WHERE collection = ? AND status != 'not_found' AND passage != ''
GROUP BY passage ORDER BY uses DESC, passage LIMIT ?
"""
SELECT_DOCUMENTS = """
SELECT '', document, count(*) AS uses, max(asked_at) FROM questions
WHERE collection = ? AND status != 'not_found' AND document != ''
GROUP BY document ORDER BY uses DESC, document LIMIT ?
"""
SELECT_COUNTS = "SELECT status, count(*) FROM questions WHERE collection = ? GROUP BY status"


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question as it was typed, how often it was asked, and when it was last."""

    question: str
    count: int
    last: str


@dataclass(frozen=True, slots=True)
class Use:
    """A passage or a document, without the id of a passage, and how often it was the first source of an answer."""

    passage: str
    document: str
    count: int
    last: str


def place_questions(feedback: Path) -> Path:
    """Return the file of the questions, given that of the feedback."""
    return feedback.with_name(f"{feedback.stem}.questions{feedback.suffix}")


class QuestionStore:
    """Questions of the last ``days``; 0 keeps none. Processes and threads may share the file."""

    def __init__(self, path: Path, days: int, max_bytes: int) -> None:
        """Remember the path, and the size that the file may have; the file is not touched yet."""
        self.days, self._path, self._max_pages = days, path, max_bytes // PAGE_BYTES
        self._waiting: deque[tuple[object, ...]] = deque(maxlen=MAX_WAITING)
        self._noted, self._stopped, self._lock = Event(), Event(), Lock()
        self._thread: Thread | None = None

    def start(self) -> None:
        """Remove what may not be kept any longer, now and every hour; without ``days`` that is all there is."""
        self.remove_old()
        if self.days:
            self._start()

    def note(self, answer: Answer, collection: str) -> None:
        """Remember a question to be written; ``collection`` is the one that was asked, if no passage names it."""
        if not self.days:
            return
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self._waiting.append(_make_row(now, answer, collection))
        if self._thread is None:
            self._start()
        self._noted.set()

    def flush(self) -> None:
        """Write what was noted; what cannot be written is lost."""
        with self._lock:
            rows = [self._waiting.popleft() for _ in range(len(self._waiting))]
            if not rows:
                return
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._path.touch(0o600)
                self._write(rows)
            except (OSError, sqlite3.Error) as error:
                log.warning("%d questions cannot be kept in %s: %s", len(rows), self._path, error)

    def remove_old(self) -> None:
        """Remove what may not be kept any longer, everything if no questions are kept; a failure is logged."""
        try:
            if self._path.exists():
                with self._connect() as database:
                    self._delete_old(database)
        except (OSError, sqlite3.Error) as error:
            log.warning("old questions cannot be removed from %s: %s", self._path, error)

    def close(self) -> None:
        """Write what was noted and end the thread."""
        self._stopped.set()
        self._noted.set()
        if self._thread:
            self._thread.join(2 * LOCK_TIMEOUT_S)
        self.flush()

    def list_unanswered(self, collection: str, limit: int) -> list[AskedQuestion]:
        """Return the questions without a certain answer that were asked last. Raises OSError or sqlite3.Error."""
        return [AskedQuestion(*row) for row in self._select(SELECT_UNANSWERED, collection, limit)]

    def list_passages(self, collection: str, limit: int) -> list[Use]:
        """Return the passages that came first in most answers. Raises OSError or sqlite3.Error."""
        return [Use(*row) for row in self._select(SELECT_PASSAGES, collection, limit)]

    def list_documents(self, collection: str, limit: int) -> list[Use]:
        """Return the documents whose passages came first in most answers. Raises OSError or sqlite3.Error."""
        return [Use(*row) for row in self._select(SELECT_DOCUMENTS, collection, limit)]

    def count(self, collection: str) -> dict[Status, int]:
        """Return how many questions got which status. Raises OSError or sqlite3.Error."""
        found = dict(self._select(SELECT_COUNTS, collection))
        return {status: found.get(status.value, 0) for status in Status}

    def _start(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = Thread(target=self._write_noted, name="keep questions", daemon=True)
                self._thread.start()

    def _write_noted(self) -> None:
        while not self._stopped.is_set():
            if self._noted.wait(CLEAN_S):
                self._noted.clear()
                self._stopped.wait(GATHER_S)
                self.flush()
            else:
                self.remove_old()

    def _write(self, rows: Sequence[tuple[object, ...]]) -> None:
        try:
            with self._connect() as database:
                self._insert(database, rows)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_FULL:
                raise
            with self._connect() as database:
                database.execute(DELETE_PART, (REMOVED_IF_FULL, 2 * len(rows)))
            with self._connect() as database:
                self._insert(database, rows)

    def _insert(self, database: sqlite3.Connection, rows: Sequence[tuple[object, ...]]) -> None:
        self._delete_old(database)
        database.executemany(INSERT, rows)

    def _delete_old(self, database: sqlite3.Connection) -> None:
        database.execute(CREATE_TABLE)
        oldest = (datetime.now(UTC) - timedelta(days=self.days)).isoformat(timespec="seconds")
        database.execute(DELETE_OLD, (oldest, MAX_QUESTIONS if self.days else 0))

    def _select(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        self.flush()
        if not self.days or not self._path.exists():
            return []
        with self._connect() as database:
            self._delete_old(database)
            return database.execute(query, values).fetchall()

    @contextmanager
    def _connect(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection; commit if the block succeeds, roll back otherwise."""
        with closing(sqlite3.connect(self._path, timeout=LOCK_TIMEOUT_S)) as database, database:
            database.execute(f"PRAGMA max_page_count = {self._max_pages}")
            # What is removed is overwritten with zeros.
            database.execute("PRAGMA secure_delete = ON")
            yield database


def _make_row(now: str, answer: Answer, collection: str) -> tuple[object, ...]:
    best = answer.passages[0] if answer.passages else None
    place = (best.id, best.document.id, best.collection or collection) if best else ("", "", collection)
    return (now, answer.question, answer.status.value, round(answer.confidence, 4), *place)
