"""Trains and measures the network that encodes questions in the place of the default model's own.

python -m benchmarks.training.questions train ../shared/data
python -m benchmarks.training.questions measure ../shared/data

``train`` continues from its last checkpoint if it was stopped, and writes ``index/embedding/questions/`` at its end.
``measure`` writes the figures ``docs/question-network.json`` and their page ``docs/question-network.md``.
"""

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click
import torch

from benchmarks.training.questions.document import as_figures, render_page
from benchmarks.training.questions.measure import measure_closeness, measure_sets, measure_time
from benchmarks.training.questions.network import LAYERS, list_own_weights, load_network, load_tokenizer
from benchmarks.training.questions.texts import collect_texts
from benchmarks.training.questions.train import Plan, train
from index.embedding import load_encoder
from index.embedding.default_model import FINGERPRINT
from index.embedding.model_files import DEFAULT_MODEL, DISTILLED, WHOLE, find_model_folder
from index.embedding.question_network import write_weights

CHECKPOINT = Path("var/questions/network.pt")
FIGURES, PAGE = Path("docs/question-network.json"), Path("docs/question-network.md")
plan = Plan()


@click.group()
def main() -> None:
    """Train and measure the network for questions."""


@main.command(name="train")
@click.argument("data", type=click.Path(path_type=Path, exists=True))
@click.option("--checkpoint", type=click.Path(path_type=Path), default=CHECKPOINT, show_default=True)
@click.option("--steps", default=plan.steps, show_default=True, help="Number of steps.")
@click.option("--tokens", default=plan.tokens, show_default=True, help="Tokens a step.")
@click.option("--rate", default=plan.rate, show_default=True, help="Learning rate.")
@click.option("--threads", default=2, show_default=True, help="Threads.")
def train_command(data: Path, checkpoint: Path, threads: int, **numbers: Any) -> None:  # noqa: ANN401 — of Plan
    """Train on the texts of DATA, the folder of open sets, or go on from the checkpoint, and write what is shipped."""
    torch.set_num_threads(threads)
    base, texts, chosen = find_model_folder(DEFAULT_MODEL), collect_texts(data), replace(plan, **numbers)
    click.echo(f"{len(texts):,} texts")
    ids = [encoding.ids for encoding in load_tokenizer(base).encode_batch(texts)]
    network = load_network(base, LAYERS)
    plans = train(network, load_network(base), ids, chosen, checkpoint)
    about = {"model": FINGERPRINT, "layers": LAYERS, "texts": len(texts), "plan": asdict(chosen), "plans": plans}
    write_weights(list_own_weights(network), about)


@main.command()
@click.argument("data", type=click.Path(path_type=Path, exists=True))
def measure(data: Path) -> None:
    """Measure both networks on DATA, the folder of open sets, and on the seed and the handbooks; minutes."""
    whole, distilled = (load_encoder(question_network=name) for name in (WHOLE, DISTILLED))
    time, closeness = measure_time(data, whole, distilled), measure_closeness(data, whole, distilled)
    figures = as_figures(list(measure_sets(data)), closeness, time)
    FIGURES.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(render_page(figures), encoding="utf-8")
    click.echo(f"wrote {PAGE}")


@main.command()
def render() -> None:
    """Write the page again from its figures."""
    PAGE.write_text(render_page(json.loads(FIGURES.read_text(encoding="utf-8"))), encoding="utf-8")


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.training.questions")
