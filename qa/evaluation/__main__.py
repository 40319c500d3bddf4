"""python -m qa.evaluation: score answers against judged questions."""

import os
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import click

from index.cli import one_sentence, setting_options
from index.progress import Terminal
from index.settings import INDEX_SETTINGS, MODEL, IndexSettings, Sources
from qa.engine import Engine
from qa.evaluation import judgements
from qa.evaluation.run import over_corpus, run, summarise, write
from qa.types import Mode

KEPT = Path("var/evaluation")


@click.group(context_settings={"max_content_width": 100})
def main() -> None:
    """Offline evaluation.

    Example: python -m qa.evaluation run tests/judgements/blame.jsonl --index var/index
    """


@main.command(name="run")
@click.argument("data", type=click.Path(path_type=Path))
@click.option("--mode", type=click.Choice(["fast", "precise"]), default="precise", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="folder for run.trec, answers.jsonl and scores.json")
@setting_options(INDEX_SETTINGS, "index", "model")
@one_sentence
def run_command(data: Path, mode: Mode, out: Path | None, **flags: object) -> None:
    """Ask every judged question of DATA and score the answers.

    DATA is a BEIR folder, whose corpus is indexed first into a folder that is kept, or a
    file of span judgements over the index of --index.

    Example: python -m qa.evaluation run ../shared/data/fairytaleqa-val --out var/fairytale
    """
    progress = Terminal()
    sources = Sources.of(flags, os.environ, Path.cwd())
    settings = IndexSettings(**sources.resolve(INDEX_SETTINGS))
    judged = judgements.load(data)
    if data.is_dir() and not flags["index"]:
        settings = replace(settings, index=str(_kept(data)))
    engine = (
        over_corpus(data, settings, progress) if data.is_dir() else Engine.open(settings.index, sources.stated(MODEL))
    )
    outcomes = run(engine, judged, mode, progress)
    for name, interval in summarise(outcomes).items():
        count = sum(name in outcome.scores for outcome in outcomes)
        click.echo(f"{name:24} {interval}  over {count} questions")
    if out:
        write(outcomes, out)
        click.echo(f"wrote {out}/run.trec, answers.jsonl and scores.json")


def _kept(data: Path) -> Path:
    """Where the corpus of a BEIR folder is indexed, its own place for each folder."""
    return KEPT / f"{data.resolve().name}-{sha256(str(data.resolve()).encode()).hexdigest()[:8]}"


if __name__ == "__main__":
    main(prog_name="python -m qa.evaluation")
