"""What visitors say of passages, kept in SQLite and given back as judged questions."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TypeAlias

from index.types import Span
from qa.types import Turn

Verdict: TypeAlias = Literal["right", "wrong"]

WAIT_S = 5.0
"""How long one process waits for another one that writes."""
# One row a verdict. Nothing tells who gave it; sent again with its id it takes the place of the one before.
TABLE = """
CREATE TABLE IF NOT EXISTS feedback (
  id TEXT PRIMARY KEY, given_at TEXT NOT NULL, question TEXT NOT NULL, history TEXT NOT NULL,
  document TEXT NOT NULL, sha256 TEXT NOT NULL, "start" INTEGER NOT NULL, "end" INTEGER NOT NULL, quote TEXT NOT NULL,
  verdict TEXT NOT NULL CHECK (verdict IN ('right', 'wrong')))
"""
PUT = "INSERT OR REPLACE INTO feedback VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
# A passage that as many call wrong as right is judged by nobody.
RIGHT = """
SELECT question, history, document, "start", "end", quote FROM feedback
GROUP BY question, history, document, "start", "end", quote
HAVING sum(CASE verdict WHEN 'right' THEN 1 ELSE -1 END) > 0 ORDER BY min(given_at), min(id)
"""


@dataclass(frozen=True, slots=True)
class Given:
    """One verdict on one passage, as it stood when it was shown: offsets outlive every change of chunking."""

    id: str
    question: str
    history: tuple[Turn, ...]
    document: str
    sha256: str
    span: Span
    quote: str
    verdict: Verdict


class Feedback:
    """A file that several processes may write at once. It is made when the first verdict is given."""

    def __init__(self, path: Path) -> None:
        """Touches nothing yet."""
        self._path = path

    def add(self, given: Given) -> None:
        """Keeps a verdict in place of an earlier one with its id. Raises OSError or sqlite3.Error."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        history = json.dumps([[turn.question, turn.answer] for turn in given.history], ensure_ascii=False)
        place = (given.document, given.sha256, given.span.start, given.span.end, given.quote)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._open() as database:
            database.execute(TABLE)
            database.execute(PUT, (given.id, now, given.question, history, *place, given.verdict))

    def judged(self) -> list[dict[str, Any]]:
        """Every question with a passage that more call right than wrong, as docs/evaluation.md has span judgements.

        A question of which all is wrong is left out: that no passage was right does not say that none is.
        """
        if not self._path.exists():
            return []
        with self._open() as database:
            rows = database.execute(RIGHT).fetchall()
        found: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for question, history, document, start, end, quote in rows:
            evidence = {"document": document, "start": start, "end": end, "quote": quote}
            found.setdefault((question, history), []).append(evidence)
        return [_judgement(number, *asked, evidence) for number, (asked, evidence) in enumerate(found.items(), 1)]

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """A connection whose changes are kept if nothing fails."""
        with closing(sqlite3.connect(self._path, timeout=WAIT_S)) as database, database:
            yield database


def _judgement(number: int, question: str, history: str, evidence: list[dict[str, Any]]) -> dict[str, Any]:
    turns = [{"question": asked, "answer": answer} for asked, answer in json.loads(history)]
    return {"id": f"feedback-{number}", "question": question, "history": turns, "evidence": evidence, "answers": []}
