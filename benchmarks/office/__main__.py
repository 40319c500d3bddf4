"""Makes the office files, indexes them, asks the questions in both modes and writes docs/reports/office.md.

python -m benchmarks.office
"""

import json
from dataclasses import replace
from pathlib import Path
from shutil import rmtree
from typing import get_args

import click

from benchmarks.office.collection import load_collection, make_judgements, write_files
from benchmarks.office.report import write_page
from index.build.pipeline import build_folder
from index.cli import Command
from index.data_folder import DATA_FOLDER
from index.progress import Terminal
from index.settings import IndexSettings
from qa.engine import Engine
from qa.evaluation.data.spans import read_spans
from qa.evaluation.runs.run import run
from qa.evaluation.runs.store import save_run
from qa.types import Mode

REPORT = Path("docs/reports/office.md")
COMMAND = "python -m benchmarks.office"


@click.command(cls=Command)
@click.option("--out", type=click.Path(path_type=Path), default=REPORT, show_default=True, help="the report")
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default=Path(DATA_FOLDER) / "office",
    show_default=True,
    help="files, questions, index and runs",
)
@click.option("--models", default=IndexSettings().models, show_default=True, help="cache folder for quantized models")
def main(out: Path, folder: Path, models: str) -> None:
    """Measure how questions about office files are answered."""
    files, questions = folder / "files", folder / "office.jsonl"
    rmtree(files, ignore_errors=True)
    write_files(files)
    rows = (json.dumps(row, ensure_ascii=False) + "\n" for row in make_judgements())
    questions.write_text("".join(rows), encoding="utf-8")
    settings = IndexSettings(index=str(folder / "index"), models=models)
    build_folder(files, settings, Terminal())
    engine = Engine.open(settings.index, models=models)
    dataset = read_spans(questions)
    runs = []
    for mode in sorted(get_args(Mode), reverse=True):
        # A run is not continued: the questions and files may have changed.
        place = folder / f"run-{mode}"
        rmtree(place, ignore_errors=True)
        result = replace(run(dataset, engine, mode, place, Terminal()), command=COMMAND)
        save_run(result, place)
        runs.append(result)
        click.echo(f"{mode}: {result.scores['Hit@1']} right first, {result.scores['headline right']} acceptable words")
    write_page(out, runs, len(load_collection()))
    click.echo(f"wrote {out}; files, answers and scores are in {folder}/")


if __name__ == "__main__":
    main()
