"""``docs/confidence.json`` and ``docs/confidence.md``: what the confidence is, and how well it holds."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from benchmarks.training.calibration.collections import MIX, SIZES, QuestionKind
from benchmarks.training.calibration.fit import ANSWERED_WRONG, UNSURE_KEEPS, ModeFit
from benchmarks.training.calibration.fit_words import SENTENCES_WRONG, SURE_WRONG, WORDS_WRONG, WordsFit
from qa.answer.words import SURE
from qa.evaluation.fingerprint import compute_fingerprint, stamp_line
from qa.reader import SHIPPED
from qa.types import Mode

Figures = Mapping[str, Any]
UNANSWERABLE = [kind for kind in QuestionKind if kind is not QuestionKind.ANSWERABLE]


def as_figures(fits: Mapping[Mode, ModeFit], words: WordsFit, reader: str, *, kept: bool = False) -> dict[str, Any]:
    """Return every number of the page as JSON, with the fingerprint of the program as it is now.

    ``kept``: the fit is that of an earlier program, and has seen every source.
    """
    return {
        "program": compute_fingerprint(reader),
        "kept": kept,
        "answered_wrong": ANSWERED_WRONG,
        "unsure_keeps": UNSURE_KEEPS,
        "words_wrong": WORDS_WRONG,
        "sentences_wrong": SENTENCES_WRONG,
        "sure_wrong": SURE_WRONG,
        "modes": {mode: asdict(fit) for mode, fit in fits.items()},
        "words": asdict(words),
    }


def render_page(figures: Figures, reader: str = SHIPPED) -> str:
    """Return the page of the figures in Markdown, for this reader."""
    modes, kept = figures["modes"], figures["kept"]
    calibrations = {mode: fit["calibration"] for mode, fit in modes.items()}
    return TEMPLATE.format(
        stamp=stamp_line(figures["program"]),
        title="" if reader == SHIPPED else f" with the {reader} reader",
        command=("" if reader == SHIPPED else f" --reader {reader}") + (" --keep" if kept else ""),
        tried=(TRIED_KEPT if kept else TRIED_WITHOUT),
        source=("source" if kept else "source left out"),
        words_tried=("" if kept else ", each source left out of its own fit"),
        kinds=len(SIZES),
        largest=max(max(sizes) for sizes in SIZES.values()),
        answerable=MIX[QuestionKind.ANSWERABLE],
        wrong=figures["answered_wrong"],
        kept=figures["unsure_keeps"],
        weights="\n".join(_format_weights(calibrations)),
        thresholds="\n".join(f"| `{m}` | {c['answered']} | {c['unsure']} |" for m, c in calibrations.items()),
        head=" | ".join(f"AUROC: {kind}" for kind in UNANSWERABLE),
        rule="|---" * len(UNANSWERABLE),
        lines="\n".join(_format_trial(m, s, t) for m, fit in modes.items() for s, t in fit["trials"].items()),
        words_wrong=figures["words_wrong"],
        sentences_wrong=figures["sentences_wrong"],
        sure=SURE,
        sure_wrong=figures["sure_wrong"],
        sure_from=figures["words"]["model"]["sure_from"],
        min_span=figures["words"]["model"]["min_span"],
        min_sentence=figures["words"]["model"]["min_sentence"],
        words="\n".join(_format_words(source, trial) for source, trial in figures["words"]["trials"].items()),
        statuses="\n".join(
            line for source, trial in modes["precise"]["trials"].items() for line in _format_statuses(source, trial)
        ),
    )


def _format_weights(calibrations: Mapping[str, Figures]) -> Iterator[str]:
    rows = {"(constant)": [f"{c['intercept']:+.2f}" for c in calibrations.values()]}
    for name in dict.fromkeys(name for calibration in calibrations.values() for name in calibration["weights"]):
        weights = (calibration["weights"].get(name) for calibration in calibrations.values())
        rows[f"`{name}`"] = ["" if weight is None else f"{weight:+.2f}" for weight in weights]
    return (f"| {name} | {' | '.join(cells)} |" for name, cells in rows.items())


def _format_trial(mode: str, source: str, trial: Figures) -> str:
    measures = [trial[name] for name in ("right_first", "error", "ranking")]
    separation = [trial["separation"].get(kind) for kind in UNANSWERABLE]
    cells = ("" if value is None else f"{value:.3f}" for value in (*measures, *separation, trial["wrong"]))
    return f"| `{mode}` | {source} | {trial['questions']:,} | {' | '.join(cells)} |"


def _format_words(source: str, trial: Figures) -> str:
    cells = (*trial["shown"].values(), trial["right"], *trial["wrong"].values(), trial["wrong_sure"], trial["error"])
    return f"| {source} | {trial['questions']:,} | {' | '.join(f'{value:.3f}' for value in cells)} |"


def _format_statuses(source: str, trial: Figures) -> Iterator[str]:
    for kind, shares in trial["statuses"].items():
        yield f"| {source} | {kind} | {' | '.join(f'{share:.2f}' for share in shares)} |"


TRIED_WITHOUT = """\
Each row is a source of questions left out of its own fit, asked about held-out articles. This is the hardest test that
these data allow: another kind of text, other people asking."""
TRIED_KEPT = """\
The fit is that of an earlier program, and was kept: what has changed does not call for another. Each row is a source of
questions about held-out articles; the fit has seen other articles of the source."""
TEMPLATE = """{stamp}
# How sure: what the confidence means{title}

