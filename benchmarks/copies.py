"""What identical copies of documents do to the confidence: each document once, and several times.

python -m benchmarks.copies ../shared/data/scifact-train [--documents 300] [--copies 5]

Prints a row for the collection without copies, with copies that are collapsed, and with copies that are not.
"""

from dataclasses import replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import numpy as np

from benchmarks.documents import format_table
from index.embedding import load_encoder
from index.progress import Silent
from index.types import Encoder
from qa.engine import Engine
from qa.evaluation.ablation.workbench import Workbench
from qa.evaluation.data import collection, load
from qa.evaluation.measures import ranking
from qa.evaluation.types import Dataset, Judgement, SystemReply
from qa.types import Status

HEAD = ("collection", "Hit@1", "mean confidence", "same confidence within 0.02", *(status.value for status in Status))
# Above rounding and the small change of the terms' weights, below what anybody would notice.
TOLERANCE = 0.02


def cut_dataset(dataset: Dataset, documents: int) -> Dataset:
    """Return the first documents that answer a question, with their questions."""
    judged = dict.fromkeys(document for judgement in dataset.judgements for document in judgement.documents)
    kept = set(islice(judged, documents))
    judgements = tuple(j for j in dataset.judgements if j.documents and kept.issuperset(j.documents))
    return replace(
        dataset, judgements=judgements, documents={i: d for i, d in dataset.documents.items() if i in kept}, corpus=None
    )


def compare_copies(dataset: Dataset, encoder: Encoder, copies: int) -> list[list[str]]:
    """Return a row of the table for each collection."""
    bench = Workbench(dataset, None, encoder, Silent())
    once = bench.ask(Engine(bench.open_generation(), encoder), dataset.judgements)
    rows = [_summarise("each document once", dataset.judgements, once, once)]
    for name, collapse in (("collapsed", True), ("not collapsed", False)):
        replies = bench.ask(bench.engine_of_copies(copies, collapse=collapse), dataset.judgements)
        rows.append(_summarise(f"each {copies} times, {name}", dataset.judgements, replies, once))
    return rows


def _summarise(
    name: str, judgements: tuple[Judgement, ...], replies: list[SystemReply], once: list[SystemReply]
) -> list[str]:
    confidences = np.array([reply.confidence for reply in replies])
    changes = np.abs(confidences - [reply.confidence for reply in once])
    right = [ranking.is_first_right(j, reply) for j, reply in zip(judgements, replies, strict=True)]
    statuses = [np.mean([reply.status is status for reply in replies]) for status in Status]
    figures = (np.mean(right), confidences.mean(), np.mean(changes <= TOLERANCE), *statuses)
    return [name, *(f"{figure:.3f}" for figure in figures)]


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False))
@click.option("--documents", default=300, show_default=True, help="Number of documents that answer a question.")
@click.option("--copies", default=5, show_default=True, help="How often each document is indexed.")
def main(data: str, documents: int, copies: int) -> None:
    """Print the table for a BEIR folder."""
    with TemporaryDirectory() as folder:
        # Nothing of this is worth keeping.
        collection.COLLECTIONS = Path(folder)
        dataset = cut_dataset(load(data), documents)
        rows = compare_copies(dataset, load_encoder(), copies)
    click.echo(f"{len(dataset.documents)} documents of {dataset.name}, {len(dataset.judgements)} questions\n")
    click.echo(format_table(HEAD, rows))


if __name__ == "__main__":
    main()
