"""Time to apply filters on metadata and to count facets, and whether all that match are found, at many documents.

python -m benchmarks.speed.metadata [--documents 1000000]

Nothing is embedded: documents have metadata only. Prints a row for each filter, beside evaluating it for one document
after the other.
"""

from collections.abc import Callable, Mapping
from random import Random
from statistics import median
from time import perf_counter

import click
import numpy as np

from index.generation.field_index import FieldIndex
from index.generation.metadata import Fields, fold_value

ROUNDS = 5
FOLDERS = [f"{area}/{year}" for area in ("hr", "it", "legal", "sales", "travel") for year in range(2000, 2025)]
# The share of documents with each tag.
TAGS = {"half": 0.5, "twentieth": 0.05, "thousandth": 0.001}
FILTERS: Mapping[str, Callable[[FieldIndex], object]] = {
    "tag half": lambda index: index.find_documents("tag", "half"),
    "tag twentieth": lambda index: index.find_documents("tag", "twentieth"),
    "tag thousandth": lambda index: index.find_documents("tag", "thousandth"),
    "one document": lambda index: index.find_documents("key", "K17"),
    "folder hr/**": lambda index: index.find_in_folders("hr/**"),
    "date from 2015": lambda index: index.find_between(20_150_101, 99_991_231),
    "facet tag": lambda index: index.count_values("tag", None, 100),
    "facet folder of tag twentieth": lambda index: index.count_values(
        "folder", index.find_documents("tag", "twentieth"), 100
    ),
}


def draw_fields(count: int) -> list[Fields]:
    """Draw the normalised metadata of documents."""
    random = Random(0)
    return [_draw_one(random, number) for number in range(count)]


def _draw_one(random: Random, number: int) -> Fields:
    folder = random.choice(FOLDERS)
    tags = tuple(tag for tag, share in TAGS.items() if random.random() < share)
    fields = {"date": (f"{folder[-4:]}-05-17",), "folder": (folder,), "key": (f"k{number}",), "year": (folder[-4:],)}
    return {**fields, **({"tag": tags} if tags else {})}


def match_one_by_one(documents: list[Fields], tag: str) -> list[int]:
    """Return the documents with a tag, evaluating each."""
    return [n for n, one in enumerate(documents) if tag in map(fold_value, one.get("tag", ()))]


def measure_ms(function: Callable[[], object]) -> float:
    """Return the milliseconds of one call."""
    begun = perf_counter()
    function()
    return (perf_counter() - begun) * 1000


@click.command()
@click.option("--documents", default=1_000_000, show_default=True, help="Number of documents.")
def main(documents: int) -> None:
    """Print the median time of each filter."""
    drawn = draw_fields(documents)
    index = FieldIndex.build(drawn)
    for tag in TAGS:
        if not np.array_equal(index.find_documents("tag", tag), match_one_by_one(drawn, tag)):
            raise SystemExit(f"the two ways differ for the tag {tag}")
    click.echo("| filter | ms |\n|---|--:|")
    for name, apply in FILTERS.items():
        click.echo(f"| {name} | {median(measure_ms(lambda: apply(index)) for _ in range(ROUNDS)):.2f} |")  # noqa: B023
    one_by_one = measure_ms(lambda: match_one_by_one(drawn, "twentieth"))
    click.echo(f"| tag twentieth, one document after the other | {one_by_one:.2f} |")


if __name__ == "__main__":
    main()
