"""Questions to ask while something is measured; none comes twice, because answers are cached."""

import json
from collections.abc import Iterable
from itertools import islice, zip_longest
from pathlib import Path

from benchmarks.open_sets import read_lines

SEED = Path("tests/judgements/blame.jsonl")
# A claim of SciFact may be longer than a question is allowed to be.
MAX_QUESTION_CHARS = 500


def drop_duplicates(texts: Iterable[str]) -> list[str]:
    """Return each text once, in order."""
    return list(dict.fromkeys(texts))


def load_questions(data: Path, names: Iterable[str], of_each: int | None = None) -> list[str]:
    """Return the questions of the open sets, one of each set in turn, at most ``of_each`` of a set."""
    sets = (
        [row["text"][:MAX_QUESTION_CHARS] for row in islice(read_lines(data / n / "queries.jsonl.gz"), of_each)]
        for n in names
    )
    return drop_duplicates(text for texts in zip_longest(*sets) for text in texts if text is not None)


def load_seed_questions() -> list[str]:
    """Return the questions about the seed that need no history."""
    rows = map(json.loads, SEED.read_text(encoding="utf-8").splitlines())
    return drop_duplicates(row["question"] for row in rows if not row["history"])
