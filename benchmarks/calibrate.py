"""Fits the confidence on open data: python -m benchmarks.calibrate ../shared/data

Writes ``qa/calibration.json`` and ``docs/confidence.md``. Every figure in the document is
for a source of questions that the fit of its row has not seen.
"""

import json
import tempfile
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import click
import numpy as np
from sklearn.linear_model import LogisticRegression
from tqdm import tqdm

from benchmarks.collections import SOURCES, Asked, Collection, Sort, collections
from index.build import build_index
from index.embed import SentenceTransformerEncoder
from index.settings import IndexSettings
from index.shelf import Shelf
from index.types import Encoder, Passage
from qa.engine import Engine
from qa.evaluation.measures.abstention import auroc
from qa.evaluation.measures.calibration import calibration_error
from qa.evaluation.memo import MemoEncoder
from qa.judge import CALIBRATION, Calibration, Features
from qa.types import Request

TOP = 3
UNSURE_KEEPS = 0.97
ANSWERED_WRONG = 0.2


@dataclass(frozen=True, slots=True)
class Row:
    """One passage that was returned for one question, and whether it answers."""

    source: str
    sort: Sort
    rank: int
    features: Features
    right: bool


def rows_of(collection: Collection, encoder: Encoder, folder: Path) -> list[Row]:
    """Indexes the collection as any other, asks, and labels the first ``TOP`` passages."""
    corpus = folder / "corpus.jsonl"
    documents = ({"id": i, "title": collection.titles[i], "text": t} for i, t in collection.texts.items())
    corpus.write_text("".join(json.dumps(document) + "\n" for document in documents), encoding="utf-8")
    settings = IndexSettings(index=str(folder / "index"), keep=1)
    build_index(corpus, settings, encoder)
    generation = Shelf(Path(settings.index)).open()
    engine = Engine(generation, encoder)
    ranked = engine.rank_many([Request(one.question, top_k=TOP) for one in collection.asked])
    passages = generation.contents.passages
    return [
        Row(collection.source, asked.sort, rank, examined.features, _right(asked, passages[examined.hit.passage]))
        for asked, one in zip(collection.asked, ranked, strict=True)
        for rank, examined in enumerate(one.examined, 1)
    ]


def _right(asked: Asked, passage: Passage) -> bool:
    return (
        asked.span is not None
        and passage.document == asked.document
        and asked.span.start < passage.end
        and passage.start < asked.span.end
    )


def fit(rows: Sequence[Row]) -> Calibration:
    """A logistic model in which every source weighs the same, and its two thresholds.

    ``answered``: the lowest confidence above which at most ``ANSWERED_WRONG`` are wrong.
    ``unsure``: the highest that still keeps ``UNSURE_KEEPS`` of the right first passages.
    """
    x = np.array([astuple(row.features) for row in rows])
    y = np.array([row.right for row in rows])
    counts = {source: sum(row.source == source for row in rows) for source in {row.source for row in rows}}
    weights = np.array([1 / counts[row.source] for row in rows]) * len(rows) / len(counts)
    model = LogisticRegression(C=10.0, max_iter=1000).fit(x, y, sample_weight=weights)
    plain = Calibration(float(model.intercept_[0]), tuple(map(float, model.coef_[0])), 0.5, 0.0)
    return Calibration(plain.intercept, plain.weights, *_thresholds(plain, rows))


def _thresholds(calibration: Calibration, rows: Sequence[Row]) -> tuple[float, float]:
    first = [(calibration.probability(row.features), row.right) for row in rows if row.rank == 1]
    first.sort(reverse=True)
    wrong = np.cumsum([not right for _, right in first]) / np.arange(1, len(first) + 1)
    kept = [confidence for (confidence, _), share in zip(first, wrong, strict=True) if share <= ANSWERED_WRONG]
    right = [confidence for confidence, is_right in first if is_right]
    return round(min(kept, default=0.9), 2), round(float(np.quantile(right, 1 - UNSURE_KEEPS)), 2)


@dataclass(frozen=True, slots=True)
class Trial:
    """How a calibration does on first passages of a source."""

    right_where_present: float
    error: float
    ranking: float
    apart: dict[Sort, float]
    wrong: float
    statuses: dict[Sort, tuple[float, float, float]]


def trial(calibration: Calibration, rows: Sequence[Row]) -> Trial:
    """Measured over the first passage of every question of ``rows``."""
    first = [row for row in rows if row.rank == 1]
    sure = np.array([calibration.probability(row.features) for row in first])
    right = np.array([row.right for row in first])
    of = {sort: np.array([row.sort is sort for row in first]) for sort in Sort}
    answered, kept = sure >= calibration.answered, sure >= calibration.unsure
    return Trial(
        right_where_present=float(right[of[Sort.PRESENT]].mean()),
        error=calibration_error(sure.tolist(), right.tolist()),
        ranking=auroc(sure[right].tolist(), sure[~right].tolist()),
        apart={s: auroc(sure[of[Sort.PRESENT]].tolist(), sure[of[s]].tolist()) for s in Sort if s is not Sort.PRESENT},
        wrong=float((~right[answered]).mean()),
        statuses={
            s: (
                float(answered[of[s]].mean()),
                float((kept & ~answered)[of[s]].mean()),
                float((~kept)[of[s]].mean()),
            )
            for s in Sort
        },
    )


