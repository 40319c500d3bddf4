"""``docs/reader.md``: what the shipped reader is, what it was trained on, and how well it reads."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.training.reader.examples import ROUNDS
from benchmarks.training.reader.measure import Measured
from benchmarks.training.reader.train import BATCH, HEADS_FASTER, NO_ANSWER_WEIGHT

SOURCES = {
    "qamr": ("QAMR: sentences of Wikipedia and Wikinews", "MIT"),
    "qed": ("QED: paragraphs of Natural Questions", "CC BY-SA 3.0"),
    "fairytaleqa": ("FairytaleQA: sections of stories", "Apache-2.0"),
    "squad": ("SQuAD: sentences of Wikipedia", "CC BY-SA 4.0"),
}
ALONE = " alone"
"""Follows the name of a source where its passages were read alone."""


def document(folder: Path, trained: Sequence[Mapping[str, int]], measured: Mapping[str, Measured]) -> str:
    """The page. ``trained``: for each round, the questions of each source that were gone through."""
    total = sum(m.questions for m in measured.values())
    f1 = sum(m.f1 * m.questions for m in measured.values()) / total
    return TEMPLATE.format(
        size=sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6,
        data="\n".join(_trained(trained)),
        head=" | ".join(f"round {number}" for number in range(1, len(trained) + 1)),
        rule="|---" * len(trained),
        rounds="\n".join(f"| {n} | {o.rate:g} | {o.wrong} | {o.frozen} |" for n, o in enumerate(ROUNDS, 1)),
        batch=BATCH,
        heads_faster=HEADS_FASTER,
        no_answer=NO_ANSWER_WEIGHT,
        rows="\n".join(f"| {SOURCES[source][0]} | {_cells(m)} |" for source, m in measured.items()),
        total=total,
        f1=f1,
    )


def _trained(rounds: Sequence[Mapping[str, int]]) -> Iterator[str]:
    for name in dict.fromkeys(name for one in rounds for name in one):
        words, licence = SOURCES[name.removesuffix(ALONE)]
        how = ", the right passage alone" if name.endswith(ALONE) else ""
        yield f"| {words}{how} | {' | '.join(f'{one.get(name, 0):,}' for one in rounds)} | {licence} |"


def _cells(m: Measured) -> str:
    apart = "" if m.apart is None else f"{m.apart:.3f}"
    return f"{m.questions:,} | {m.f1:.3f} | {m.exact:.3f} | {m.gaps:,} | {apart}"


TEMPLATE = """# The reader

*Written by `python -m benchmarks.training.reader ../shared/data`; do not edit by hand.*

In mode `precise` the first passages are read together with the question by one small model. It says how well a
passage answers (`relevance`), which of its words answer, and by how much they beat there being no answer
(`answerable`). From these come the order of the passages, `answer.text`, and most of the confidence.

It is MiniLM, the shipped encoder's own weights (`all-MiniLM-L6-v2`), trained further over question and passage
together, with three heads: the start and end of the answer (Devlin et al. 2019), no answer as the first token
(Rajpurkar et al. 2018), and relevance (Nogueira & Cho 2019). `qa/reader/shipped/` holds it as CTranslate2 runs it, in
whole numbers of a byte: {size:.1f} MB. It needs no torch; the figures below are of that form.

`reader = "none"` does without it; a folder or hub id of a `CrossEncoder` or of a `…ForQuestionAnswering` model takes
its place. See [settings](settings.md).

## What it was trained on

Questions gone through, those that are gone through again counted again:

| source | {head} | licence |
|---{rule}|---|
{data}

Every source is indexed and asked as a user's texts would be. The right passage stands beside others
that our own retrieval found for the question; where the place of the answer is known, one of the others may be the
same passage without the sentence that answers. In the second round SQuAD joins, of which only the sentence that
answers is known, and passages are also read alone, for their words.

| round | rate of the body | wrong passages beside each right one | lowest layers that learn no more |
|---|---|---|---|
{rounds}

A step has {batch} questions. The heads learn {heads_faster} times as fast as the body; all rates fall to nothing,
without dropout. A third of the questions are put in another guise: without their
mark, with a slip of the finger, as keywords, or as a statement. Three losses are summed: of the span (no answer counts
{no_answer}), of the right passage being the first, and of each being right at all.

One article in ten is held out; on one more in ten the [confidence](confidence.md) is fitted (of SQuAD, whose set has
no titles, 160 sentences in a row are taken for an article). None of them was trained on, nor were SciFact, the
validation stories of FairytaleQA, or the seed.

`python -m benchmarks.training.reader ../shared/data` does it all again from the same seeds: two hours on two cores.

## How well it reads

On the articles held out, contexts as they are given ({total:,} questions). F1 and exact match are SQuAD's. "Apart"
is the AUROC of the relevance of contexts against the same ones without the sentence that answers.

| source | questions | F1 | exact match | with a gap | apart |
|---|---|---|---|---|---|
{rows}

F1 over all: **{f1:.3f}**. What it brings to ranking: the rows with and without it in [quality](quality.md).

## What it cannot

It was trained on English and on three sorts of text; other languages and other sorts are read with MiniLM's general
knowledge alone. It reads one passage at a time, so what only two passages together say it does not find. Words beyond
256 tokens of question and passage are not seen; passages of the default size never have as many.
"""
