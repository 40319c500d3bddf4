"""``docs/reader.md``: what the shipped reader is, what it was trained on, and how well it reads."""

from collections.abc import Mapping
from pathlib import Path

from benchmarks.reader.measure import Measured
from benchmarks.reader.train import BATCH, HEAD_RATE, NEGATIVES, NO_ANSWER_WEIGHT, RATE

LICENCES = {
    "qamr": ("QAMR: sentences of Wikipedia and Wikinews", "MIT"),
    "qed": ("QED: paragraphs of Natural Questions", "CC BY-SA 3.0"),
    "fairytaleqa": ("FairytaleQA: sections of stories", "Apache-2.0"),
}


def document(weights: Path, trained: Mapping[str, int], asked: int, measured: Mapping[str, Measured]) -> str:
    """The page. ``trained``: questions of each source; ``asked``: with those gone through again."""
    data = "\n".join(
        f"| {LICENCES[source][0]} | {count:,} | {LICENCES[source][1]} |" for source, count in trained.items()
    )
    total = sum(m.questions for m in measured.values())
    f1 = sum(m.f1 * m.questions for m in measured.values()) / total
    rows = "\n".join(f"| {LICENCES[source][0]} | {_cells(m)} |" for source, m in measured.items())
    return TEMPLATE.format(
        size=weights.stat().st_size / 1e6,
        data=data,
        asked=asked,
        negatives=NEGATIVES,
        batch=BATCH,
        rate=RATE,
        head_rate=HEAD_RATE,
        no_answer=NO_ANSWER_WEIGHT,
        rows=rows,
        total=total,
        f1=f1,
    )


def _cells(m: Measured) -> str:
    apart = "" if m.apart is None else f"{m.apart:.3f}"
    return f"{m.questions:,} | {m.f1:.3f} | {m.exact:.3f} | {m.gaps:,} | {apart}"


TEMPLATE = """# The reader

*Written by `python -m benchmarks.reader ../shared/data`; do not edit by hand.*

In mode `precise` the first passages are read together with the question by one small model. It says how well a
passage answers (`relevance`), which of its words answer, and by how much they beat there being no answer
(`answerable`). From these come the order of the passages, `answer.text`, and most of the confidence.

It is MiniLM, the shipped encoder's own weights (`all-MiniLM-L6-v2`), trained further over question and passage
together, with three heads: the start and end of the answer (Devlin et al. 2019), no answer as the first token
(Rajpurkar et al. 2018), and relevance (Nogueira & Cho 2019). `qa/reader/reader.safetensors` holds what training
changed, in four bits a weight: {size:.1f} MB. The rest comes from the encoder that is there anyway.

`reader = "none"` does without it; a folder or hub id of a `CrossEncoder` or of a `…ForQuestionAnswering` model takes
its place. See [settings](settings.md).

## What it was trained on

| source | questions | licence |
|---|---|---|
{data}

Every source is indexed and asked as a user's texts would be. The right passage stands beside {negatives} others
that our own retrieval found for the question; where the words of the answer are known, one of the others may be the
same passage without the sentence that answers. Questions of QED and FairytaleQA are gone through twice: {asked:,} in
all, {batch} a step, at a rate of {rate} for the body and {head_rate} for the heads, falling to nothing, without
dropout. A third of the questions are put in another guise: without their mark, with a slip of the finger, as
keywords, or as a statement. Three losses are summed: of the span (no answer counts {no_answer}), of the right passage
being the first of the four, and of each being right at all.

One article in ten is held out; on one more in ten the [confidence](confidence.md) is fitted. None of them was trained
on, nor were SciFact, SQuAD, the validation stories of FairytaleQA, or the seed.

`python -m benchmarks.reader ../shared/data` does it all again from the same seeds: an hour on two cores.

## How well it reads

On the articles held out, contexts as they are given ({total:,} questions). F1 and exact match are SQuAD's. "Apart"
is the AUROC of the relevance of contexts against the same ones without the sentence that answers.

| source | questions | F1 | exact match | with a gap | apart |
|---|---|---|---|---|---|
{rows}

F1 over all: **{f1:.3f}**. What it brings to ranking: the rows with and without it in [quality](quality.md).

## What it cannot

It was trained on English and on two sorts of text; other languages and other sorts are read with MiniLM's general
knowledge alone. It reads one passage at a time, so what only two passages together say it does not find. Words beyond
256 tokens of question and passage are not seen; passages of the default size never have as many.
"""
