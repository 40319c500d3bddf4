"""The jobs that wait, taken together as a batch, and what becomes of them when their generation is built."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from index.types import Document, LoadProblem
from index.writes.change_summary import ChangeSummary
from index.writes.database import open_transaction
from index.writes.jobs import add_problems, format_now
from index.writes.journal import DOCUMENT, REMOVAL, Journal, Write, decode_document, insert_uploads

# Builds of a job that ended unexpectedly: after the first number its batch is built job by job, so that one that
# cannot be built does not hold up the others; after the second it is given up.
MAX_SHARED_ATTEMPTS, MAX_ATTEMPTS = 2, 5

# Jobs that a build takes: all, or the first one if a build of them ended unexpectedly. With none, what is held.
SELECT_LAST = """
SELECT coalesce(CASE WHEN max(attempts) >= ? THEN min(number) ELSE max(number) END,
                (SELECT max(number) FROM jobs), 0)
FROM jobs WHERE state IN ('queued', 'building')
"""
# An upload of a later job replaces that of an earlier one; what stays the same keeps its number.
PUBLISH_UPLOADS = """
INSERT INTO documents (id, job, sha256, content)
SELECT id, job, sha256, content FROM uploads WHERE job <= ? ORDER BY job, number
ON CONFLICT (id) DO UPDATE SET job = excluded.job, sha256 = excluded.sha256, content = excluded.content
WHERE content IS NOT excluded.content
"""
# A job without uploads but with problems has changed nothing.
PUBLISH_JOBS = """
UPDATE jobs SET updated_at = ?, state = CASE
  WHEN problems != '[]' AND NOT EXISTS (SELECT 1 FROM uploads WHERE job = jobs.number) THEN 'failed'
  ELSE 'published' END
WHERE number <= ? AND state IN ('queued', 'building', 'held')
"""


@dataclass(frozen=True, slots=True)
class Batch:
    """All jobs that are not finished, up to the number ``last``; empty if that is 0."""

    last: int


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that waits to be parsed."""

    number: int
    job: int
    id: str
    extension: str


