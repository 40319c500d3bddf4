"""The results of an ablation as a file: JSON with all numbers, from which Markdown is rendered."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from index.errors import UsageError
from qa.evaluation.ablation.ablate import MAIN_MEASURE, Ablation, RowResult
from qa.evaluation.comparison.compare import LEVEL
from qa.evaluation.fingerprint import stamp_lines
from qa.evaluation.types import Interval

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
        text = text.replace(f'{{"{key}": ', f'\n{{"{key}": ')
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
