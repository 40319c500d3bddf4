"""Trains and measures the shipped reader on the open sets: python -m benchmarks.training.reader ../shared/data

Writes ``qa/reader/shipped/`` and ``docs/reader.md``. Two hours on two cores, most of it training; what is
indexed on the way, and the weights in float32 after each round, are kept in ``var/reader``.
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
from benchmarks.training.reader.convert import Rounds, compiled
from benchmarks.training.reader.document import document
from benchmarks.training.reader.examples import ROUNDS, Example, Round, alone, examples
from benchmarks.training.reader.measure import held_out, measure
from benchmarks.training.reader.network import Network, opened
from benchmarks.training.reader.train import train
from index.embedding import load_encoder
from index.embedding.model_files import DEFAULT_MODEL, find_model_folder
from index.types import Encoder
from qa.reader.ctranslate2 import ABOUT
from qa.reader.pairs import Pairs
from qa.reader.reader import SHIPPED, TrainedReader

KEPT = Path("var/reader")


@click.command()
@click.argument("data", type=click.Path(path_type=Path, exists=True))
@click.option("--only-measure", is_flag=True, help="measure the reader as it is, do not train")
@click.option(
    "--after", type=click.Path(path_type=Path, exists=True), help="go on from the weights of the rounds before"
)
def main(data: Path, only_measure: bool, after: Path | None) -> None:
    """Train and measure the reader on DATA, the folder of open sets."""
    if not only_measure:
        _train(data, after)
    asked = held_out(data)
    reader = TrainedReader()
    measured = {source: measure(reader, [one for one in asked if one.source == source]) for source in WITH_WORDS}
    text = document(SHIPPED, trained_on(SHIPPED / ABOUT), measured)
    Path("docs/reader.md").write_text(text, encoding="utf-8")
    click.echo(text)


def trained_on(about: Path) -> Rounds:
    """What each round went through, as it stands beside the weights."""
    return list(json.loads(about.read_text(encoding="utf-8"))["rounds"])


def _train(data: Path, after: Path | None) -> None:
    base, encoder = find_model_folder(DEFAULT_MODEL), load_encoder()
    told = [*trained_on(after.with_suffix(".json"))] if after else []
    for number, one in enumerate(ROUNDS[len(told) :], len(told) + 1):
        found = _order(one, data, encoder)
        torch.manual_seed(0)
        network = opened(base, after) if after else Network(base)
        train(network, Pairs(base / "tokenizer.json"), found, one, click.echo)
        told.append(Counter(example.source + ("" if example.wrong else " alone") for example in found))
        after = KEPT / f"round-{number}.safetensors"
        save_file(network.state_dict(), after)
        after.with_suffix(".json").write_text(json.dumps({"rounds": told}), encoding="utf-8")
        compiled(network.eval(), base, SHIPPED, told)


def _order(one: Round, data: Path, encoder: Encoder) -> Sequence[Example]:
    """All examples of a round, time by time, each time in a drawn order."""
    chance = random.Random(0)
    found = list(examples(one, data, encoder, KEPT))
    beside = list(alone(data)) * one.alone
    order: list[Example] = []
    for time in range(max(one.times.values())):
        some = [example for example in found if one.times[example.source] > time] + beside
        order += chance.sample(some, len(some))
    return order


if __name__ == "__main__":
    main()
