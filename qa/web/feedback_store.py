"""Visitors' verdicts on passages, stored in SQLite and exported as judged questions."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from qa.collection.catalog import DocumentContent, PassageSpan
from qa.web.requests.models import FeedbackBody

# How long a process waits for the lock of another one that writes.
LOCK_TIMEOUT_S = 5.0
# One row a verdict. Nothing says who gave it; a verdict sent again with its id replaces the earlier one.
CREATE_TABLE = """
CREATE TABLE IF NOT EXISTS feedback (
  id TEXT PRIMARY KEY, given_at TEXT NOT NULL, question TEXT NOT NULL, history TEXT NOT NULL,
  document TEXT NOT NULL, sha256 TEXT NOT NULL, "start" INTEGER NOT NULL, "end" INTEGER NOT NULL, quote TEXT NOT NULL,
  verdict TEXT NOT NULL CHECK (verdict IN ('right', 'wrong')))
"""
UPSERT = "INSERT OR REPLACE INTO feedback VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
# A passage is relevant if more visitors call it right than wrong; a draw is no judgement.
SELECT_RELEVANT = """
SELECT question, history, document, "start", "end", quote FROM feedback
GROUP BY question, history, document, "start", "end", quote
HAVING sum(CASE verdict WHEN 'right' THEN 1 ELSE -1 END) > 0 ORDER BY min(given_at), min(id)
"""


class FeedbackStore:
    """A SQLite file that several processes may write at once; created with the first verdict."""

    def __init__(self, path: Path) -> None:
        """Remember the path; the file is not touched yet."""
        self._path = path

    def add_verdict(self, body: FeedbackBody, document: DocumentContent, passage: PassageSpan) -> str:
        """Store a verdict, in place of an earlier one with its id, and return the id. Raises OSError or sqlite3.Error.

        The passage is stored as its place and words, because offsets outlive every change of chunking.
        """
        key, now = body.id or uuid4().hex, datetime.now(UTC).isoformat(timespec="milliseconds")
        history = json.dumps([[turn.question, turn.answer] for turn in body.history], ensure_ascii=False)
        start, end = passage.start, passage.end
        place = (document.info.id, document.info.sha256, start, end, document.text[start:end])
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._connect() as database:
            database.execute(CREATE_TABLE)
            database.execute(UPSERT, (key, now, body.question, history, *place, body.verdict))
        return key

    def export_judgements(self) -> list[dict[str, Any]]:
        """Return every question with a relevant passage, as span judgements of docs/evaluation.md.

        A question whose passages are all wrong is left out: that no passage shown was right does not say that
        none is. Raises OSError or sqlite3.Error.
        """
        if not self._path.exists():
            return []
        with self._connect() as database:
            rows = database.execute(SELECT_RELEVANT).fetchall()
        found: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for question, history, document, start, end, quote in rows:
            evidence = {"document": document, "start": start, "end": end, "quote": quote}
            found.setdefault((question, history), []).append(evidence)
        return [_build_judgement(number, *key, evidence) for number, (key, evidence) in enumerate(found.items(), 1)]

    @contextmanager
    def _connect(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection; commit if the block succeeds, roll back otherwise."""
        with closing(sqlite3.connect(self._path, timeout=LOCK_TIMEOUT_S)) as database, database:
            yield database


def _build_judgement(number: int, question: str, history: str, evidence: list[dict[str, Any]]) -> dict[str, Any]:
    turns = [{"question": earlier, "answer": answer} for earlier, answer in json.loads(history)]
    return {"id": f"feedback-{number}", "question": question, "history": turns, "evidence": evidence, "answers": []}
