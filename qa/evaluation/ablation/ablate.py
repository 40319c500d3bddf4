"""Every row over one dataset, each compared with the first."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from qa.evaluation.ablation.rows import ROWS, Row
from qa.evaluation.ablation.workbench import Bench
from qa.evaluation.comparison.compare import Comparison, compare
from qa.evaluation.measures import ranking, scored, summarise
from qa.evaluation.measures.statistics import holm
from qa.evaluation.types import About, Interval, Judgement, Run
from qa.types import MOST_PASSAGES

MOST_QUESTIONS = 300
"""Of a dataset with more, every n-th question is asked; the table says how many."""
MOST_PASSAGES_ANEW = 10_000
"""A collection with more is not embedded anew for a row."""
MAIN = "nDCG@10"


@dataclass(frozen=True, slots=True)
class Tried:
    """One row: its means, and what it changes in the main measure against the first row.

    ``p`` is adjusted by Holm over the rows of the table; both are None in the first.
    """

    name: str
    scores: Mapping[str, Interval]
    change: Interval | None = None
    p: float | None = None


@dataclass(frozen=True, slots=True)
class Ablation:
    """The table of one dataset."""

    dataset: str
    questions: int
    of: int
    documents: int
    passages: int
    rows: tuple[Tried, ...]


def ablate(bench: Bench, rows: Mapping[str, Row] = ROWS) -> Ablation:
    """Asks the same questions in every row that applies; all others are compared with the first."""
    judged = bench.dataset.judgements
    asked = judged[:: -(-len(judged) // MOST_QUESTIONS)]
    counts = bench.generation().manifest.counts
    small = counts["passages"] <= MOST_PASSAGES_ANEW
    applying = {n: r for n, r in rows.items() if (bench.judges_documents or not r.whole) and (small or not r.embeds)}
    runs = [_run(bench, name, row, asked) for name, row in applying.items()]
    comparisons = [compare(runs[0], run, [MAIN]) for run in runs[1:]]
    return Ablation(
        bench.dataset.name,
        len(asked),
        len(judged),
        counts["documents"],
        counts["passages"],
        (Tried(runs[0].about.index, runs[0].scores), *_tried(comparisons)),
    )


def _run(bench: Bench, name: str, row: Row, judgements: Sequence[Judgement]) -> Run:
    """The replies are let go once they are scored: a table of them would fill the memory."""
    outcomes = scored(list(zip(judgements, row.replies(bench, judgements), strict=True)))
    scores = summarise(outcomes)
    if row.ranks_only:
        scores = {measure: found for measure, found in scores.items() if measure in ranking.NAMES}
    about = About(bench.dataset.name, bench.dataset.fingerprint, name, "precise", MOST_PASSAGES, "")
    return Run(about, tuple(replace(o, reply=replace(o.reply, passages=())) for o in outcomes), scores)


def _tried(comparisons: Sequence[Comparison]) -> Iterator[Tried]:
    adjusted = holm({one.b.about.index: one.differences[0].p for one in comparisons})
    for one in comparisons:
        name = one.b.about.index
        yield Tried(name, one.b.scores, one.differences[0].change, adjusted[name])
