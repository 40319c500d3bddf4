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
        # A file of its own has no page to take its colours from.
        coloured = plot.svg.replace(">", f">{COLOURS}", 1)
        (path.parent / f"{path.stem}-{name}.svg").write_text(coloured, encoding="utf-8")
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
    rows = []
    for name, interval in run.scores.items():
        lower = " (lower is better)" if MEASURES[name].lower_is_better else ""
        rows.append([f"`{name}`", str(interval), f"{interval.count:,}", MEASURES[name].meaning + lower])
    measures = _render_table(["measure", "mean [95 % interval]", "questions", "meaning"], rows)
    pictures = [f"\n![{CAPTIONS[name]}]({stem}-{name}.svg)\n\n*{CAPTIONS[name]}*" for name in plots]
    shown = [name for name in SLICE_MEASURES if any(name in one.scores for one in cut)]
    rows = []
    for one in cut:
        means = [f"{one.scores[name].mean:.3f}" if name in one.scores else "" for name in shown]
        rows.append([one.by, escape_markdown(one.name), f"{one.count:,}", *means])
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
    if about.mode == "reading":
        return f"The texts answer {answerable:,} of them. Each was read in the text that it is asked about."
    asked = f"mode {about.mode}, {about.depth} passages a question" if about.depth else "only its ranking is known"
    service = f", asked over {escape_markdown(about.url)}" if about.url else ""
    return f"The texts answer {answerable:,} of them. Index {escape_markdown(about.index)}, {asked}{service}."


def _render_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return ["| " + " | ".join(head) + " |", "|---" * len(head) + "|", *lines]
