"""A run as Markdown with its plots beside it, for documents that are kept."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import qa.evaluation.report.figures as figures
from qa.evaluation.fingerprint import stamp_line
from qa.evaluation.measures import MEASURES
from qa.evaluation.report.pages import CAPTIONS
from qa.evaluation.report.slices import SLICE_MEASURES, Slice, cut_slices
from qa.evaluation.types import Run

LIGHT = "color:#22252a;background:#fff;--paper:#fff;--bar:#2f6fb2;--warm:#b04a06;--soft:#5b626c"
DARK = "color:#e6e4df;background:#16181b;--paper:#16181b;--bar:#6fa8dc;--warm:#f2a266;--soft:#a9afb7"
COLOURS = f"<style>svg{{{LIGHT}}}@media(prefers-color-scheme:dark){{svg{{{DARK}}}}}</style>"
MARKUP = re.compile(r"[\\`*\[\]<>&|~$]")


def write_summary(run: Run, path: Path) -> Path:
    """Write a Markdown file, and an SVG file for each plot: ``<stem>-<plot>.svg``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    cut = cut_slices(run)
    plots = figures.draw_figures(run, cut)
    for name, plot in plots.items():
        (path.parent / f"{path.stem}-{name}.svg").write_text(_make_standalone(plot.svg), encoding="utf-8")
    path.write_text(render_markdown(run, cut, plots, path.stem), encoding="utf-8", errors="replace")
    return path


def render_markdown(run: Run, cut: Sequence[Slice], plots: Mapping[str, figures.Plot], stem: str) -> str:
    """Return the text of that file."""
    head = [
        f"# {escape_markdown(run.about.name)}, {len(run.outcomes):,} questions",
        "",
        f"*Written by `{run.command}`; do not edit by hand. What it means: [evaluation](../evaluation.md).*",
        stamp_line(run.about.program.partition(" ")[0]),
        "",
        _describe_run(run),
        "",
    ]
    measures = _render_table(
        ["measure", "mean [95 % interval]", "questions", "meaning"],
        ([f"`{name}`", str(i), f"{i.count:,}", _explain_measure(name)] for name, i in run.scores.items()),
    )
    pictures = [f"\n![{CAPTIONS[name]}]({stem}-{name}.svg)\n\n*{CAPTIONS[name]}*" for name in plots]
    shown = [name for name in SLICE_MEASURES if any(name in one.scores for one in cut)]
    rows = ([one.by, escape_markdown(one.name), f"{one.count:,}", *_format_means(one, shown)] for one in cut)
    sliced = ["\n## By kind of question\n", *_render_table(["cut", "slice", "questions", *shown], rows)] if cut else []
    problems = (
        [f"\n{len(run.problems)} judgements or questions were left out; `scores.json` lists them."]
        if run.problems
        else []
    )
    return "\n".join([*head, *measures, *problems, *pictures, *sliced]) + "\n"


def escape_markdown(text: str) -> str:
    """Escape a name for Markdown: on one line, its marks as entities."""
    return MARKUP.sub(lambda mark: f"&#{ord(mark[0])};", " ".join(text.split()))


def _describe_run(run: Run) -> str:
    about = run.about
    answerable = sum(outcome.judgement.answerable for outcome in run.outcomes)
    asked = f"mode {about.mode}, {about.depth} passages a question" if about.depth else "only its ranking is known"
    service = f", asked over {escape_markdown(about.url)}" if about.url else ""
    return f"The texts answer {answerable:,} of them. Index {escape_markdown(about.index)}, {asked}{service}."


def _make_standalone(svg: str) -> str:
    """Make a figure a file of its own, which has no page to take its colours from."""
    end = svg.index(">") + 1
    return svg[:end] + COLOURS + svg[end:]


def _explain_measure(name: str) -> str:
    measure = MEASURES[name]
    return measure.meaning + (" (lower is better)" if measure.lower_is_better else "")


def _format_means(one: Slice, shown: Sequence[str]) -> list[str]:
    return [f"{one.scores[name].mean:.3f}" if name in one.scores else "" for name in shown]


def _render_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return ["| " + " | ".join(head) + " |", "|---" * len(head) + "|", *lines]
