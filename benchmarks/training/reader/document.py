"""``docs/reader.json`` and ``docs/reader.md``: the shipped reader, its training data, and how well it reads."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.training.reader.batches import NO_ANSWER_WEIGHT, WRONG_SHARE
from benchmarks.training.reader.distill import TEMPERATURE
from benchmarks.training.reader.measure import Measured
from benchmarks.training.reader.train import COOL_DOWN, HEADS_FASTER, TEACHER_SHARE
from qa.evaluation.fingerprint import compute_search_fingerprint, stamp_line
from qa.evaluation.types import Interval

# By source, as ``Measured`` is in JSON.
Measures = Mapping[str, Mapping[str, Any]]

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
    "tables": ("rows of invented tables (this repository)", "CC0"),
}


# The columns of each table: their heads and the names of the measures.
WORDS = {
    "F1": "best words F1",
    "exact match": "best words exact",
    "wrong at 0.8": "wrong words at 0.8",
    "ECE": "answer ECE",
    "MacroCE": "answer MacroCE",
    "AURC": "answer AURC",
}
TEXTS = {"answerable or not": "AUROC", "ECE": "ECE"}


def as_figures(
    folder: Path, about: Mapping[str, Any], measured: Mapping[str, Measured], before: Mapping[str, Measured]
) -> dict[str, Any]:
    """Return every number of the page as JSON.

    ``about`` is what was written beside the weights, ``before`` the measures of another reader, beside which this one
    is shown.
    """
    return {
        "program": compute_search_fingerprint(),
        "size": sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()),
        "trained": about,
        "measured": {source: asdict(measures) for source, measures in measured.items()},
        "before": {source: asdict(measures) for source, measures in before.items()},
    }


def render_page(figures: Mapping[str, Any]) -> str:
    """Return the page of the figures in Markdown."""
    trained, measured, before = figures["trained"], figures["measured"], figures["before"]
    total = sum(m["questions"] for m in measured.values())
    return TEMPLATE.format(
        stamp=stamp_line(figures["program"]),
        size=figures["size"] / 1e6,
        data="\n".join(_format_sources(trained["questions"])),
        all=sum(trained["questions"].values()),
        training=" ".join(_describe_trainings(trained)),
        cool_down=COOL_DOWN,
        wrong=WRONG_SHARE,
        heads_faster=HEADS_FASTER,
        no_answer=NO_ANSWER_WEIGHT,
        teacher=TEACHER.format(share=TEACHER_SHARE, temperature=TEMPERATURE, **trained)
        if trained.get("taught")
        else "",
        words="\n".join(_format_table(WORDS, measured, before)),
        texts="\n".join(_format_table(TEXTS, measured, before)),
        gaps="\n".join(_format_gaps(measured, before)),
        total=total,
        f1=sum(m["f1"] * m["questions"] for m in measured.values()) / total,
    )


def _describe_trainings(trained: Mapping[str, Any]) -> Iterator[str]:
    """Yield a sentence about each of the networks that the reader is the mean of, or about the only one."""
    plans = trained.get("averaged", [trained["plan"]])
    if len(plans) > 1:
        yield f"The weights are the mean of {len(plans)} networks trained one by one (Wortsman et al. 2022)."
    for plan in plans:
        asked = plan["steps"] * plan["batch"]
        yield (
            f"{asked:,} questions were asked in {plan['steps']:,} steps of {plan['batch']}, at a learning rate of "
            f"{plan['rate']:g}."
        )


def _format_sources(questions: Mapping[str, int]) -> Iterator[str]:
    for source, count in questions.items():
        what, licence = SOURCES[source]
        yield f"| {what} | {count:,} | {licence} |"


def _format_table(columns: Mapping[str, str], measured: Measures, before: Measures) -> Iterator[str]:
    """Yield a row for each source that has the measures; the reader before stands in italics under this one."""
    yield f"| source | questions | {' | '.join(columns)} |"
    yield "|---" * (len(columns) + 2) + "|"
    for source, one in measured.items():
        if any(name in one["scores"] for name in columns.values()):
            yield f"| {SOURCES[source][0]} | {one['questions']:,} | {' | '.join(_format_cells(columns, one))} |"
        if source in before:
            yield f"| *before* | | {' | '.join(_format_cells(columns, before[source]))} |"


def _format_cells(columns: Mapping[str, str], one: Mapping[str, Any]) -> Iterator[str]:
    for name in columns.values():
        score = one["scores"].get(name)
        yield str(Interval(**score)) if score else ""


def _format_gaps(measured: Measures, before: Measures) -> Iterator[str]:
    for source, one in measured.items():
        if one["separation"] is not None:
            earlier = before.get(source, {}).get("separation")
            cells = ("" if area is None else f"{area:.3f}" for area in (one["separation"], earlier))
            yield f"| {SOURCES[source][0]} | {one['gaps']:,} | {' | '.join(cells)} |"


TEACHER = """
In the last {taught:,} steps a teacher, trained as the [large reader](reader-large.md) is, read every pair, too (Hinton
et al. 2015). {share:.0%} of the losses of spans and relevance are there the divergence from its logits, at a
temperature of {temperature:g} for spans. QAMR and QADiscourse, whose own labels are noisy or stiff, have none but its.
"""
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

The questions are {all:,}, where those that their text does not answer count twice. {training}
Each time a passage of whole sentences is drawn from the text, half of them as short as a passage of
an index. With {wrong:.0%} of the answerable questions goes a passage that does not answer: the same text without the
answering sentence, or one that BM25 finds for the question. A third of the questions are reworded: without question
mark, with a typo, as keywords, or as a statement.

The learning rate of the heads is {heads_faster} times as high; it is constant until it falls to zero over the
last {cool_down:.0%} of the steps. The embeddings are not trained. Three losses are summed: of the span (with weight
{no_answer} for a wrong passage), of each passage being right, and of the right one being better than the wrong one.
{teacher}
One article in ten is held out; on one more in ten the [confidence](confidence.md) is fitted. None of them was trained
on, nor were SciFact, the validation stories of FairytaleQA, or the seed.

To repeat the training: [contributing](../CONTRIBUTING.md#training-the-reader).

## How well it reads

On the held-out articles, with the contexts as given ({total:,} questions), by the reader alone (`qa.read`)
and in italics by the reader that was shipped before. The brackets are 95 % bootstrap intervals. F1 over all:
**{f1:.3f}**. What the reader adds to ranking: the rows with and without it in [quality](quality.md).

### The words

F1 and exact match are SQuAD's, of the best words for every answerable question. The other columns are of the confidence
in the words: how many are wrong of those given with 0.8 or more, its expected calibration error, the mean error of
right and of wrong words (MacroCE, Si et al. 2022), and the area under the curve of risk over coverage
([evaluation](evaluation.md)).

{words}

### Whether a text answers

The AUROC of the confidence in a text, for texts that answer against texts that do not but seem to, where a source has
both, and its calibration error.

{texts}

The AUROC against the same texts without the sentence that answers, where enough is left of them:

| source | texts | AUROC | before |
|---|---|---|---|
{gaps}

## Limits

It was trained on English and is given nothing in another language: the sentence is shown instead of the exact words.
It reads one passage at a time, so it does not find what only two passages together say. Words beyond 256 tokens of
question and passage are not seen; passages of the default size are never that long.
"""
