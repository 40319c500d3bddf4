"""Every row over one dataset, each compared with the first."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from qa.evaluation.ablation.rows import ROWS, Row
from qa.evaluation.ablation.workbench import Workbench
from qa.evaluation.comparison.compare import Comparison, compare
from qa.evaluation.measures import ranking, score_replies, summarise_outcomes
from qa.evaluation.measures.statistics import adjust_holm
from qa.evaluation.types import Interval, Judgement, Run, RunDescription
from qa.types import MAX_TOP_K

# Of a dataset with more questions, every n-th is asked; the table says how many.
MAX_QUESTIONS = 300
# Embedding a larger collection again takes longer than all other rows together.
MAX_REEMBEDDED_PASSAGES = 30_000
MAIN_MEASURE = "nDCG@10"


@dataclass(frozen=True, slots=True)
class RowResult:
    """The means of one row, and its change in the main measure against the first row.

    ``p`` is adjusted by Holm over the rows of the table. Both are None in the first row.
    """

    name: str
    scores: Mapping[str, Interval]
    change: Interval | None = None
    p: float | None = None


@dataclass(frozen=True, slots=True)
class Ablation:
    """The table of one dataset; ``program`` is the fingerprint of the program that was measured."""

    dataset: str
    data: str
    program: str
    command: str
    questions: int
    total_questions: int
    documents: int
    passages: int
    rows: tuple[RowResult, ...]


def ablate(bench: Workbench, rows: Mapping[str, Row] = ROWS, program: str = "", command: str = "") -> Ablation:
    """Ask the same questions in every row that applies, and compare each row with the first."""
    judgements = bench.dataset.judgements
    asked = judgements[:: -(-len(judgements) // MAX_QUESTIONS)]
    counts = bench.open_generation().manifest.counts
    applicable = {name: row for name, row in rows.items() if _applies(row, bench, counts["passages"])}
    runs = [_run_row(bench, name, row, asked) for name, row in applicable.items()]
    first = RowResult(runs[0].about.index, runs[0].scores)
    return Ablation(
        dataset=bench.dataset.name,
        data=bench.dataset.fingerprint,
        program=program,
        command=command,
        questions=len(asked),
        total_questions=len(judgements),
        documents=counts["documents"],
        passages=counts["passages"],
        rows=(first, *_adjust([compare(runs[0], run, [MAIN_MEASURE]) for run in runs[1:]])),
    )


def _applies(row: Row, bench: Workbench, passages: int) -> bool:
    return (
        (bench.judges_documents or not row.whole_documents)
        and (not row.reembeds or passages <= MAX_REEMBEDDED_PASSAGES)
        and (not row.follow_ups or any(judgement.history for judgement in bench.dataset.judgements))
    )


def _run_row(bench: Workbench, name: str, row: Row, judgements: Sequence[Judgement]) -> Run:
    outcomes = score_replies(list(zip(judgements, row.answer(bench, judgements), strict=True)))
    scores = summarise_outcomes(outcomes)
    if row.ranks_only:
        scores = {measure: interval for measure, interval in scores.items() if measure in ranking.NAMES}
    about = RunDescription(bench.dataset.name, bench.dataset.fingerprint, name, "precise", MAX_TOP_K, "")
    # The passages of all rows together would fill the memory; once scored they are not needed.
    return Run(about, tuple(replace(o, reply=replace(o.reply, passages=())) for o in outcomes), scores)


def _adjust(comparisons: Sequence[Comparison]) -> Iterator[RowResult]:
    adjusted = adjust_holm({one.b.about.index: one.differences[0].p for one in comparisons})
    for one in comparisons:
        name = one.b.about.index
        yield RowResult(name, one.b.scores, one.differences[0].change, adjusted[name])
