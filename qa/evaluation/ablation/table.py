"""An ablation as Markdown."""

from collections.abc import Sequence

from qa.evaluation.ablation.ablate import MAIN, Ablation, Tried
from qa.evaluation.ablation.stamp import marker
from qa.evaluation.comparison.compare import LEVEL

COLUMNS = (MAIN, "Hit@1", "Hit@3", "Recall@10", "evidence overlap", "answer F1", "abstention")

HEAD = """# What is found

*Written by `{command}`; do not edit by hand. A test says when it is stale.*
{marker}

Each table asks the same questions in every row. {main} with its 95 % bootstrap interval; a document
counts by its best passage. "Change" is against the first row, question by question, with its interval;
"p" is that of a paired randomisation test, adjusted by Holm over the rows of the table. **Bold** changes are
beyond chance (p < {level}). How to read this: [evaluation](evaluation.md).
"""


def document(ablations: Sequence[Ablation], command: str) -> str:
    """All tables, with the command that writes them."""
    head = HEAD.format(command=command, marker=marker(), main=MAIN, level=LEVEL)
    return "\n".join([head, *map(section, ablations)])


def section(ablation: Ablation) -> str:
    """One dataset."""
    columns = [name for name in COLUMNS if any(name in row.scores for row in ablation.rows)]
    asked = f"{ablation.questions:,} questions" + (f" of {ablation.of:,}" if ablation.of > ablation.questions else "")
    lines = [
        f"## `{ablation.dataset}`",
        "",
        f"Documents: {ablation.documents:,}; passages: {ablation.passages:,}; {asked}.",
        "",
        "| way of ranking | " + " | ".join([columns[0], "change", "p", *columns[1:]]) + " |",
        "|---" * (len(columns) + 3) + "|",
        *(_line(row, columns) for row in ablation.rows),
    ]
    return "\n".join(lines) + "\n"


def cells(row: Tried, columns: Sequence[str]) -> list[str]:
    """A row as it is shown: the main measure with its interval, the change, p, the other means."""
    main = str(row.scores[columns[0]])
    others = [f"{row.scores[name].mean:.3f}" if name in row.scores else "" for name in columns[1:]]
    if row.change is None or row.p is None:
        return [row.name, main, "", "", *others]
    p = "< 0.001" if row.p < 0.001 else f"{row.p:.3f}"
    return [row.name, main, f"**{row.change.signed}**" if row.p < LEVEL else row.change.signed, p, *others]


def _line(row: Tried, columns: Sequence[str]) -> str:
    return "| " + " | ".join(cells(row, columns)) + " |"
