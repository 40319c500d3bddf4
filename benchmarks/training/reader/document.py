"""``docs/reader.json`` and ``docs/reader.md``: the shipped reader, its training data, and how well it reads."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.training.reader.measure import Measured
from benchmarks.training.reader.train import COOL_DOWN, HEADS_FASTER, NO_ANSWER_WEIGHT, WRONG_SHARE
from qa.evaluation.fingerprint import compute_fingerprint, stamp_line

# What each source is, and its licence.
SOURCES = {
    "squad-train": ("SQuAD 1.1 and 2.0: paragraphs of Wikipedia", "CC BY-SA 4.0"),
    "squad-train-sentences": ("SQuAD: single sentences", "CC BY-SA 4.0"),
    "squad-dev": ("SQuAD 2.0: questions written to look answerable, and others", "CC BY-SA 4.0"),
    "squadshifts-wiki": ("SQuADShifts: new Wikipedia", "CC BY 4.0"),
    "squadshifts-reddit": ("SQuADShifts: forum posts", "CC BY 4.0"),
    "squadshifts-amazon": ("SQuADShifts: product reviews", "CC BY 4.0"),
    "nq-oracle": ("Natural Questions: search queries", "CC BY-SA 3.0"),
    "nq-swap": ("Natural Questions with another entity in the answer's place", "CC BY-SA 3.0"),
    "disfl-qa": ("Disfl-QA: SQuAD's questions with slips of the tongue", "CC BY 4.0"),
    "covidqa": ("COVID-QA: scientific papers", "Apache-2.0"),
    "doqa": ("DoQA: cooking and film forums", "CC BY-SA 4.0"),
    "quoref-contrast": ("Quoref contrast sets: coreference", "CC BY 4.0"),
    "qadiscourse": ("QADiscourse: relations between clauses", "CC BY 4.0"),
    "fairytaleqa": ("FairytaleQA: sections of stories", "Apache-2.0"),
    "qed": ("QED: paragraphs of Natural Questions", "CC BY-SA 3.0"),
    "qamr": ("QAMR: sentences of Wikipedia and Wikinews", "MIT"),
    "feedbackqa": ("FeedbackQA: health authorities, whole passages", "Apache-2.0"),
    "medquad": ("MedQuAD: diseases, whole documents", "CC BY 4.0"),
    "selqa-sentences": ("SelQA: sentences of Wikipedia", "Apache-2.0"),
    "nq-complex": ("Natural Questions that ask how and why, whole paragraphs", "CC BY-SA 3.0"),
    "handbooks": ("handbooks, manuals, policies, dialogues, code (this repository)", "CC0"),
}


def as_figures(folder: Path, about: Mapping[str, Any], measured: Mapping[str, Measured]) -> dict[str, Any]:
    """Return every number of the page as JSON. ``about`` is what was written beside the weights."""
    return {
        "program": compute_fingerprint(),
        "size": sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()),
        "trained": about,
        "measured": {source: asdict(measures) for source, measures in measured.items()},
    }


def render_page(figures: Mapping[str, Any]) -> str:
    """Return the page of the figures in Markdown."""
    trained, measured = figures["trained"], figures["measured"]
    total = sum(m["questions"] for m in measured.values())
    return TEMPLATE.format(
        stamp=stamp_line(figures["program"]),
        size=figures["size"] / 1e6,
        data="\n".join(_format_sources(trained["questions"])),
        asked=trained["plan"]["steps"] * trained["plan"]["batch"],
        all=sum(trained["questions"].values()),
        **trained["plan"],
        cool_down=COOL_DOWN,
        wrong=WRONG_SHARE,
        heads_faster=HEADS_FASTER,
        no_answer=NO_ANSWER_WEIGHT,
        rows="\n".join(f"| {SOURCES[source][0]} | {_format_measures(m)} |" for source, m in measured.items()),
        total=total,
        f1=sum(m["f1"] * m["questions"] for m in measured.values()) / total,
    )


def _format_sources(questions: Mapping[str, int]) -> Iterator[str]:
    for source, count in questions.items():
        what, licence = SOURCES[source]
        yield f"| {what} | {count:,} | {licence} |"


def _format_measures(m: Mapping[str, Any]) -> str:
    separation = "" if m["separation"] is None else f"{m['separation']:.3f}"
    return f"{m['questions']:,} | {m['f1']:.3f} | {m['exact']:.3f} | {m['gaps']:,} | {separation}"


TEMPLATE = """{stamp}
# The reader

*Written by `python -m benchmarks.training.reader measure ../shared/data`; do not edit by hand.*

In mode `precise` one small model reads the first passages together with the question. It says how well a passage
answers (`relevance`), which of its words answer, and by how much they beat there being no answer (`answerable`). These
decide the order of the passages, `answer.text`, and most of the confidence.

It is MiniLM, the shipped encoder's own weights (`all-MiniLM-L6-v2`), trained further on question and passage
together, with three heads: the start and end of the answer (Devlin et al. 2019), no answer as the first token
(Rajpurkar et al. 2018), and relevance (Nogueira & Cho 2019). `qa/reader/shipped/` holds it as CTranslate2 runs it,
quantized to int8: {size:.1f} MB. It needs no torch; the figures below are of that form.

`reader = "none"` switches it off; a folder or hub id of a `CrossEncoder` or of a `…ForQuestionAnswering` model replaces
it. See [settings](settings.md).

## What it was trained on

| source | questions | licence |
|---|---|---|
{data}

The questions are {all:,}; {asked:,} were asked in {steps:,} steps of {batch}. Each time a passage of whole sentences is
drawn from the text, half of them as short as a passage of an index. With {wrong:.0%} of the answerable questions goes
a passage that does not answer: the same text without the answering sentence, or one that BM25 finds for the question.
A third of the questions are reworded: without question mark, with a typo, as keywords, or as a statement.

The learning rate is {rate:g}, {heads_faster} times that for the heads; it is constant until it falls to zero over the
last {cool_down:.0%} of the steps. The embeddings are not trained. Three losses are summed: of the span (with weight
{no_answer} for a wrong passage), of each passage being right, and of the right one being better than the wrong one.

One article in ten is held out; on one more in ten the [confidence](confidence.md) is fitted. None of them was trained
on, nor were SciFact, the validation stories of FairytaleQA, or the seed.

To repeat the training: `python -m benchmarks.training.reader prepare ../shared/data`, then `… train`.

## How well it reads

On the held-out articles, with the contexts as given ({total:,} questions). F1 and exact match are SQuAD's. "Separation"
is the AUROC of the relevance of contexts against the same contexts without the sentence that answers, if enough is left
of them; their number is in the column before.

| source | questions | F1 | exact match | without the answer | separation |
|---|---|---|---|---|---|
{rows}

F1 over all: **{f1:.3f}**. What it adds to ranking: the rows with and without it in [quality](quality.md).

## Limits

It was trained on English and is given nothing in another language: the sentence is shown instead of the exact words.
It reads one passage at a time, so it does not find what only two passages together say. Words beyond 256 tokens of
question and passage are not seen; passages of the default size are never that long.
"""
