"""Write ``docs/scale.md`` and ``docs/scale.json``.

python -m benchmarks.scale_model [--example NAME=FOLDER … --compare NAME=FOLDER …]
"""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from benchmarks.scale_model.assumptions import list_values
from benchmarks.scale_model.cluster import plan_cluster
from benchmarks.scale_model.document import SIZES, render_page
from benchmarks.scale_model.figures import Collection, Figures, measure_generation, read_speed
from benchmarks.speed.part import PAGE as SPEED_PAGE

FIGURES, PAGE = Path("docs/scale.json"), Path("docs/scale.md")


@click.command()
@click.option(
    "--example",
    "examples",
    multiple=True,
    metavar="NAME=FOLDER",
    help="A generation from which sizes are taken, instead of those in docs/scale.json; may be repeated.",
)
@click.option(
    "--compare", "compared", multiple=True, metavar="NAME=FOLDER", help="One that is compared; may be repeated."
)
def main(examples: tuple[str, ...], compared: tuple[str, ...]) -> None:
    """Calculate what larger collections need from what is measured, and write it."""
    collections = [*_measure_each(examples, is_example=True), *_measure_each(compared, is_example=False)]
    speed = read_speed(SPEED_PAGE.read_text(encoding="utf-8"))
    figures = Figures(collections or Figures.load(FIGURES).collections, speed)
    given = list_values(figures)
    plans = [asdict(plan_cluster(passages, given)) for passages in SIZES]
    saved = {"measured": figures.describe(), "plans": plans}
    FIGURES.write_text(json.dumps(saved, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(render_page(figures), encoding="utf-8")
    click.echo(f"wrote {PAGE} and {FIGURES}")


def _measure_each(named: tuple[str, ...], *, is_example: bool) -> Iterator[Collection]:
    for name, _, folder in (one.partition("=") for one in named):
        yield measure_generation(name, Path(folder), is_example=is_example)


if __name__ == "__main__":
    main()
