"""Jobs: what became of a request that writes."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from index.types import LoadProblem
from index.writes.change_summary import ChangeSummary

# Finished jobs that can still be asked for.
MAX_FINISHED_JOBS = 1000
# Problems of one job that are kept; a bulk of a million lines may have as many.
MAX_PROBLEMS = 100
SELECT_JOBS = """
SELECT number, state, documents, created_at, updated_at, generation, reason, problems, changes FROM jobs
"""


class JobState(StrEnum):
    """Where a job is. ``held``: its generation is built and waits to be published."""

    QUEUED = "queued"
    BUILDING = "building"
    HELD = "held"
    PUBLISHED = "published"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Job:
    """A request that writes. ``documents`` counts those that it names; ``generation`` is the one that contains them.

    ``reason`` says why it failed or still waits; ``problems`` are the documents that were left out;
    ``changes`` says how the generation differs from the one that was served.
    """

    id: str
    state: JobState
    documents: int
    created_at: str
    updated_at: str
    generation: str | None = None
    reason: str | None = None
    problems: tuple[LoadProblem, ...] = ()
    changes: ChangeSummary | None = None


def read_job(row: tuple[Any, ...]) -> Job:
    """Return the job in a row of ``SELECT_JOBS``."""
    number, state, documents, created_at, updated_at, generation, reason, problems, changes = row
    found = tuple(LoadProblem(**problem) for problem in json.loads(problems))
    parsed = None if changes is None else ChangeSummary.from_json(json.loads(changes))
    return Job(str(number), JobState(state), documents, created_at, updated_at, generation, reason, found, parsed)


def create_job(database: sqlite3.Connection, documents: int) -> int:
    """Add a job that is queued, forget the oldest finished ones, and return its number."""
    now = format_now()
    insert = "INSERT INTO jobs (state, documents, created_at, updated_at) VALUES (?, ?, ?, ?)"
    number = database.execute(insert, (JobState.QUEUED, documents, now, now)).lastrowid or 0
    delete = "DELETE FROM jobs WHERE number <= ? AND state IN ('published', 'failed')"
    database.execute(delete, (number - MAX_FINISHED_JOBS,))
    return number


def add_problems(database: sqlite3.Connection, job: int, problems: Sequence[LoadProblem]) -> None:
    """Add what was left out of a job."""
    (text,) = database.execute("SELECT problems FROM jobs WHERE number = ?", (job,)).fetchone()
    rows = json.loads(text) + [asdict(problem) for problem in problems]
    database.execute("UPDATE jobs SET problems = ? WHERE number = ?", (json.dumps(rows[:MAX_PROBLEMS]), job))


def format_now() -> str:
    """Return the time in UTC, ISO 8601 with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
