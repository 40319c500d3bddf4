"""Trains a teacher, and the shipped reader to say what the teacher says, on the examples of ``prepare``.

python -m benchmarks.training.reader.teach fetch
python -m benchmarks.training.reader.teach train
python -m benchmarks.training.reader.teach distil

``fetch`` downloads and checks all-mpnet-base-v2. ``train`` trains low-rank adapters of it to read, which the program
ships as its large reader. ``distil`` trains the small reader on the given labels and on the teacher's, also of
questions without labels; it goes on from a checkpoint of ``benchmarks.training.reader train`` if a copy of that is at
``--checkpoint``. Both continue if they were stopped, and write what they trained for ``benchmarks.training.reader
convert`` and ``convert-large``.

They import none of what only conversion and measuring need (CTranslate2, for one), so that they run on a bare machine
with a GPU. It then has the folders of both base models, perhaps in half precision, as ``--base`` and ``--small-base``.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click
import torch

from benchmarks.training.reader.batches import Plan
from benchmarks.training.reader.examples import ExampleSet, keep_labelled, read_examples
from benchmarks.training.reader.network import Network, load_network, write_trained
from benchmarks.training.reader.train import train
from qa.reader.large.base import fetch_base

FOLDER = Path("var/reader")
BASE, EXAMPLES, TEACHER = FOLDER / "all-mpnet-base-v2", FOLDER / "examples.jsonl.gz", FOLDER / "teacher.safetensors"
# The rank and the learning rate of adapters, and the rate if the whole body is trained, where a higher one would undo
# what it has learnt.
RANK, ADAPTER_RATE, FULL_RATE = 32, 3e-4, 5e-5
plan = Plan()


@click.group()
def main() -> None:
    """Train a teacher, and the shipped reader from it."""


@main.command()
@click.option("--base", type=click.Path(path_type=Path), default=BASE, show_default=True)
def fetch(base: Path) -> None:
    """Download the base weights of the teacher and check them."""
    fetch_base(base)
    click.echo(f"{base} holds the published weights")


def _add_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of both ways of training."""
    file = click.Path(path_type=Path, exists=True)
    options = [
        click.option("--examples", type=file, default=EXAMPLES, show_default=True, help="As `prepare` packed them."),
        click.option("--base", type=file, default=BASE, show_default=True, help="As `fetch` wrote it."),
        click.option("--steps", default=plan.steps, show_default=True, help="Number of steps."),
        click.option("--batch", default=plan.batch, show_default=True, help="Questions a step."),
        click.option("--threads", default=2, show_default=True, help="Threads on a processor."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


@main.command(name="train")
@_add_options
@click.option("--rank", default=RANK, show_default=True, help="Of the adapters; 0 trains all weights.")
@click.option("--rate", type=float, help=f"Learning rate.  [default: {FULL_RATE:g}, of adapters {ADAPTER_RATE:g}]")
@click.option("--checkpoint", type=click.Path(path_type=Path), default=FOLDER / "teacher.pt", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), default=TEACHER, show_default=True)
def train_teacher(base: Path, rank: int, rate: float | None, **rest: Any) -> None:  # noqa: ANN401 — options
    """Train the teacher on packed examples, or go on from its checkpoint."""
    rate = (ADAPTER_RATE if rank else FULL_RATE) if rate is None else rate
    torch.manual_seed(plan.seed)
    _run_training(Network(base, rank), keep_labelled(read_examples(rest["examples"])), rate=rate, **rest)


@main.command()
@_add_options
@click.option("--teacher", type=click.Path(path_type=Path, exists=True), default=TEACHER, show_default=True)
@click.option("--small-base", type=click.Path(path_type=Path, exists=True), help="Folder of MiniLM, if not installed.")
@click.option("--rate", default=plan.rate, show_default=True, help="Learning rate.")
@click.option("--checkpoint", type=click.Path(path_type=Path), default=FOLDER / "distilled.pt", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), default=FOLDER / "distilled.safetensors", show_default=True)
def distil(base: Path, teacher: Path, small_base: Path | None, **rest: Any) -> None:  # noqa: ANN401 — options
    """Train the small reader with the teacher, or go on from its checkpoint."""
    torch.manual_seed(plan.seed)
    network = Network(small_base or _find_small_base())
    _run_training(network, read_examples(rest["examples"]), teacher=load_network(base, teacher)[0], **rest)


def _find_small_base() -> Path:
    # Not imported above: it brings CTranslate2.
    from index.embedding.model_files import DEFAULT_MODEL, find_model_folder

    return find_model_folder(DEFAULT_MODEL)


def _run_training(
    network: Network,
    found: ExampleSet,
    *,
    teacher: Network | None = None,
    **rest: Any,  # noqa: ANN401 — options
) -> None:
    torch.set_num_threads(rest["threads"])
    device = "cuda" if torch.cuda.is_available() else "cpu"
    chosen = replace(plan, steps=rest["steps"], batch=rest["batch"], rate=rest["rate"])
    taught = train(network.to(device), found, chosen, rest["checkpoint"], teacher and teacher.to(device))
    questions = Counter(example.source for example in found.examples)
    about = {"questions": questions, "plan": asdict(chosen), "taught": taught}
    write_trained(network, rest["out"], about)
    click.echo(f"wrote {rest['out']} ({rest['out'].stat().st_size / 1e6:.1f} MB)")


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.training.reader.teach")
