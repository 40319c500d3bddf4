"""The journal of an index folder: what was written over HTTP, until it is published and afterwards.

A write is on the disk before its writer hears of it. Written documents stay in the journal after they were published,
so that every later build has them, whatever becomes of the generations.
"""

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from index.commands import format_build, format_publish
from index.errors import NetsphereError, UsageError
from index.types import Document, Heading, Place
from index.writes.database import FILE_NAME, compact_file, open_transaction
from index.writes.jobs import SELECT_JOBS, Job, JobState, create_job, read_job

DOCUMENT, REMOVAL = "document", "removal"
# Ids that an error names.
MAX_NAMED = 5
# The first job whose write of an id waits. A file that is not parsed yet may hold any ids.
SELECT_WAITING = """
SELECT jobs.number, jobs.state, uploads.id = :id FROM uploads JOIN jobs ON jobs.number = uploads.job
WHERE uploads.id = :id OR uploads.kind NOT IN ('document', 'removal')
ORDER BY uploads.id = :id DESC, jobs.number LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Write:
    """A document to store or to remove. ``kind``: ``DOCUMENT``, ``REMOVAL``, or the extension of a file to parse."""

    id: str
    kind: str
    content: bytes | None = None
    sha256: str | None = None

    @classmethod
    def of_document(cls, document: Document) -> "Write":
        """Store a document that needs no parser."""
        return cls(document.id, DOCUMENT, encode_document(document), document.sha256)

    @classmethod
    def of_removal(cls, id: str) -> "Write":
        """Remove the document of an id."""
        return cls(id, REMOVAL)


@dataclass(frozen=True, slots=True)
class Precondition:
    """A write that depends on the text of the document.

    ``allows`` decides by its SHA-256, None for no document; ``served`` is that of the index.
    """

    id: str
    allows: Callable[[str | None], bool]
    served: str | None


class PreconditionFailed(Exception):
    """The document is not the expected one, or another write of it waits."""


@dataclass(frozen=True, slots=True)
class WriteCounts:
    """How many documents were written and removed over HTTP, and how many jobs are not published yet."""

    written: int = 0
    removed: int = 0
    waiting: int = 0


class Journal:
    """The writes of an index folder. Processes and threads may share it; the file is created with the first write."""

    def __init__(self, root: Path) -> None:
        """Remember the folder."""
        self.path = root / FILE_NAME

    def add(self, writes: Sequence[Write], precondition: Precondition | None = None) -> Job:
        """Store all writes or none of them as one job.

        Raises PreconditionFailed, or JournalError if nothing can be stored.
        """
        with open_transaction(self.path) as database:
            if precondition and not self._is_met(database, precondition):
                raise PreconditionFailed
            job = create_job(database, len(writes))
            insert_uploads(database, job, writes)
            return _read_new_job(database, job)

    def forget(self, ids: Sequence[str]) -> Job:
        """Forget what was written for these ids, or that they were removed, so that their files count again.

        The job lets the next build read the folder. Raises UsageError if an id was never written, NetsphereError if
        a write of it waits, or JournalError; nothing is changed then.
        """
        if not self.path.exists():
            raise _make_unwritten_error(ids[0], [])
        with open_transaction(self.path) as database:
            for name in ids:
                self._require_published(database, name)
            database.executemany("DELETE FROM documents WHERE id = ?", [(name,) for name in ids])
            job = create_job(database, len(ids))
            database.execute("INSERT INTO file_jobs VALUES (?)", (job,))
            return _read_new_job(database, job)

    def request_rebuild(self) -> Job:
        """Add a job without documents, for which the next build reads the folder. Raises JournalError."""
        with open_transaction(self.path) as database:
            job = create_job(database, 0)
            database.execute("INSERT INTO file_jobs VALUES (?)", (job,))
            return _read_new_job(database, job)

    def _require_published(self, database: sqlite3.Connection, id: str) -> None:
        waiting = database.execute(SELECT_WAITING, {"id": id}).fetchone()
        if waiting:
            job, state, is_sure = waiting
            index = self.path.parent
            remedy = format_publish(index) if state == JobState.HELD else format_build(None, index)
            raise NetsphereError(
                f"{id!r} {'is' if is_sure else 'may be'} written by job {job}, which is {state}; "
                f"wait until it is published, or run: {remedy}"
            )
        if not database.execute("SELECT 1 FROM documents WHERE id = ?", (id,)).fetchone():
            written = database.execute("SELECT id FROM documents ORDER BY id LIMIT ?", (MAX_NAMED + 1,)).fetchall()
            raise _make_unwritten_error(id, [row[0] for row in written])

    def _is_met(self, database: sqlite3.Connection, condition: Precondition) -> bool:
        # What a write that waits makes of the document, its caller cannot have seen.
        if database.execute("SELECT 1 FROM uploads WHERE id = ?", (condition.id,)).fetchone():
            return False
        row = database.execute("SELECT sha256 FROM documents WHERE id = ?", (condition.id,)).fetchone()
        return condition.allows(row[0] if row else condition.served)

    def knows(self, id: str) -> bool:
        """Return whether a document was written, or waits to be, and was not removed since."""
        rows = self._read("SELECT kind FROM uploads WHERE id = :id ORDER BY job DESC, number DESC LIMIT 1", {"id": id})
        if rows:
            return bool(rows[0][0] != REMOVAL)
        return bool(self._read("SELECT 1 FROM documents WHERE id = :id AND content IS NOT NULL", {"id": id}))

    def find_job(self, id: str) -> Job | None:
        """Return a job; None if there is none, or if it finished long ago."""
        # SQLite's integers have 64 bits.
        if not id.isascii() or not id.isdigit() or len(id) > 18:
            return None
        rows = self._read(SELECT_JOBS + "WHERE number = :number", {"number": int(id)})
        return read_job(rows[0]) if rows else None

    def list_jobs(self, limit: int) -> list[Job]:
        """Return the last jobs, newest first."""
        rows = self._read(SELECT_JOBS + "ORDER BY number DESC LIMIT :limit", {"limit": limit})
        return [read_job(row) for row in rows]

    def count_waiting(self) -> int:
        """Count the jobs that are not built yet."""
        rows = self._read("SELECT count(*) FROM jobs WHERE state IN ('queued', 'building')")
        return int(rows[0][0]) if rows else 0

    def count(self) -> WriteCounts:
        """Count what was written."""
        query = """
        SELECT (SELECT count(*) FROM documents WHERE content IS NOT NULL),
               (SELECT count(*) FROM documents WHERE content IS NULL),
               (SELECT count(*) FROM jobs WHERE state NOT IN ('published', 'failed'))
        """
        rows = self._read(query)
        return WriteCounts(*rows[0]) if rows else WriteCounts()

    def compact(self) -> None:
        """Give the room of what was removed back to the disk. Raises JournalError."""
        if self.path.exists():
            compact_file(self.path)

    def _read(self, query: str, values: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        if not self.path.exists():
            return []
        with open_transaction(self.path, writes=False) as database:
            return database.execute(query, values or {}).fetchall()


def _read_new_job(database: sqlite3.Connection, number: int) -> Job:
    return read_job(database.execute(SELECT_JOBS + "WHERE number = ?", (number,)).fetchone())


def _make_unwritten_error(id: str, written: Sequence[str]) -> UsageError:
    names = ", ".join(written[:MAX_NAMED]) + (", …" if len(written) > MAX_NAMED else "")
    return UsageError(
        f"invalid id {id!r}: it was neither written nor removed over HTTP, so that its file counts already; "
        f"written or removed were: {names or 'none'}"
    )


def insert_uploads(database: sqlite3.Connection, job: int, writes: Sequence[Write]) -> None:
    """Let writes wait as a part of a job."""
    rows = ((job, write.id, write.kind, write.content, write.sha256) for write in writes)
    database.executemany("INSERT INTO uploads (job, id, kind, content, sha256) VALUES (?, ?, ?, ?, ?)", rows)


def encode_document(document: Document) -> bytes:
    """Return a document as JSON in UTF-8."""
    return json.dumps(asdict(document), ensure_ascii=False).encode()


def decode_document(content: bytes) -> Document:
    """Return the document that ``encode_document`` was given."""
    fields = json.loads(content)
    headings = tuple(Heading(**heading) for heading in fields.pop("headings"))
    # The first journals have no places.
    places = tuple(Place(**place) for place in fields.pop("places", ()))
    return Document(**fields | {"headings": headings, "pages": tuple(fields.pop("pages")), "places": places})
