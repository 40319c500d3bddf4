"""The journal as the server uses it: what it writes, and the problems of writing."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from flask import request
from werkzeug.datastructures import ETags

from index.errors import BuildInProgress, GenerationError
from index.generation.directory import IndexDirectory
from index.writes.database import JournalError
from index.writes.jobs import Job, JobState
from index.writes.journal import Journal, Precondition, PreconditionFailed, Write
from index.writes.publish import publish_generation
from qa.web.errors.problems import Code, ProblemError, format_value

# Seconds that a client waits before it asks again, if nothing can be stored or another generation is built.
RETRY_AFTER_S = 5


class DocumentWriter:
    """Writes to an index folder, and what became of them.

    ``notify`` is called after each write, so that it is built at once; the server sets it.
    """

    def __init__(self, root: Path | None, find_sha256: Callable[[str], str | None]) -> None:
        """Write into the index folder ``root``; ``find_sha256`` returns that of a served document's text."""
        self._root, self._find_sha256 = root, find_sha256
        self.notify: Callable[[], object] = lambda: None

    def write(self, writes: Sequence[Write]) -> Job:
        """Store all writes or none of them.

        Raises ProblemError if the document is not the one that the request expects (``If-Match``, ``If-None-Match``),
        or if nothing can be stored.
        """
        with self._open_journal() as journal:
            try:
                job = journal.add(writes, self._read_precondition(writes[0].id))
            except PreconditionFailed:
                detail = f"{format_value(writes[0].id)} is not what the request expects, or a write of it waits; "
                raise ProblemError(Code.PRECONDITION_FAILED, f"{detail}read it again.") from None
        self.notify()
        return job

    def remove(self, id: str) -> Job:
        """Remove a document; raise ProblemError if there is none, as ``write`` does."""
        with self._open_journal() as journal:
            if self._find_sha256(id) is None and not journal.knows(id):
                detail = f"No document {format_value(id)} is indexed or written; GET /v1/documents lists them."
                raise ProblemError(Code.DOCUMENT_NOT_FOUND, detail)
        return self.write([Write.of_removal(id)])

    def find_job(self, id: str) -> Job:
        """Return a job; raise ProblemError if there is none."""
        with self._open_journal() as journal:
            job = journal.find_job(id)
        if job is None:
            detail = f"No job {format_value(id)}; it never was, or it finished long ago. GET /v1/jobs lists them."
            raise ProblemError(Code.JOB_NOT_FOUND, detail)
        return job

    def list_jobs(self, limit: int) -> list[Job]:
        """Return the last jobs, newest first."""
        with self._open_journal() as journal:
            return journal.list_jobs(limit)

    def count_waiting(self) -> int:
        """Return how many jobs are not built yet; 0 without an index folder."""
        if self._root is None:
            return 0
        with self._open_journal() as journal:
            return journal.count_waiting()

    def publish(self, id: str) -> Job:
        """Serve the generation of a job that is held, and return the job; raise ProblemError if it is not held."""
        job = self.find_job(id)
        if job.state is not JobState.HELD or self._root is None:
            detail = f"Job {id} is {job.state}; only a job that is held can be published."
            raise ProblemError(Code.NOT_HELD, detail)
        with self._open_journal():
            publish_generation(IndexDirectory(self._root), job.generation)
        self.notify()
        return self.find_job(id)

    def _read_precondition(self, id: str) -> Precondition | None:
        expected, unexpected = request.if_match, request.if_none_match
        if request.method == "POST" or not (expected or unexpected):  # many documents have no condition
            return None

        def allows(sha256: str | None) -> bool:
            return (not expected or _names(expected, sha256)) and not _names(unexpected, sha256)

        return Precondition(id, allows, self._find_sha256(id))

    @contextmanager
    def _open_journal(self) -> Iterator[Journal]:
        if self._root is None:
            raise ProblemError(Code.NOT_STORED, "This server has no index folder to write to; start serve.py.")
        try:
            yield Journal(self._root)
        except JournalError as error:
            raise _make_problem(Code.NOT_STORED, error) from error
        except (BuildInProgress, GenerationError) as error:
            raise _make_problem(Code.NOT_HELD, error) from error


def _names(tags: ETags, sha256: str | None) -> bool:
    """Return whether the value of If-Match or If-None-Match names a document; ``*`` names any (RFC 9110, 13.1)."""
    return sha256 is not None and tags.contains(sha256)


def _make_problem(code: Code, error: Exception) -> ProblemError:
    text = str(error)
    return ProblemError(code, f"{text[:1].upper()}{text[1:]}.", headers={"Retry-After": str(RETRY_AFTER_S)})
