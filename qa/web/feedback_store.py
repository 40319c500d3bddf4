"""Visitors' verdicts on passages, stored in SQLite and exported as judged questions."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any
from uuid import uuid4

from qa.collection.catalog import DocumentContent, PassageSpan
from qa.query.follow_up import MAX_ANSWER_CHARS
from qa.web.feedback_list import SELECT_TOTALS, FeedbackFilter, StoredVerdict, select_verdicts
from qa.web.requests.models import FeedbackBody

# The default of SQLite.
PAGE_BYTES = 4096
# How long a process waits for the lock of another one that writes.
LOCK_TIMEOUT_S = 5.0
# One row a verdict. Nothing says who gave it; a verdict sent again with its id replaces the earlier one.
CREATE_TABLE = """
CREATE TABLE IF NOT EXISTS feedback (
  id TEXT PRIMARY KEY, given_at TEXT NOT NULL, question TEXT NOT NULL, history TEXT NOT NULL,
  document TEXT NOT NULL, sha256 TEXT NOT NULL, "start" INTEGER NOT NULL, "end" INTEGER NOT NULL, quote TEXT NOT NULL,
  verdict TEXT NOT NULL CHECK (verdict IN ('right', 'wrong')))
"""
# Columns that files of earlier versions lack, and what their rows mean.
ADDED_COLUMNS = {"about": "TEXT NOT NULL DEFAULT 'passage'", "answer": "TEXT NOT NULL DEFAULT ''"}
SELECT_COLUMNS = "SELECT name FROM pragma_table_info('feedback')"
UPSERT = """
INSERT OR REPLACE INTO feedback
  (id, given_at, question, history, document, sha256, "start", "end", quote, verdict, about, answer)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
# A passage is relevant if more visitors call it, or the words taken from it, right than call it wrong; a draw is no
# judgement. That words are wrong does not say that their passage is. Words are an answer if more call them right than
# wrong. Passages of one question come together, questions in the order in which they were first judged. SQLite sorts in
# temporary files, not in memory.
SELECT_RELEVANT = """
WITH relevant AS (
  SELECT question, history, document, "start", "end", quote, min(given_at) AS given_at, min(id) AS id FROM feedback
  GROUP BY question, history, document, "start", "end", quote
  HAVING sum(CASE WHEN verdict = 'right' THEN 1 WHEN about = 'passage' THEN -1 ELSE 0 END) > 0),
words AS (
  SELECT question, history, answer FROM feedback WHERE about = 'answer' AND answer != ''
  GROUP BY question, history, answer HAVING sum(CASE verdict WHEN 'right' THEN 1 ELSE -1 END) > 0),
answers AS (SELECT question, history, json_group_array(answer) AS answers FROM words GROUP BY question, history)
SELECT question, history, coalesce(answers, '[]'), document, "start", "end", quote
FROM relevant LEFT JOIN answers USING (question, history)
ORDER BY min(given_at) OVER (PARTITION BY question, history), question, history, given_at, id
"""
SELECT_QUESTIONS = """
SELECT question, history FROM feedback GROUP BY question, history ORDER BY max(given_at) DESC LIMIT ?
"""