class BatchQueue:
    """The journal as a build sees it. Everything raises JournalError."""

    def __init__(self, journal: Journal) -> None:
        """Wrap the journal."""
        self._path = journal.path

    @property
    def exists(self) -> bool:
        """True if something was ever written."""
        return self._path.exists()

    def has_waiting(self) -> bool:
        """Return whether a job waits to be built."""
        if not self.exists:
            return False
        with open_transaction(self._path, writes=False) as database:
            return bool(database.execute("SELECT 1 FROM jobs WHERE state IN ('queued', 'building')").fetchone())

    def start(self) -> Batch:
        """Mark the jobs that wait as being built."""
        with self._write() as database:
            (last,) = database.execute(SELECT_LAST, (MAX_SHARED_ATTEMPTS,)).fetchone()
            update = "UPDATE jobs SET state = 'building', updated_at = ? WHERE number <= ? AND state = 'queued'"
            database.execute(update, (format_now(), last))
            return Batch(last)

    def list_uploads(self, batch: Batch) -> list[Upload]:
        """Return the files of a batch that are not parsed yet."""
        query = "SELECT number, job, id, kind FROM uploads WHERE job <= ? AND kind NOT IN (?, ?) ORDER BY number"
        with open_transaction(self._path, writes=False) as database:
            return [Upload(*row) for row in database.execute(query, (batch.last, DOCUMENT, REMOVAL))]

    def read_upload(self, upload: Upload) -> bytes:
        """Return the contents of a file."""
        with open_transaction(self._path, writes=False) as database:
            (content,) = database.execute("SELECT content FROM uploads WHERE number = ?", (upload.number,)).fetchone()
            return bytes(content)

    def replace_upload(self, upload: Upload, documents: Sequence[Document], problems: Sequence[LoadProblem]) -> None:
        """Store the documents of a file in place of the file."""
        with self._write() as database:
            # Another process may have parsed it, too.
            if database.execute("DELETE FROM uploads WHERE number = ?", (upload.number,)).rowcount:
                insert_uploads(database, upload.job, [Write.of_document(document) for document in documents])
                add_problems(database, upload.job, problems)

    def read_overrides(self, batch: Batch, generation: str | None = None) -> dict[str, Document | None]:
        """Return by id the documents that were written, None for those that were removed.

        These are the published ones and those of the batch; with a ``generation`` only those that it may lack.
        """
        with open_transaction(self._path, writes=False) as database:
            found = database.execute("SELECT job FROM generations WHERE name = ?", (generation,)).fetchone()
            rows = database.execute("SELECT id, content FROM documents WHERE job > ?", found or (0,)).fetchall()
            select = "SELECT id, content FROM uploads WHERE job <= ? AND kind IN (?, ?) ORDER BY job, number"
            rows += database.execute(select, (batch.last, DOCUMENT, REMOVAL))
        return {name: None if content is None else decode_document(content) for name, content in rows}

    def needs_files(self, batch: Batch, generation: str | None) -> bool:
        """Return whether a job of the batch made files count again that a generation does not have yet."""
        query = """
        SELECT 1 FROM file_jobs
        WHERE number <= ? AND number > coalesce((SELECT job FROM generations WHERE name = ?), 0)
        """
        with open_transaction(self._path, writes=False) as database:
            return bool(database.execute(query, (batch.last, generation)).fetchone())

    def finish(self, batch: Batch, generation: str, is_published: bool, changes: ChangeSummary | None) -> None:
        """Record that a generation contains the batch, and whether it is served or held."""
        with self._write() as database:
            database.execute("INSERT OR REPLACE INTO generations VALUES (?, ?)", (generation, batch.last))
            database.execute(
                "UPDATE jobs SET state = 'held', generation = ?, reason = NULL, changes = ?, updated_at = ?"
                " WHERE number <= ? AND state IN ('queued', 'building', 'held')",
                (generation, changes and json.dumps(asdict(changes)), format_now(), batch.last),
            )
            if is_published:
                _publish_jobs(database, batch.last)

    def publish(self, generation: str) -> None:
        """Record that a generation that was held is served."""
        if self.exists:
            with self._write() as database:
                found = database.execute("SELECT job FROM generations WHERE name = ?", (generation,)).fetchone()
                _publish_jobs(database, found[0] if found else 0)

    def requeue(self, reason: str) -> None:
        """Let the jobs that are being built wait, for a reason that may pass."""
        with self._write() as database:
            update = "UPDATE jobs SET state = 'queued', reason = ?, updated_at = ? WHERE state = 'building'"
            database.execute(update, (reason, format_now()))

    def record_crash(self, reason: str) -> None:
        """Let the jobs whose build ended unexpectedly wait, and give up one that did it too often."""
        with self._write() as database:
            database.execute("UPDATE jobs SET attempts = attempts + 1 WHERE state = 'building'")
            database.execute(
                "UPDATE jobs SET state = CASE WHEN attempts < ? THEN 'queued' ELSE 'failed' END, reason = ?,"
                " updated_at = ? WHERE state = 'building'",
                (MAX_ATTEMPTS, reason, format_now()),
            )
            database.execute("DELETE FROM uploads WHERE job IN (SELECT number FROM jobs WHERE state = 'failed')")
            database.execute("DELETE FROM file_jobs WHERE number IN (SELECT number FROM jobs WHERE state = 'failed')")

    def update_changes(self, generation: str, changes: ChangeSummary) -> None:
        """Replace the changes in the jobs of a generation."""
        with self._write() as database:
            text = json.dumps(asdict(changes))
            database.execute("UPDATE jobs SET changes = ? WHERE generation = ?", (text, generation))

    def forget_generations_before(self, name: str) -> None:
        """Forget the generations that were pruned: all before ``name``."""
        with self._write() as database:
            database.execute("DELETE FROM generations WHERE name < ?", (name,))

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        with open_transaction(self._path) as database:
            yield database


def _publish_jobs(database: sqlite3.Connection, last: int) -> None:
    """Publish the jobs up to ``last``, whose documents are in the generation that is served."""
    database.execute(PUBLISH_UPLOADS, (last,))
    database.execute(PUBLISH_JOBS, (format_now(), last))
    database.execute("DELETE FROM uploads WHERE job <= ?", (last,))
