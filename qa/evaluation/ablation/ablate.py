"""Every row over one dataset, each compared with the first: the table, its JSON file and its Markdown."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from index.errors import UsageError
from qa.evaluation.ablation.rows import ROWS, Row
from qa.evaluation.ablation.workbench import Workbench
from qa.evaluation.comparison import LEVEL, Comparison, compare
from qa.evaluation.fingerprint import stamp_lines
from qa.evaluation.measures import ranking, score_replies, summarise_outcomes
from qa.evaluation.measures.statistics import adjust_holm
from qa.evaluation.types import Interval, Judgement, Run, RunDescription
from qa.types import MAX_TOP_K

# Of a dataset with more questions, every n-th is asked; the table says how many.
MAX_QUESTIONS = 300
# Embedding a larger collection again takes longer than all other rows together.
MAX_REEMBEDDED_PASSAGES = 30_000
MAIN_MEASURE = "nDCG@10"
COLUMNS = (MAIN_MEASURE, "Hit@1", "Hit@3", "Recall@10", "evidence overlap", "answer F1", "abstention")

HEAD = """# Measured quality

*Written by `{render}` from [{file}]({file}), which `python -m qa.evaluation ablate` measures; do not edit by hand.
A test says when it is stale.*
{stamps}

Each table asks the same questions in every row. {main} with its 95 % bootstrap interval; a document
counts by its best passage. "Change" is against the first row, question by question, with its interval;
"p" is that of a paired randomisation test, adjusted by Holm over the rows of the table. **Bold** changes are
beyond chance (p < {level}). How to read this: [evaluation](evaluation.md).
"""


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
        and (not row.reembeds or passages * row.copies <= MAX_REEMBEDDED_PASSAGES)
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


def read_results(path: Path) -> list[Ablation]:
    """Read the tables of a file; none if there is no file. Raises UsageError if it is another kind of file."""
    if not path.is_file():
        return []
    try:
        return [_parse_ablation(row) for row in json.loads(path.read_text(encoding="utf-8"))["datasets"]]
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path} does not hold the results of an ablation ({error!r}); measure it again") from error


def merge_results(path: Path, ablation: Ablation) -> list[Ablation]:
    """Write a table into a file, in place of an earlier one of the same dataset, and return all tables of it."""
    tables = {one.dataset: one for one in [*read_results(path), ablation]}
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"datasets": [asdict(table) for table in tables.values()]}, ensure_ascii=False)
    # A line per row, so that a diff shows which rows have changed.
    for key in ("dataset", "name"):
        text = text.replace(f'{{"{key}": ', f'\n{{"{key}": ').replace(", \n", ",\n")
    path.write_text(text + "\n", encoding="utf-8")
    return list(tables.values())


def to_markdown(ablations: Sequence[Ablation], path: Path) -> str:
    """Return all tables as Markdown; ``path`` is the JSON file that they come from."""
    head = HEAD.format(
        render=f"python -m qa.evaluation report {path}",
        file=path.name,
        stamps="\n".join(stamp_lines(ablation.program for ablation in ablations)),
        main=MAIN_MEASURE,
        level=LEVEL,
    )
    return "\n".join([head, *map(_render_table, ablations)])


def choose_columns(ablation: Ablation) -> list[str]:
    """Return the measures that at least one row has."""
    return [name for name in COLUMNS if any(name in row.scores for row in ablation.rows)]


def format_cells(row: RowResult, columns: Sequence[str]) -> list[str]:
    """Return a row as shown: the main measure with its interval, the change, p, the other means."""
    main = str(row.scores[columns[0]])
    others = [f"{row.scores[name].mean:.3f}" if name in row.scores else "" for name in columns[1:]]
    if row.change is None or row.p is None:
        return [f"**{row.name}**", main, "", "", *others]
    p = "< 0.001" if row.p < 0.001 else f"{row.p:.3f}"
    return [row.name, main, f"**{row.change.signed}**" if row.p < LEVEL else row.change.signed, p, *others]


def _render_table(ablation: Ablation) -> str:
    columns = choose_columns(ablation)
    asked = f"{ablation.questions:,} questions"
    if ablation.total_questions > ablation.questions:
        asked += f" of {ablation.total_questions:,}"
    lines = [
        f"## `{ablation.dataset}`",
        "",
        f"Documents: {ablation.documents:,}; passages: {ablation.passages:,}; {asked}. Measured with",
        f"`{ablation.command}`.",
        "",
        "| row | " + " | ".join([columns[0], "change", "p", *columns[1:]]) + " |",
        "|---" * (len(columns) + 3) + "|",
        *("| " + " | ".join(format_cells(row, columns)) + " |" for row in ablation.rows),
    ]
    return "\n".join(lines) + "\n"


def _parse_ablation(table: Mapping[str, Any]) -> Ablation:
    rows = tuple(
        RowResult(
            row["name"],
            {measure: Interval(**interval) for measure, interval in row["scores"].items()},
            Interval(**row["change"]) if row["change"] else None,
            row["p"],
        )
        for row in table["rows"]
    )
    return Ablation(**{**table, "rows": rows})
