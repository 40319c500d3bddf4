"""Trains and measures the shipped reader on the open sets: python -m benchmarks.training.reader ../shared/data

Writes ``qa/reader/shipped/``, the figures ``docs/reader.json`` and their page ``docs/reader.md``. Two hours on two
cores, most of it training. The collections indexed on the way, and the weights in float32 after each round, are kept in
``var/reader``.
"""

import json
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click
import torch
from safetensors.torch import save_file

from benchmarks.articles import WITH_WORDS
from benchmarks.training.reader.convert import Rounds, write_reader
from benchmarks.training.reader.document import as_figures, render_page
from benchmarks.training.reader.examples import ROUNDS, Example, Round, build_examples, build_single_examples
from benchmarks.training.reader.measure import load_held_out, measure_reader
from benchmarks.training.reader.network import Network, load_network
from benchmarks.training.reader.train import train
from index.embedding import load_encoder
from index.embedding.model_files import DEFAULT_MODEL, find_model_folder
from index.types import Encoder
from qa.reader.ctranslate2 import ABOUT
from qa.reader.pairs import PairTokenizer
from qa.reader.reader import SHIPPED, TrainedReader

CACHE = Path("var/reader")
FIGURES, PAGE = Path("docs/reader.json"), Path("docs/reader.md")


@click.command()
@click.argument("data", type=click.Path(path_type=Path, exists=True), required=False)
@click.option("--measure-only", is_flag=True, help="Measure the shipped reader, do not train.")
@click.option("--render", is_flag=True, help="Only write the page again from its figures.")
@click.option(
    "--after", type=click.Path(path_type=Path, exists=True), help="Continue from the weights of the rounds before."
)
def main(data: Path | None, measure_only: bool, render: bool, after: Path | None) -> None:
    """Train and measure the reader on DATA, the folder of open sets."""
    if not render:
        if data is None:
            raise click.UsageError("missing DATA: give the folder of open sets, or --render")
        if not measure_only:
            _train_reader(data, after)
        _write_figures(data)
    PAGE.write_text(render_page(json.loads(FIGURES.read_text(encoding="utf-8"))), encoding="utf-8")
    click.echo(f"wrote {PAGE}")


def read_rounds(about: Path) -> Rounds:
    """Return the questions of each source in each round, which are written beside the weights."""
    return list(json.loads(about.read_text(encoding="utf-8"))["rounds"])


def _write_figures(data: Path) -> None:
    questions, reader = load_held_out(data), TrainedReader()
    measured = {source: measure_reader(reader, [q for q in questions if q.source == source]) for source in WITH_WORDS}
    found = as_figures(SHIPPED, read_rounds(SHIPPED / ABOUT), measured)
    FIGURES.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def _train_reader(data: Path, after: Path | None) -> None:
    base, encoder = find_model_folder(DEFAULT_MODEL), load_encoder()
    trained = [*read_rounds(after.with_suffix(".json"))] if after else []
    for number, one in enumerate(ROUNDS[len(trained) :], len(trained) + 1):
        found = _order_examples(one, data, encoder)
        torch.manual_seed(0)
        network = load_network(base, after) if after else Network(base)
        train(network, PairTokenizer(base / "tokenizer.json"), found, one, click.echo)
        trained.append(Counter(example.source + ("" if example.wrong else " alone") for example in found))
        after = CACHE / f"round-{number}.safetensors"
        save_file(network.state_dict(), after)
        after.with_suffix(".json").write_text(json.dumps({"rounds": trained}), encoding="utf-8")
        write_reader(network.eval(), base, SHIPPED, trained)


def _order_examples(one: Round, data: Path, encoder: Encoder) -> Sequence[Example]:
    """Return all examples of a round, repetition by repetition, each in a random order."""
    chance = random.Random(0)
    found = list(build_examples(one, data, encoder, CACHE))
    beside = list(build_single_examples(data)) * one.alone
    order: list[Example] = []
    for time in range(max(one.times.values())):
        some = [example for example in found if one.times[example.source] > time] + beside
        order += chance.sample(some, len(some))
    return order


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.training.reader")
