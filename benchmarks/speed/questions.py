"""Questions to be asked while something is measured: none comes twice, since answers are remembered."""

import json
from collections.abc import Iterable
from itertools import islice, zip_longest
from pathlib import Path

from benchmarks.articles import read_lines

SEED = Path("tests/judgements/blame.jsonl")
LONGEST = 500
"""Characters; a claim of SciFact may have more than a question should."""


def drop_duplicates(texts: Iterable[str]) -> list[str]:
    """Each once, in their order."""
    return list(dict.fromkeys(texts))


def load_questions(data: Path, names: Iterable[str], of_each: int | None = None) -> list[str]:
    """Those of the open sets, one of each set in turn; of each so many at most."""
    sets = (
        [row["text"][:LONGEST] for row in islice(read_lines(data / n / "queries.jsonl.gz"), of_each)] for n in names
    )
    return drop_duplicates(text for texts in zip_longest(*sets) for text in texts if text is not None)


def load_seed_questions() -> list[str]:
    """Those judged on the seed that need no conversation before them."""
    rows = map(json.loads, SEED.read_text(encoding="utf-8").splitlines())
    return drop_duplicates(row["question"] for row in rows if not row["history"])