*Written by `python -m benchmarks.training.calibration ../shared/data{command}`; do not edit by hand.*

`confidence`, and each passage's `score`, is the probability that the passage answers the question. It comes from a
logistic model over features that mean the same in any collection (`qa/answer/calibration.py`). In mode `precise` one
of them is the relevance that the [reader](reader.md) gives the passage, which says more than the similarity of vectors
and the words in common. Passages that it did not read, and all passages in mode `fast`, have a model of their own with
those features instead.

It was fitted on questions about collections of {kinds} kinds, cut from the open sets and from the handbooks of this
repository, of 1 to {largest:,} documents. {answerable:.0%} of the questions are answerable, as far as a source has all
kinds; the others are written to look answerable, lost their answering sentence, are about another document of the kind
or are everyday requests (CLINC150). Half of them are asked as hurried visitors do: without question mark, with a typo,
in capitals, or as keywords. A passage is right if it shares text with the words that answer. The reader was not trained
on any article that is asked about.

| feature | `precise` | `fast` |
|---|---|---|
{weights}

`answered` begins at the lowest confidence above which at most {wrong:.0%} of the first passages of the fitting
questions were wrong. `not_found` ends at the highest confidence that still keeps {kept:.0%} of the right ones. Between
them: `unsure`.

| mode | `answered` from | `not_found` below |
|---|---|---|
{thresholds}

## On questions that were not fitted on

{tried}
"Error" is the expected calibration error; "right against
wrong" the AUROC of first passages; the next three columns are the AUROC of answerable questions against each kind of
unanswerable ones; "wrong" is the share of wrong first passages among those called `answered`.

| mode | {source} | questions | right first if answerable | error | right against wrong | {head} | wrong |
|---|---|---|---|---|---{rule}|---|
{lines}

The shares of `answered` / `unsure` / `not_found` in mode `precise`:

| {source} | questions | answered | unsure | not found |
|---|---|---|---|---|
{statuses}

## The words

`answer.confidence` is the probability that what is shown answers: the words (`answer.kind` is `span`), their sentence
(`sentence`), or, as the sentence that is shown of a passage, nothing that should stand alone (`passage`). It is never
greater than the confidence of the passage. Words are shown from {min_span} on, the lowest confidence above which at
most {words_wrong:.0%} of the words were wrong on the fitting questions; sentences from {min_sentence} on, with at most
{sentences_wrong:.0%}. Words are right if they are an accepted answer, nearly (a token F1
above 0.8), or equivalent ([evaluation](evaluation.md#what-is-measured)).

Words that look certain must hardly ever be wrong. So a confidence of {sure} or more has a promise of its own: words
reach it only with a probability of at least {sure_from}, the lowest above which at most {sure_wrong:.0%} of them were
wrong. Below that, their confidence is lower than their probability; the order of answers is kept. The promise is not
stricter because most sources accept one answer only, so that some of the words counted as wrong are right.

Mode `precise`, questions about held-out articles that are not called `not_found`{words_tried}.
The first four columns are shares of the answerable ones; "sure" words have a confidence of {sure} or more.

| source | questions | words | sentence | passage | right words | wrong words | wrong sentences | sure, wrong | error |
|---|---|---|---|---|---|---|---|---|---|
{words}
"""
