"""``docs/reader.json`` and ``docs/reader.md``: the shipped reader, its training data, and how well it reads."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.training.reader.convert import Rounds
from benchmarks.training.reader.examples import ROUNDS
from benchmarks.training.reader.measure import Measured
from benchmarks.training.reader.train import BATCH, HEADS_FASTER, NO_ANSWER_WEIGHT
from qa.evaluation.fingerprint import compute_fingerprint, stamp_line

SOURCES = {
    "qamr": ("QAMR: sentences of Wikipedia and Wikinews", "MIT"),
    "qed": ("QED: paragraphs of Natural Questions", "CC BY-SA 3.0"),
    "fairytaleqa": ("FairytaleQA: sections of stories", "Apache-2.0"),
    "squad": ("SQuAD: sentences of Wikipedia", "CC BY-SA 4.0"),
}
# Follows the name of a source whose passages were read alone.
ALONE = " alone"


def as_figures(folder: Path, trained: Rounds, measured: Mapping[str, Measured]) -> dict[str, Any]:
    """Return every number of the page as JSON. ``trained``: questions of each source in each round."""
    return {
        "program": compute_fingerprint(),
        "size": sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()),
        "trained": trained,
        "measured": {source: asdict(measures) for source, measures in measured.items()},
    }


def render_page(figures: Mapping[str, Any]) -> str:
    """Return the page of the figures in Markdown."""
    trained, measured = figures["trained"], figures["measured"]
    total = sum(m["questions"] for m in measured.values())
    return TEMPLATE.format(
        stamp=stamp_line(figures["program"]),
        size=figures["size"] / 1e6,
        data="\n".join(_format_sources(trained)),
        head=" | ".join(f"round {number}" for number in range(1, len(trained) + 1)),
        rule="|---" * len(trained),
        rounds="\n".join(f"| {n} | {o.rate:g} | {o.wrong} | {o.frozen} |" for n, o in enumerate(ROUNDS, 1)),
        batch=BATCH,
        heads_faster=HEADS_FASTER,
        no_answer=NO_ANSWER_WEIGHT,
        rows="\n".join(f"| {SOURCES[source][0]} | {_format_measures(m)} |" for source, m in measured.items()),
        total=total,
        f1=sum(m["f1"] * m["questions"] for m in measured.values()) / total,
    )


def _format_sources(rounds: Rounds) -> Iterator[str]:
    for name in dict.fromkeys(name for one in rounds for name in one):
        words, licence = SOURCES[name.removesuffix(ALONE)]
        how = ", the right passage alone" if name.endswith(ALONE) else ""
        yield f"| {words}{how} | {' | '.join(f'{one.get(name, 0):,}' for one in rounds)} | {licence} |"


def _format_measures(m: Mapping[str, Any]) -> str:
    separation = "" if m["separation"] is None else f"{m['separation']:.3f}"
    return f"{m['questions']:,} | {m['f1']:.3f} | {m['exact']:.3f} | {m['gaps']:,} | {separation}"


TEMPLATE = """{stamp}
# The reader

*Written by `python -m benchmarks.training.reader ../shared/data`; do not edit by hand.*

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

Questions in each round; a question that is used twice counts twice:

| source | {head} | licence |
|---{rule}|---|
{data}

Every source is indexed and asked as a user's texts would be. The right passage is shown together with others that our
own retrieval found for the question. If the place of the answer is known, one of the others may be the same passage
without the sentence that answers. In the second round SQuAD joins, of which only the sentence that answers is known,
and passages are also read alone, for their words.

| round | learning rate of the body | wrong passages for each right one | lowest layers that are frozen |
|---|---|---|---|
{rounds}

A step has {batch} questions. The learning rate of the heads is {heads_faster} times that of the body; all rates decay
to zero, without dropout. A third of the questions are reworded: without question mark, with a typo, as keywords, or as
a statement. Three losses are summed: of the span (with weight {no_answer} if there is no answer), of the right passage
being the first, and of each passage being right at all.

One article in ten is held out; on one more in ten the [confidence](confidence.md) is fitted. (SQuAD's set has no
titles, so 160 consecutive sentences count as an article.) None of them was trained on, nor were SciFact, the validation
stories of FairytaleQA, or the seed.

`python -m benchmarks.training.reader ../shared/data` repeats the training with the same random seeds: two hours on two
cores. With `--measure-only` it measures the shipped reader in minutes.

## How well it reads

On the held-out articles, with the contexts as given ({total:,} questions). F1 and exact match are SQuAD's. "Separation"
is the AUROC of the relevance of contexts against the same contexts without the sentence that answers, if enough is left
of them; their number is in the column before.

| source | questions | F1 | exact match | without the answer | separation |
|---|---|---|---|---|---|
{rows}

F1 over all: **{f1:.3f}**. What it adds to ranking: the rows with and without it in [quality](quality.md).

## Limits

It was trained on English and on three kinds of text; other languages and other kinds are read with MiniLM's general
knowledge alone. It reads one passage at a time, so it does not find what only two passages together say. Words beyond
256 tokens of question and passage are not seen; passages of the default size are never that long.
"""
