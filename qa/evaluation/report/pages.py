"""The pages of an evaluation: one HTML file each, with nothing loaded from elsewhere.

The only module that imports Jinja2. Whatever a document or a question holds stays text.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import qa.evaluation.report.figures as figures
from qa.evaluation.ablation.ablate import MAIN_MEASURE, Ablation, choose_columns, format_cells
from qa.evaluation.comparison import Comparison
from qa.evaluation.measures import MEASURES
from qa.evaluation.report.failures import Case, build_case, find_worst_cases
from qa.evaluation.report.slices import SLICE_MEASURES, cut_slices
from qa.evaluation.types import Run

if TYPE_CHECKING:
    from jinja2 import Environment

MAX_CHANGED = 15
CAPTIONS = {
    "reliability": "How often the first passage is right, in ten equally large groups of questions by confidence. On "
    "the dashed line a confidence of 0.8 is right four times in five; below it the system is too sure.",
    "risk-coverage": "How many answers would be wrong if only the surest questions were answered. The mark is the "
    "system itself, which answers all but what it calls not found.",
    "words-reliability": "How often the words given are right (an expected answer, or nearly), in ten "
    "equally large groups by their confidence.",
    "words-risk-coverage": "How many of the words would be wrong if only the surest were shown. A question that the "
    "texts do not answer has no right words.",
    "recall": "How much of what is right is among the first k that are returned.",
    "slices": f"{MAIN_MEASURE} of each kind of question with its 95 % interval; in brackets how many questions.",
}


def write_report(run: Run, path: Path) -> Path:
    """Write the ``report.html`` of one run."""
    cut = cut_slices(run)
    plots = {name: plot for name, plot in figures.draw_figures(run, cut).items() if name != "slices"}
    return write_page(
        path,
        "report.html",
        run=run,
        measures=MEASURES,
        figures=plots,
        by_cut=figures.draw_cuts(cut),
        slices=cut,
        shown=[name for name in SLICE_MEASURES if any(name in one.scores for one in cut)],
        groups=find_worst_cases(run.outcomes) if run.about.depth else [],
    )


def write_comparison(comparison: Comparison, path: Path) -> Path:
    """Write ``compare.html``: the differences, and the questions that were won and lost."""
    compared = [difference.measure for difference in comparison.differences]
    measure = MAIN_MEASURE if MAIN_MEASURE in compared or not compared else compared[0]
    won, lost = _find_changed(comparison, measure)
    return write_page(
        path,
        "compare.html",
        comparison=comparison,
        plot=figures.draw_changes(comparison.differences),
        shared=len({o.judgement.id for o in comparison.a.outcomes} & {o.judgement.id for o in comparison.b.outcomes}),
        most=MAX_CHANGED,
        measures=MEASURES,
        measure=measure,
        sides=[("won", won), ("lost", lost)],
    )


def write_ablation(ablations: Sequence[Ablation], path: Path) -> Path:
    """Write the tables of an ablation as a page."""
    tables = [(one, choose_columns(one)) for one in ablations]
    rows = {one.dataset: [format_cells(row, columns) for row in one.rows] for one, columns in tables}
    return write_page(path, "ablation.html", tables=tables, rows=rows)


def _find_changed(comparison: Comparison, measure: str) -> list[list[tuple[Case, Case]]]:
    """Return the questions that B won and those that it lost in both runs, the largest changes first."""
    before, after = comparison.a.values(measure), comparison.b.values(measure)
    sign = -1 if MEASURES[measure].lower_is_better else 1
    changes = {question: sign * (value - before[question]) for question, value in after.items() if question in before}
    ordered = sorted(changes, key=lambda question: -abs(changes[question]))
    won = [question for question in ordered if changes[question] > 0][:MAX_CHANGED]
    lost = [question for question in ordered if changes[question] < 0][:MAX_CHANGED]
    a, b = ({o.judgement.id: o for o in run.outcomes} for run in (comparison.a, comparison.b))
    return [[(build_case(a[question]), build_case(b[question])) for question in side] for side in (won, lost)]


def write_page(path: Path, template: str, **context: Any) -> Path:  # noqa: ANN401 — whatever the template shows
    """Write a page from a template, and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    page = _create_environment().get_template(template).render(captions=CAPTIONS, **context)
    # Half of a surrogate pair, which JSON may hold, has no UTF-8.
    path.write_text(page, encoding="utf-8", errors="replace")
    return path


def require_library() -> None:
    """Raise ModuleNotFoundError if Jinja2 is not installed."""
    _create_environment()


@cache
def _create_environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader(__package__),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
