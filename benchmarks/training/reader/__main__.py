"""Trains and measures the shipped reader on the open sets.

python -m benchmarks.training.reader prepare ../shared/data
python -m benchmarks.training.reader train
python -m benchmarks.training.reader average var/reader/earlier.safetensors var/reader/distilled.safetensors
python -m benchmarks.training.reader convert var/reader/averaged.safetensors
python -m benchmarks.training.reader convert-large var/reader/teacher.safetensors
python -m benchmarks.training.reader measure ../shared/data

``prepare`` packs the training examples into one file of a few megabytes. ``train`` needs nothing else: it uses a GPU
if there is one, continues from its last checkpoint if it was stopped, and writes ``qa/reader/shipped/`` at its end.
``average`` takes the mean of what was trained twice from one base, ``convert`` writes the shipped folder of it or of
what ``benchmarks/training/reader/teach.py`` distilled, and ``convert-large`` writes what the
large reader adds to its base, with the teacher. ``measure`` writes the figures ``docs/reader.json`` and their page
``docs/reader.md``, ``measure-large`` those of the large reader.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click
import torch

from benchmarks.invented_tables import SOURCE as TABLES
from benchmarks.invented_tables import invent_questions
from benchmarks.open_sets import ReadingQuestion, load_questions
from benchmarks.splits import Part
from benchmarks.training.reader import large_document
from benchmarks.training.reader.batches import Plan
from benchmarks.training.reader.convert import write_large_reader, write_reader
from benchmarks.training.reader.document import as_figures, render_page
from benchmarks.training.reader.examples import (
    ExampleSet,
    build_examples,
    keep_labelled,
    read_examples,
    write_examples,
)
from benchmarks.training.reader.handbooks import read_handbooks
from benchmarks.training.reader.measure import format_table, load_held_out, measure_sources
from benchmarks.training.reader.network import Network, average_trained, load_network
from benchmarks.training.reader.train import train
from index.embedding import MODELS, load_encoder
from index.embedding.model_files import DEFAULT_MODEL, find_model_folder
from qa.reader import LARGE
from qa.reader.large import WEIGHTS as LARGE_WEIGHTS
from qa.reader.large import ensure_large_reader
from qa.reader.reader import ABOUT, SHIPPED, TrainedReader
from qa.reader.rows import write_rows_as_sentences

EXAMPLES = Path("var/reader/examples.jsonl.gz")
CHECKPOINT, AVERAGED = Path("var/reader/network.pt"), Path("var/reader/averaged.safetensors")
FIGURES, PAGE = Path("docs/reader.json"), Path("docs/reader.md")
LARGE_FIGURES, LARGE_PAGE = Path("docs/reader-large.json"), Path("docs/reader-large.md")
# QAMR's labels are noisy, QADiscourse's questions stiff (the README of the open sets): only a teacher labels them.
UNLABELLED = frozenset({"qamr", "qadiscourse"})
# Invented questions about rows of tables.
TABLE_QUESTIONS = 9000
plan = Plan()


@click.group()
def main() -> None:
    """Train and measure the shipped reader."""


@main.command()
@click.argument("data", type=click.Path(path_type=Path, exists=True))
@click.option("--out", type=click.Path(path_type=Path), default=EXAMPLES, show_default=True)
def prepare(data: Path, out: Path) -> None:
    """Pack the training examples of DATA, the folder of open sets, and of the handbooks."""
    labelled = [*load_questions(data)[Part.TRAIN], *_load_handbooks(Part.TRAIN), *_load_tables()]
    questions = sorted(labelled, key=lambda one: one.source in UNLABELLED)
    found = build_examples(questions)
    examples = [replace(one, answers=(), relevant=None) if one.source in UNLABELLED else one for one in found.examples]
    # Another invented table may have the same row.
    examples = [replace(one, wrong=()) if one.source == TABLES else one for one in examples]
    # Twice, because there is one to nine that a text answers.
    examples += [one for one in examples if one.relevant is False]
    write_examples(ExampleSet(found.texts, examples), out)
    for source, count in Counter(example.source for example in examples).items():
        click.echo(f"{source}: {count:,} questions")
    click.echo(f"wrote {out} ({out.stat().st_size / 1e6:.1f} MB)")


@main.command(name="train")
@click.option("--examples", type=click.Path(path_type=Path, exists=True), default=EXAMPLES, show_default=True)
@click.option("--checkpoint", type=click.Path(path_type=Path), default=CHECKPOINT, show_default=True)
@click.option("--steps", default=plan.steps, show_default=True, help="Number of steps.")
@click.option("--batch", default=plan.batch, show_default=True, help="Questions a step.")
@click.option("--rate", default=plan.rate, show_default=True, help="Learning rate of the body.")
@click.option("--threads", default=2, show_default=True, help="Threads on a processor.")
def train_command(examples: Path, checkpoint: Path, threads: int, **numbers: Any) -> None:  # noqa: ANN401 — of Plan
    """Train the reader on packed examples, or go on from the checkpoint, and write the shipped folder."""
    torch.set_num_threads(threads)
    torch.manual_seed(plan.seed)
    base, found = find_model_folder(DEFAULT_MODEL), keep_labelled(read_examples(examples))
    network = Network(base).to("cuda" if torch.cuda.is_available() else "cpu")
    chosen = replace(plan, **numbers)
    train(network, found, chosen, checkpoint)
    questions = Counter(example.source for example in found.examples)
    write_reader(network.eval().cpu(), base, SHIPPED, {"questions": questions, "plan": asdict(chosen)})


@main.command()
@click.argument("trained", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--out", type=click.Path(path_type=Path), default=AVERAGED, show_default=True)
def average(trained: tuple[Path, ...], out: Path) -> None:
    """Write the mean of several networks TRAINED from the same base."""
    average_trained(trained, out)


@main.command()
@click.argument("trained", type=click.Path(path_type=Path, exists=True))
@click.option("--out", type=click.Path(path_type=Path), default=SHIPPED, show_default=True)
def convert(trained: Path, out: Path) -> None:
    """Write the reader of what `benchmarks.training.reader.teach distil` TRAINED."""
    base = find_model_folder(DEFAULT_MODEL)
    network, about = load_network(base, trained)
    write_reader(network, base, out, about)


@main.command()
@click.argument("trained", type=click.Path(path_type=Path, exists=True))
@click.option("--out", type=click.Path(path_type=Path), default=LARGE_WEIGHTS, show_default=True)
def convert_large(trained: Path, out: Path) -> None:
    """Write the large reader of what `benchmarks.training.reader.teach train` TRAINED."""
    write_large_reader(trained, out)


def _load_tables() -> list[ReadingQuestion]:
    """Return questions about invented tables, each table as the reader sees it."""
    # The last row is a sentence, too.
    return [
        replace(one, context=write_rows_as_sentences(f"{one.context}\n\n")) for one in invent_questions(TABLE_QUESTIONS)
    ]


def _load_handbooks(part: Part) -> Iterator[ReadingQuestion]:
    encoder = load_encoder()
    yield from read_handbooks(part, encoder.count_tokens, encoder.max_tokens)


@main.command()
@click.argument("data", type=click.Path(path_type=Path, exists=True))
@click.option("--reader", type=click.Path(path_type=Path, exists=True), default=SHIPPED, help="Folder of the reader.")
@click.option("--before", type=click.Path(path_type=Path, exists=True), help="Folder of a reader to show beside it.")
@click.option("--most", type=int, help="Draw at most so many questions of each source, and write no page.")
def measure(data: Path, reader: Path, before: Path | None, most: int | None) -> None:
    """Measure a reader on the held-out articles of DATA and of the handbooks."""
    questions = [*load_held_out(data), *_load_handbooks(Part.HELD_OUT)]
    measured = measure_sources(TrainedReader(reader), questions, most)
    click.echo(format_table(measured))
    if reader == SHIPPED and most is None:
        earlier = measure_sources(TrainedReader(before), questions) if before else {}
        found = as_figures(SHIPPED, json.loads((SHIPPED / ABOUT).read_text(encoding="utf-8")), measured, earlier)
        FIGURES.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        _render_pages()


@main.command()
@click.argument("data", type=click.Path(path_type=Path, exists=True))
@click.option("--most", default=200, show_default=True, help="Draw at most so many questions of each source.")
def measure_large(data: Path, most: int) -> None:
    """Measure the large reader beside the shipped one on the held-out articles of DATA and of the handbooks."""
    questions = [*load_held_out(data), *_load_handbooks(Part.HELD_OUT)]
    readers = (TrainedReader(), TrainedReader(LARGE_WEIGHTS, LARGE, ensure_large_reader(Path(MODELS))))
    small, large = (measure_sources(reader, questions, most) for reader in readers)
    size = sum(file.stat().st_size for file in LARGE_WEIGHTS.iterdir())
    about = json.loads((LARGE_WEIGHTS / ABOUT).read_text(encoding="utf-8"))
    figures = large_document.as_figures(about, size, small, large)
    LARGE_FIGURES.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    _render_pages()


@main.command()
def render() -> None:
    """Write the pages again from their figures."""
    _render_pages()


def _render_pages() -> None:
    for figures, page, render_one in (
        (FIGURES, PAGE, render_page),
        (LARGE_FIGURES, LARGE_PAGE, large_document.render_page),
    ):
        page.write_text(render_one(json.loads(figures.read_text(encoding="utf-8"))), encoding="utf-8")
        click.echo(f"wrote {page}")


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.training.reader")
