"""The journal as the server uses it: what it writes, and the problems of writing."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from flask import request
from werkzeug.datastructures import ETags

from index.errors import BuildError, GenerationError, StoreError, UsageError
from index.generation.directory import IndexDirectory
from index.generation.manifest import read_source
from index.writes.database import JournalError
from index.writes.history import GenerationInfo, list_history
from index.writes.jobs import Job, JobState
from index.writes.journal import Journal, Precondition, PreconditionFailed, Write
from index.writes.publish import is_pinned, publish_generation, roll_back
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

    @property
    def has_folder(self) -> bool:
        """Whether there is an index folder to write to."""
        return self._root is not None

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

    def list_generations(self) -> list[GenerationInfo]:
        """Return the generations that are kept, newest first."""
        with self._open_journal() as journal:
            return list_history(IndexDirectory(journal.path.parent))

    def is_pinned(self) -> bool:
        """Return whether the served generation was chosen by a rollback, so that later builds are held."""
        with self._open_journal() as journal:
            return is_pinned(IndexDirectory(journal.path.parent))

    def roll_back(self, name: str | None = None) -> str:
        """Serve the generation before the current one, or the one that is named, and return its name.

        What is built from then on is held. Raises ProblemError if there is none, or if another one is being built.
        """
        with self._open_journal() as journal:
            served = roll_back(IndexDirectory(journal.path.parent), name)
        self.notify()
        return served

    def find_source(self) -> Path | None:
        """Return the folder or file that the index was built from, if it is there."""
        with self._open_journal() as journal:
            directory = IndexDirectory(journal.path.parent)
            source = read_source(directory.root / directory.require_current())
        # Not Path.exists, which raises an error if a folder above may not be read.
        return Path(source) if source and os.path.exists(source) else None  # noqa: PTH110

    def rebuild(self) -> Job:
        """Let the next build read the folder that the index was built from; raise ProblemError if it is not there."""
        if self.find_source() is None:
            raise ProblemError(Code.NOT_STORED, "The folder that the index was built from is not on this machine.")
        with self._open_journal() as journal:
            job = journal.request_rebuild()
        self.notify()
        return job

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
        except (JournalError, StoreError, OSError) as error:
            raise _make_problem(Code.NOT_STORED, error) from error
        except (BuildError, GenerationError, UsageError) as error:
            raise _make_problem(Code.NOT_HELD, error) from error


def _names(tags: ETags, sha256: str | None) -> bool:
    """Return whether the value of If-Match or If-None-Match names a document; ``*`` names any (RFC 9110, 13.1)."""
    return sha256 is not None and tags.contains(sha256)


def _make_problem(code: Code, error: Exception) -> ProblemError:
    text = str(error)
    return ProblemError(code, f"{text[:1].upper()}{text[1:]}.", headers={"Retry-After": str(RETRY_AFTER_S)})
