"""Trains and measures the shipped reader on the open sets: python -m benchmarks.reader ../shared/data

Writes ``qa/reader/reader.safetensors`` and ``docs/reader.md``. Two hours on two cores, most of it training; what is
indexed on the way is kept in ``var/reader``.
"""

import json
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click
import torch

from benchmarks.articles import WITH_WORDS
from benchmarks.reader.examples import ROUNDS, Example, Round, alone, examples
from benchmarks.reader.measure import held_out, measure
from benchmarks.reader.page import document
from benchmarks.reader.train import train
from index.embed import DEFAULT_MODEL, SentenceTransformerEncoder, model_folder
from qa.reader.network import Network
from qa.reader.pairs import Pairs
from qa.reader.reader import SHIPPED, TrainedReader
from qa.reader.weights import about, load, pack, save, unpack

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
    text = document(SHIPPED, json.loads(about(SHIPPED)["rounds"]), measured)
    Path("docs/reader.md").write_text(text, encoding="utf-8")
    click.echo(text)


def _train(data: Path, after: Path | None) -> None:
    base = model_folder(DEFAULT_MODEL)
    encoder = SentenceTransformerEncoder()
    told = json.loads(about(after)["rounds"]) if after else []
    begun = after
    for one in ROUNDS[len(told) :]:
        found = _order(one, data, encoder)
        torch.manual_seed(0)
        network = Network(base)
        before = {name: tensor.clone() for name, tensor in network.state_dict().items() if name.startswith("bert.")}
        if begun:
            network.load_state_dict(unpack(load(begun), network.state_dict()))
        train(network, Pairs(base / "tokenizer.json"), found, one, click.echo)
        told.append(Counter(example.source + ("" if example.wrong else " alone") for example in found))
        save(pack(network.state_dict(), before), SHIPPED, {"rounds": json.dumps(told)})
        begun = SHIPPED


def _order(one: Round, data: Path, encoder: SentenceTransformerEncoder) -> Sequence[Example]:
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
