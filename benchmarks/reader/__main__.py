"""Trains and measures the shipped reader on the open sets: python -m benchmarks.reader ../shared/data

Writes ``qa/reader/reader.safetensors`` and ``docs/reader.md``. An hour on two cores, most of it training; what is
indexed on the way is kept in ``var/reader``.
"""

import json
import random
from pathlib import Path

import click
import torch

from benchmarks.articles import SOURCES
from benchmarks.reader.examples import Example, examples
from benchmarks.reader.measure import held_out, measure
from benchmarks.reader.page import document
from benchmarks.reader.train import train
from index.embed import DEFAULT_MODEL, SentenceTransformerEncoder, model_folder
from qa.reader.network import Network
from qa.reader.pairs import Pairs
from qa.reader.reader import SHIPPED, TrainedReader
from qa.reader.weights import about, pack, save

KEPT = Path("var/reader")
AGAIN = {"qamr": 1, "qed": 2, "fairytaleqa": 2}
"""How often each source is gone through: QAMR asks 34 questions of a sentence, the others few of a passage."""


@click.command()
@click.argument("data", type=click.Path(path_type=Path, exists=True))
@click.option("--only-measure", is_flag=True, help="measure the reader as it is, do not train")
def main(data: Path, only_measure: bool) -> None:
    """Train and measure the reader on DATA, the folder of open sets."""
    if not only_measure:
        _train(data)
    asked = held_out(data)
    reader = TrainedReader()
    measured = {source: measure(reader, [one for one in asked if one.source == source]) for source in SOURCES}
    told = about(SHIPPED)
    text = document(SHIPPED, json.loads(told["questions"]), int(told["gone through"]), measured)
    Path("docs/reader.md").write_text(text, encoding="utf-8")
    click.echo(text)


def _train(data: Path) -> None:
    torch.manual_seed(0)
    found = list(examples(data, SentenceTransformerEncoder(), KEPT))
    order = _order(found)
    click.echo(f"{len(found):,} questions, {len(order):,} with those that are gone through again")
    base = model_folder(DEFAULT_MODEL)
    network = Network(base)
    before = {name: tensor.clone() for name, tensor in network.state_dict().items() if name.startswith("bert.")}
    train(network, Pairs(base / "tokenizer.json"), order, click.echo)
    counts = {source: sum(example.source == source for example in found) for source in AGAIN}
    told = {"questions": json.dumps(counts), "gone through": str(len(order))}
    save(pack(network.state_dict(), before), SHIPPED, told)


def _order(found: list[Example]) -> list[Example]:
    """All examples in a drawn order, round by round."""
    chance = random.Random(0)
    order: list[Example] = []
    for turn in range(max(AGAIN.values())):
        some = [example for example in found if AGAIN[example.source] > turn]
        order += chance.sample(some, len(some))
    return order


if __name__ == "__main__":
    main()
