"""Fits the confidence on open data: python -m benchmarks.training.calibration ../shared/data

Writes ``qa/answer/calibration.json`` and ``docs/confidence.md``. Nothing that is fitted on or measured was in
the reader's training, and every figure in the document is for articles and a source of questions that
the fit of its row has not seen.
"""

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import click
import numpy as np
from sklearn.linear_model import LogisticRegression
from tqdm import tqdm

from benchmarks.articles import SOURCES
from benchmarks.indexed import indexed
from benchmarks.splits import Part
from benchmarks.training.calibration.collections import Asked, Collection, collections
from benchmarks.training.calibration.document import document
from benchmarks.training.calibration.trial import Row, Trial, trial
from index.embedding import load_encoder
from index.types import Encoder, Passage
from qa.answer.calibration import CALIBRATION, Calibration
from qa.engine import Engine
from qa.evaluation.ablation.memo import MemoEncoder
from qa.reader import SHIPPED
from qa.types import Mode, Request

TOP = 3
UNSURE_KEEPS = 0.97
ANSWERED_WRONG = 0.1
MODES: Mapping[Mode, str] = {"precise": "read", "fast": "unread"}
"""Each mode's name in ``qa/answer/calibration.json``: the reader has read the first passages or not."""
FEATURES = {
    "read": ("unknown", "lead", "agreement", "relevance"),
    "unread": ("cosine", "coverage", "unknown", "lead", "agreement"),
}


def rows_of(collection: Collection, encoder: Encoder, reader: str, folder: Path) -> dict[Mode, list[Row]]:
    """Indexes the collection as any other, asks in each mode, and labels the first ``TOP`` passages."""
    documents = ({"_id": i, "title": collection.titles[i], "text": t} for i, t in collection.texts.items())
    generation = indexed(documents, encoder, folder)
    engine = Engine(generation, encoder, reader)
    passages = generation.contents.passages
    found: dict[Mode, list[Row]] = {}
    for mode in MODES:
        ranked = engine.rank_many([Request(one.question, top_k=TOP, mode=mode) for one in collection.asked])
        found[mode] = [
            Row(collection.source, asked.sort, rank, examined.features, _right(asked, passages[examined.hit.passage]))
            for asked, one in zip(collection.asked, ranked, strict=True)
            for rank, examined in enumerate(one.examined, 1)
        ]
    return found


def _right(asked: Asked, passage: Passage) -> bool:
    return (
        asked.span is not None
        and passage.document == asked.document
        and asked.span.start < passage.end
        and passage.start < asked.span.end
    )


def fit(rows: Sequence[Row], names: Sequence[str]) -> Calibration:
    """A logistic model in which every source weighs the same, and its two thresholds.

    ``answered``: the lowest confidence above which at most ``ANSWERED_WRONG`` are wrong.
    ``unsure``: the highest that still keeps ``UNSURE_KEEPS`` of the right first passages.
    """
    rows = [row for row in rows if all(getattr(row.features, name) is not None for name in names)]
    x = np.array([[getattr(row.features, name) for name in names] for row in rows])
    y = np.array([row.right for row in rows])
    counts = {source: sum(row.source == source for row in rows) for source in {row.source for row in rows}}
    weights = np.array([1 / counts[row.source] for row in rows]) * len(rows) / len(counts)
    model = LogisticRegression(C=10.0, max_iter=1000).fit(x, y, sample_weight=weights)
    fitted = {name: round(float(weight), 4) for name, weight in zip(names, model.coef_[0], strict=True)}
    plain = Calibration(round(float(model.intercept_[0]), 4), fitted, 0.5, 0.0)
    return Calibration(plain.intercept, plain.weights, *_thresholds(plain, rows))


def _thresholds(calibration: Calibration, rows: Sequence[Row]) -> tuple[float, float]:
    first = [(calibration.probability(row.features), row.right) for row in rows if row.rank == 1]
    first.sort(reverse=True)
    wrong = np.cumsum([not right for _, right in first]) / np.arange(1, len(first) + 1)
    kept = [confidence for (confidence, _), share in zip(first, wrong, strict=True) if share <= ANSWERED_WRONG]
    right = [confidence for confidence, is_right in first if is_right]
    return round(min(kept, default=0.9), 2), round(float(np.quantile(right, 1 - UNSURE_KEEPS)), 2)


@dataclass(frozen=True, slots=True)
class Measured:
    """Rows of the articles that are fitted on, and of those that are held out."""

    fitted: list[Row]
    held_out: list[Row]


def measured(data: Path, reader: str) -> dict[Mode, Measured]:
    """Every row of every collection."""
    encoder = MemoEncoder(load_encoder())
    found = {mode: Measured([], []) for mode in MODES}
    for part in (Part.FIT, Part.HELD_OUT):
        for collection in tqdm(list(collections(data, part)), desc=part):
            with tempfile.TemporaryDirectory() as folder:
                for mode, rows in rows_of(collection, encoder, reader, Path(folder)).items():
                    (found[mode].fitted if part is Part.FIT else found[mode].held_out).extend(rows)
    return found


def _without(source: str, fitted: Sequence[Row], held_out: Sequence[Row], names: Sequence[str]) -> Trial:
    """Fitted on the other sources, tried on this one."""
    calibration = fit([row for row in fitted if row.source != source], names)
    return trial(calibration, [row for row in held_out if row.source == source])


@click.command()
@click.argument("data", type=click.Path(path_type=Path, exists=True))
@click.option(
    "--reader", default=SHIPPED, show_default=True, help="fit for this reader instead: a model's folder or hub id"
)
def main(data: Path, reader: str) -> None:
    """Fit and document the confidence on DATA, the folder of open sets."""
    shipped, trials = {}, {}
    rows = measured(data, reader)
    for mode, name in MODES.items():
        fitted, held_out, names = rows[mode].fitted, rows[mode].held_out, FEATURES[name]
        shipped[mode] = fit(fitted, names)
        trials[mode] = {source: _without(source, fitted, held_out, names) for source in SOURCES}
    as_json = {MODES[mode]: asdict(calibration) for mode, calibration in shipped.items()}
    CALIBRATION.write_text(json.dumps(as_json, indent=2) + "\n", encoding="utf-8")
    text = document(shipped, trials, ANSWERED_WRONG, UNSURE_KEEPS)
    Path("docs/confidence.md").write_text(text, encoding="utf-8")
    click.echo(text)
