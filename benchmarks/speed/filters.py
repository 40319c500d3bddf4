"""Time to find the documents of a shell-style pattern, against matching one id after the other.

python -m benchmarks.speed.filters [--ids 200000]

Both ways run in turn in one process; prints a row for each pattern.
"""

from collections.abc import Callable
from fnmatch import fnmatchcase
from random import Random
from statistics import median
from time import perf_counter

import click

from index.disk.string_table import StringTable
from index.generation.id_patterns import find_matching_rows

WORDS = "alpha beta gamma delta cat dog bird mat river stone cloud report notes summary index".split()
PATTERNS = (
    "*",
    "alpha/*",
    "*.md",
    "*cat*",
    "*zzz*",
    "*a*b*c*",
    "?" * 25,
    "[!a]*",
    "*[0-4]?-*",
    "*/*-0001*-cat.md",
    "*é*",
)
ROUNDS = 3


def draw_ids(count: int, *, ascii_only: bool) -> list[str]:
    """Draw sorted ids such as ``cat/river-000012-mat.md``; if not ``ascii_only``, one folder has an accent."""
    random = Random(0)
    folders = WORDS if ascii_only else [*WORDS[:-1], "indéx"]
    suffixes = ("md", "txt", "pdf")
    parts = ((random.choice(folders), random.choice(WORDS), n, random.choice(WORDS), random.choice(suffixes)) for n in range(count))  # fmt: skip  # noqa: E501  (one draw)
    return sorted("{}/{}-{:06d}-{}.{}".format(*part) for part in parts)


def match_one_by_one(ids: list[str], pattern: str) -> list[int]:
    """Return the matching rows as before, when every id was also decoded, which is not counted here."""
    return [row for row, name in enumerate(ids) if fnmatchcase(name, pattern)]


def measure_ms(function: Callable[[], object]) -> float:
    """Return the milliseconds of one call."""
    begun = perf_counter()
    function()
    return (perf_counter() - begun) * 1000


@click.command()
@click.option("--ids", default=200_000, show_default=True, help="Number of documents.")
def main(ids: int) -> None:
    """Print the median time of both ways for ids with and without an accent."""
    click.echo("| ids | pattern | matches | one by one, ms | arrays, ms | ratio |\n|---|---|--:|--:|--:|--:|")
    for ascii_only in (True, False):
        names = draw_ids(ids, ascii_only=ascii_only)
        table = StringTable.build(names)
        for pattern in PATTERNS:
            found = find_matching_rows(table, pattern).tolist()
            if found != match_one_by_one(names, pattern):
                raise SystemExit(f"the two ways differ for {pattern}")
            before, after = list[float](), list[float]()
            for _ in range(ROUNDS):
                before.append(measure_ms(lambda: match_one_by_one(names, pattern)))  # noqa: B023  (called at once)
                after.append(measure_ms(lambda: find_matching_rows(table, pattern)))  # noqa: B023  (called at once)
            old, new = median(before), median(after)
            kind = "ASCII" if ascii_only else "accents"
            click.echo(f"| {kind} | `{pattern}` | {len(found):,} | {old:.0f} | {new:.1f} | {old / new:.0f} |")


if __name__ == "__main__":
    main()