class FeedbackStore:
    """A SQLite file that several processes may write at once; created with the first verdict."""

    def __init__(self, path: Path, max_bytes: int) -> None:
        """Remember the path, and the size that the file may have; the file is not touched yet."""
        self._path, self._max_pages = path, max_bytes // PAGE_BYTES

    def add_verdict(self, body: FeedbackBody, document: DocumentContent, passage: PassageSpan) -> str:
        """Store a verdict, in place of an earlier one with its id, and return the id. Raises OSError or sqlite3.Error.

        The passage is stored as its place and words, because offsets outlive every change of chunking. Of an earlier
        answer the part is stored that is read to understand the question. A full file is an sqlite3.Error, too.
        """
        key, now = body.id or uuid4().hex, datetime.now(UTC).isoformat(timespec="milliseconds")
        turns = [[turn.question, turn.answer and turn.answer[:MAX_ANSWER_CHARS]] for turn in body.history]
        history = json.dumps(turns, ensure_ascii=False)
        start, end = passage.start, passage.end
        place = (document.info.id, document.info.sha256, start, end, document.text[start:end])
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._connect() as database:
            database.execute(CREATE_TABLE)
            add_columns(database)
            row = (key, now, body.question, history, *place, body.verdict, body.about, body.answer or "")
            database.execute(UPSERT, row)
        return key

    def export_judgements(self) -> IO[bytes]:
        """Return a temporary file of every question with a relevant passage, as span judgements of docs/evaluation.md.

        A question whose passages are all wrong is left out: that no passage shown was right does not say that
        none is. Raises OSError or sqlite3.Error. A file, because verdicts may be more than the memory holds, and
        because a client that reads slowly must not keep the lock of the database.
        """
        with ExitStack() as stack:
            exported = stack.enter_context(TemporaryFile())
            if self._path.exists():
                self._write_judgements(exported)
            exported.seek(0)
            stack.pop_all()  # the caller closes it
        return exported

    def _write_judgements(self, exported: IO[bytes]) -> None:
        with self._connect() as database:
            add_columns(database)
            rows = groupby(database.execute(SELECT_RELEVANT), key=itemgetter(0, 1, 2))
            for number, (asked, evidence) in enumerate(rows, 1):
                judgement = _build_judgement(number, asked, evidence)
                exported.write(json.dumps(judgement, ensure_ascii=False).encode() + b"\n")

    def list_questions(self, limit: int) -> list[tuple[str, tuple[tuple[str, str | None], ...]]]:
        """Return the questions that were judged last, each with its earlier turns (question, answer), newest first.

        Raises OSError or sqlite3.Error.
        """
        if not self._path.exists():
            return []
        with self._connect() as database:
            rows = database.execute(SELECT_QUESTIONS, (limit,)).fetchall()
        return [(question, tuple(map(tuple, json.loads(history)))) for question, history in rows]

    def list_verdicts(self, chosen: FeedbackFilter, offset: int, limit: int) -> tuple[int, list[StoredVerdict]]:
        """Return how many verdicts are chosen, and a part of them, newest first. Raises OSError or sqlite3.Error."""
        if not self._path.exists():
            return 0, []
        with self._connect() as database:
            add_columns(database)
            return select_verdicts(database, chosen, offset, limit)

    def count_verdicts(self) -> dict[tuple[str, str], int]:
        """Return how many verdicts there are by what they are about and what they say. Raises as above."""
        if not self._path.exists():
            return {}
        with self._connect() as database:
            add_columns(database)
            return {(about, verdict): count for about, verdict, count in database.execute(SELECT_TOTALS)}

    @contextmanager
    def _connect(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection; commit if the block succeeds, roll back otherwise."""
        with closing(sqlite3.connect(self._path, timeout=LOCK_TIMEOUT_S)) as database, database:
            database.execute(f"PRAGMA max_page_count = {self._max_pages}")
            yield database


def is_full(error: Exception) -> bool:
    """Return whether an error of the store says that the file has its maximum size, or that the disk is full."""
    return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL


def add_columns(database: sqlite3.Connection) -> None:
    """Add the columns that an earlier version did not have. Several processes may do it at once."""
    if _list_missing(database):
        database.execute("BEGIN IMMEDIATE")
        # Another process may have added them while this one waited for the lock.
        for name in _list_missing(database):
            database.execute(f"ALTER TABLE feedback ADD COLUMN {name} {ADDED_COLUMNS[name]}")
        database.execute("COMMIT")


def _list_missing(database: sqlite3.Connection) -> list[str]:
    names = {name for (name,) in database.execute(SELECT_COLUMNS)}
    # Without a table there is nothing to add to.
    return [name for name in ADDED_COLUMNS if names and name not in names]


def _build_judgement(number: int, asked: tuple[str, str, str], rows: Iterable[tuple[Any, ...]]) -> dict[str, Any]:
    """Return the judgement of a question, its history and its answers, the last two in JSON, with a row a passage."""
    question, history, answers = asked
    turns = [{"question": earlier, "answer": answer} for earlier, answer in json.loads(history)]
    evidence = [{"document": row[3], "start": row[4], "end": row[5], "quote": row[6]} for row in rows]
    judgement = {"id": f"feedback-{number}", "question": question, "history": turns, "evidence": evidence}
    return judgement | {"answers": sorted(json.loads(answers))}