def document(shipped: Calibration, trials: dict[str, Trial], questions: int) -> str:
    """``docs/confidence.md``."""
    names = [field.name for field in fields(Features)]
    weights = "\n".join(f"| `{n}` | {w:+.2f} |" for n, w in zip(names, shipped.weights, strict=True))
    head = " | ".join(f"AUROC: {sort}" for sort in Sort if sort is not Sort.PRESENT)
    lines = "\n".join(
        f"| {source} | {t.right_where_present:.3f} | {t.error:.3f} | {t.ranking:.3f} | "
        + " | ".join(f"{value:.3f}" for value in t.apart.values())
        + f" | {t.wrong:.3f} |"
        for source, t in trials.items()
    )
    statuses = "\n".join(
        f"| {source} | {sort} | " + " | ".join(f"{share:.2f}" for share in t.statuses[sort]) + " |"
        for source, t in trials.items()
        for sort in Sort
    )
    return TEMPLATE.format(
        questions=questions,
        answered=shipped.answered,
        unsure=shipped.unsure,
        wrong=ANSWERED_WRONG,
        kept=UNSURE_KEEPS,
        intercept=shipped.intercept,
        weights=weights,
        head=head,
        rule="|---" * (len(Sort) - 1),
        lines=lines,
        statuses=statuses,
    )


TEMPLATE = """# How sure: the confidence, and what it promises

*Written by `python -m benchmarks.calibrate ../shared/data`; do not edit by hand.*

`confidence`, and each passage's `score`, is the probability that the passage answers the
question. It comes from a logistic model over five features that mean the same in any
collection (`qa/judge.py`), fitted on {questions} questions put to small collections cut from open
data: paragraphs of Wikipedia (QED, QAMR), news (QAMR) and stories (FairytaleQA), of 1 to 1,000
documents. Six in ten questions are answered; of one in ten the answering sentence was taken out of
the collection, two in ten are about another document of the kind, and one in ten is an everyday
request (CLINC150). A passage is right when it shares text with the words that answer.

| feature | weight |
|---|---|
| (constant) | {intercept:+.2f} |
{weights}

`answered` from **{answered}** on: the lowest confidence above which at most {wrong:.0%} of the
first passages of the fitting questions were wrong. `not_found` below **{unsure}**: the highest that
still keeps {kept:.0%} of the right ones. Between them: `unsure`.

## On questions that were not fitted on

Each row is a source of questions left out of its own fit, the harshest test that these data allow:
another kind of text, other askers. "Error" is the expected calibration error; "right against
wrong" the AUROC of first passages; the next three columns the AUROC of answered questions against each sort
of unanswered ones; "wrong" the share of wrong first passages among those called `answered`.

| source left out | right first where present | error | right against wrong | {head} | wrong |
|---|---|---|---{rule}|---|
{lines}

The shares of `answered` / `unsure` / `not_found`:

| source left out | questions | answered | unsure | not found |
|---|---|---|---|---|
{statuses}

What this shows: everyday requests and questions about other documents are told apart well, and a
question whose one sentence is missing from a text that is otherwise about it is not. That takes a
reader, which this version does not have. The calibration is also looser on a kind of text
that it was not fitted on than within one.
"""


@click.command()
@click.argument("data", type=click.Path(path_type=Path, exists=True))
def main(data: Path) -> None:
    """Fit and document the confidence on DATA, the folder of open sets."""
    encoder = MemoEncoder(SentenceTransformerEncoder())
    rows: list[Row] = []
    for collection in tqdm(list(collections(data)), desc="collections"):
        with tempfile.TemporaryDirectory() as folder:
            rows += rows_of(collection, encoder, Path(folder))
    trials = {
        source: trial(fit([r for r in rows if r.source != source]), [r for r in rows if r.source == source])
        for source in SOURCES
    }
    shipped = fit(rows)
    CALIBRATION.write_text(json.dumps(_as_json(shipped), indent=2) + "\n", encoding="utf-8")
    text = document(shipped, trials, sum(row.rank == 1 for row in rows))
    Path("docs/confidence.md").write_text(text, encoding="utf-8")
    click.echo(text)


def _as_json(calibration: Calibration) -> dict[str, object]:
    weights = {field.name: round(w, 4) for field, w in zip(fields(Features), calibration.weights, strict=True)}
    return {
        "intercept": round(calibration.intercept, 4),
        "weights": weights,
        "answered": calibration.answered,
        "unsure": calibration.unsure,
    }


if __name__ == "__main__":
    main()
