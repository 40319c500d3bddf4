"""``docs/confidence.md``: what the confidence is, and how well it held."""

from collections.abc import Mapping

from benchmarks.training.calibration.collections import Sort
from benchmarks.training.calibration.trial import Trial
from qa.answer.calibration import Calibration
from qa.types import Mode

UNANSWERED = [sort for sort in Sort if sort is not Sort.PRESENT]


def document(
    shipped: Mapping[Mode, Calibration], trials: Mapping[Mode, Mapping[str, Trial]], wrong: float, kept: float
) -> str:
    """The whole page."""
    return TEMPLATE.format(
        wrong=wrong,
        kept=kept,
        weights=_weights(shipped),
        thresholds="\n".join(f"| `{m}` | {c.answered} | {c.unsure} |" for m, c in shipped.items()),
        head=" | ".join(f"AUROC: {sort}" for sort in UNANSWERED),
        rule="|---" * len(UNANSWERED),
        lines="\n".join(_line(mode, source, t) for mode, found in trials.items() for source, t in found.items()),
        statuses="\n".join(_statuses(source, t) for source, t in trials["precise"].items()),
    )


def _weights(shipped: Mapping[Mode, Calibration]) -> str:
    names = dict.fromkeys(name for calibration in shipped.values() for name in calibration.weights)
    rows = [("(constant)", [f"{c.intercept:+.2f}" for c in shipped.values()])]
    for name in names:
        found = [f"{c.weights[name]:+.2f}" if name in c.weights else "" for c in shipped.values()]
        rows.append((f"`{name}`", found))
    return "\n".join(f"| {name} | {' | '.join(cells)} |" for name, cells in rows)


def _line(mode: Mode, source: str, t: Trial) -> str:
    apart = " | ".join(f"{value:.3f}" for value in t.apart.values())
    numbers = f"{t.right_where_present:.3f} | {t.error:.3f} | {t.ranking:.3f} | {apart} | {t.wrong:.3f}"
    return f"| `{mode}` | {source} | {t.questions:,} | {numbers} |"


def _statuses(source: str, t: Trial) -> str:
    rows = ((sort, " | ".join(f"{share:.2f}" for share in shares)) for sort, shares in t.statuses.items())
    return "\n".join(f"| {source} | {sort} | {shares} |" for sort, shares in rows)


TEMPLATE = """# How sure: the confidence, and what it promises

*Written by `python -m benchmarks.training.calibration ../shared/data`; do not edit by hand.*

`confidence`, and each passage's `score`, is the probability that the passage answers the
question. It comes from a logistic model over features that mean the same in any collection
(`qa/answer/calibration.py`). In mode `precise` one of them is what the [reader](reader.md) says of the passage, which
knows more than the nearness of vectors and the words in common; passages that it did not read, and all in mode
`fast`, have a
model of their own with these instead.

It was fitted on questions put to collections cut from open data: paragraphs and sentences of Wikipedia (QED, QAMR,
SQuAD), news (QAMR) and stories (FairytaleQA), of 1 to 1,000 documents. Six in ten questions are answered; of one in ten
the answering sentence was taken out of the collection, two in ten are about another document of the
kind, and one in ten is an everyday request (CLINC150). Half of them are put as hurried visitors do: without
their mark, with a slip of the finger, in capitals, or as keywords. A passage is right when it shares text with the
words that answer. The reader was not trained on any article that is asked about.

| feature | `precise` | `fast` |
|---|---|---|
{weights}

`answered` begins at the lowest confidence above which at most {wrong:.0%} of the first passages of the fitting
questions were wrong; `not_found` ends at the highest that still keeps {kept:.0%} of the right ones. Between
them: `unsure`.

| mode | `answered` from | `not_found` below |
|---|---|---|
{thresholds}

## On questions that were not fitted on

Each row is a source of questions left out of its own fit, asked about articles that are held out, the harshest
test that these data allow: another kind of text, other askers. "Error" is the expected calibration error;
"right against wrong" the AUROC of first passages; the next three columns the AUROC of answered questions
against each sort of unanswered ones; "wrong" the share of wrong first passages among those called `answered`.

| mode | source left out | questions | right first where present | error | right against wrong | {head} | wrong |
|---|---|---|---|---|---{rule}|---|
{lines}

The shares of `answered` / `unsure` / `not_found` in mode `precise`:

| source left out | questions | answered | unsure | not found |
|---|---|---|---|---|
{statuses}
"""
