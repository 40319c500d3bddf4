"""The page of figures about the office files: both modes, each kind of file, and what goes wrong."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from qa.evaluation.fingerprint import stamp_line
from qa.evaluation.measures import summarise_outcomes
from qa.evaluation.measures.headline import is_headline_right
from qa.evaluation.report.summary import escape_markdown
from qa.evaluation.types import Outcome, Run
from qa.types import Status

# Measure and the head of its column.
COLUMNS: Mapping[str, str] = {
    "Hit@1": "right passage first",
    "Hit@3": "among three",
    "headline right": "acceptable words",
    "wrong words": "wrong among words shown",
    "found where present": "found where present",
    "not found where absent": "not found where absent",
}
KINDS: Mapping[str, str] = {
    "table": "tables of Word files",
    "sheet": "sheets",
    "slide": "slides and notes",
    "mail": "mails",
    "book": "book",
}
GOAL = "The goals are 0.90 for the right passage in first place and 0.75 for acceptable words."
TEXT = """
# Office files, {count} questions

*Written by `python -m benchmarks.office`; do not edit by hand. What it means: [evaluation](../evaluation.md).*
{stamp}

{documents} files such as people have: Word files with tables, spreadsheets, slide decks, mails, a book, an archive
(what they are: [data card](../../benchmarks/office/README.md)). They answer {answerable} of the questions, and come
near the others. Means with 95 % intervals over questions. {goal}

## By mode

{modes}

## By kind of file, mode `precise`

{kinds}

## By way of asking, mode `precise`

{forms}

## What goes wrong, mode `precise`

{failures}
"""


def write_page(path: Path, runs: Sequence[Run], documents: int) -> None:
    """Write the page of two runs over the same questions, that of the mode ``precise`` first."""
    precise = runs[0].outcomes
    forms = sorted({outcome.judgement.form for outcome in precise})
    page = TEXT.format(
        count=len(precise),
        stamp=stamp_line(runs[0].about.program.partition(" ")[0]),
        documents=documents,
        answerable=sum(outcome.judgement.answerable for outcome in precise),
        goal=GOAL,
        modes=_tabulate("mode", ((f"`{run.about.mode}`", run.outcomes) for run in runs)),
        kinds=_tabulate("kind", ((name, _select(precise, kind=kind)) for kind, name in KINDS.items())),
        forms=_tabulate("asked", ((form, _select(precise, form=form)) for form in forms)),
        failures=_list_failures(precise),
    )
    path.write_text(page.lstrip(), encoding="utf-8")


def _select(outcomes: Iterable[Outcome], kind: str = "", form: str = "") -> list[Outcome]:
    wanted = {"kind": kind} if kind else {"form": form}
    return [one for one in outcomes if all(getattr(one.judgement, name) == value for name, value in wanted.items())]


def _tabulate(first: str, groups: Iterable[tuple[str, Sequence[Outcome]]]) -> str:
    rows = [[first, "questions", *COLUMNS.values()], ["---", *["--:"] * (len(COLUMNS) + 1)]]
    for name, outcomes in groups:
        scores = summarise_outcomes(outcomes)
        cells = [str(scores[measure]) if measure in scores else "–" for measure in COLUMNS]
        rows.append([name, str(len(outcomes)), *cells])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _list_failures(outcomes: Iterable[Outcome]) -> str:
    rows = [["question", "expected", "shown", "wrong"], ["---"] * 4]
    for one in outcomes:
        wrong = _name_faults(one)
        if wrong:
            shown = "not found" if one.reply.status is Status.NOT_FOUND else one.reply.answer or "passages only"
            expected = one.judgement.answers[0] if one.judgement.answers else "not found"
            rows.append([*map(escape_markdown, (one.judgement.question, expected, shown)), ", ".join(wrong)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _name_faults(outcome: Outcome) -> list[str]:
    if not outcome.judgement.answerable:
        return [] if outcome.reply.status is Status.NOT_FOUND else ["not refused"]
    faults = [] if outcome.scores["Hit@1"] else ["passage"]
    if outcome.reply.status is Status.NOT_FOUND:
        faults.append("called not found")
    elif outcome.reply.answer is None:
        faults.append("no words")
    elif not is_headline_right(outcome.judgement, outcome.reply):
        faults.append("words")
    return faults
