"""A run as Markdown with its plots beside it, for documents that are kept."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import qa.evaluation.report.figures as figures
from qa.evaluation.measures import MEASURES
from qa.evaluation.report.pages import CAPTIONS
from qa.evaluation.slices import SHOWN, Slice, slices
from qa.evaluation.types import Run

COLOURS = (
    "<style>svg{color:#22252a;background:#fff}"
    "@media(prefers-color-scheme:dark){svg{color:#e6e4df;background:#16181b}}</style>"
)


def write_summary(run: Run, path: Path, command: str) -> Path:
    """A Markdown file, and an SVG file for each plot: ``<stem>-<plot>.svg``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    cut = slices(run)
    plots = figures.all_of(run, cut)
    for name, svg in plots.items():
        (path.parent / f"{path.stem}-{name}.svg").write_text(_alone(svg), encoding="utf-8")
    path.write_text(markdown(run, cut, plots, path.stem, command), encoding="utf-8")
    return path


def markdown(run: Run, cut: Sequence[Slice], plots: Mapping[str, str], stem: str, command: str) -> str:
    """The text of that file."""
    about = run.about
    head = [
        f"# `{about.name}`, {len(run.outcomes):,} questions",
        "",
        f"*Written by `{command}`; do not edit by hand. What it means: [evaluation](../evaluation.md).*",
        "",
    ]
    measures = _table(
        ["measure", "mean [95 % interval]", "questions", "meaning"],
        ([f"`{name}`", str(i), f"{i.count:,}", _meaning(name)] for name, i in run.scores.items()),
    )
    pictures = [f"\n![{CAPTIONS[name]}]({stem}-{name}.svg)\n\n*{CAPTIONS[name]}*" for name in plots]
    shown = [name for name in SHOWN if any(name in one.scores for one in cut)]
    rows = ([one.by, one.name.replace("|", "/"), f"{one.count:,}", *_means(one, shown)] for one in cut)
    sliced = ["\n## By kind of question\n", *_table(["cut", "slice", "questions", *shown], rows)] if cut else []
    flaws = (
        [f"\n{len(run.flaws)} judgements or questions were left out; `scores.json` lists them."] if run.flaws else []
    )
    return "\n".join([*head, *measures, *flaws, *pictures, *sliced]) + "\n"


def _alone(svg: str) -> str:
    """A figure as a file of its own, which has no page to take its ink from."""
    end = svg.index(">") + 1
    return svg[:end] + COLOURS + svg[end:]


def _meaning(name: str) -> str:
    measure = MEASURES[name]
    return measure.meaning + (" (lower is better)" if measure.lower_is_better else "")


def _means(one: Slice, shown: Sequence[str]) -> list[str]:
    return [f"{one.scores[name].mean:.3f}" if name in one.scores else "" for name in shown]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return ["| " + " | ".join(head) + " |", "|---" * len(head) + "|", *lines]
