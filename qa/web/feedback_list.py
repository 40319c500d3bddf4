"""Verdicts as a list with filters, for those who look through them."""

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

SELECT = """
SELECT id, given_at, question, history, document, "start", "end", quote, verdict, about, answer FROM feedback
"""
WHERE = r"""
WHERE (:verdict = '' OR verdict = :verdict) AND (:about = '' OR about = :about)
AND substr(given_at, 1, 10) >= :since AND (:until = '' OR substr(given_at, 1, 10) <= :until)
AND (:text = '' OR question LIKE :pattern ESCAPE '\' OR answer LIKE :pattern ESCAPE '\'
     OR quote LIKE :pattern ESCAPE '\' OR document LIKE :pattern ESCAPE '\')
"""
ORDER = "ORDER BY given_at DESC, id LIMIT :limit OFFSET :offset"
COUNT = "SELECT count(*) FROM feedback"
SELECT_TOTALS = "SELECT about, verdict, count(*) FROM feedback GROUP BY about, verdict"


@dataclass(frozen=True, slots=True)
class FeedbackFilter:
    """Which verdicts are listed; an empty text means all. ``since`` and ``until`` are ISO dates, both included.

    ``text`` is looked for in the question, the words, the passage and the id of the document.
    """

    verdict: str = ""
    about: str = ""
    text: str = ""
    since: str = ""
    until: str = ""

    def to_values(self) -> dict[str, object]:
        """Return the values of the query."""
        literal = self.text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        return {name: getattr(self, name) for name in self.__slots__} | {"pattern": f"%{literal}%"}


@dataclass(frozen=True, slots=True)
class StoredVerdict:
    """A verdict with what was judged: the passage ``[start:end]`` of a document, and the words that were shown."""

    id: str
    given_at: str
    question: str
    history: tuple[tuple[str, str | None], ...]
    document: str
    start: int
    end: int
    quote: str
    verdict: str
    about: str
    answer: str


def select_verdicts(
    database: sqlite3.Connection, chosen: FeedbackFilter, offset: int, limit: int
) -> tuple[int, list[StoredVerdict]]:
    """Return how many verdicts are chosen, and those from ``offset`` on, newest first."""
    values = chosen.to_values()
    ((total,),) = database.execute(COUNT + WHERE, values)
    rows = database.execute(SELECT + WHERE + ORDER, values | {"offset": offset, "limit": limit})
    return total, [_read(row) for row in rows]


def _read(row: tuple[Any, ...]) -> StoredVerdict:
    turns = tuple(map(tuple, json.loads(row[3])))
    key, given_at, question, _, *judged = row
    return StoredVerdict(key, given_at, question, turns, *judged)
