"""Fits the confidence of the reader alone: python -m benchmarks.training.reader.calibrate ../shared/data

Writes ``calibration.json`` into the reader's folder, and with ``--check`` prints how well it holds on held-out
articles. To be run for every new reader: five minutes on two cores that do nothing else. Questions are those of the
open reading sets about articles of the part ``fit``, which no reader is trained on.
"""

import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from benchmarks.articles import MIN_GAP_CHARS, remove_answer
from benchmarks.open_sets import ReadingQuestion, load_questions
from benchmarks.splits import Part
from qa.evaluation.measures.confidence import auroc, calibration_error
from qa.evaluation.measures.reading import are_right, normalize_answer
from qa.logistic import LogisticModel
from qa.reader import SHIPPED, load_reader
from qa.reader.calibration import CALIBRATION, ReadingCalibration, hash_weights
from qa.reader.reader import TrainedReader
from qa.reader.texts import read_texts
from qa.types import Reader, Reading

WORDS, TEXT = ("relevance", "answerable", "margin"), ("relevance", "answerable")
# Spans of these are wrong too often to tell a reader's mistakes by (see the README of the data).
NOISY = ("qamr", "qadiscourse")
# Of each set, so that none takes most of the time; all have the same weight.
MAX_QUESTIONS = 300


class PairKind(StrEnum):
    """Why a text answers a question, or does not."""

    ANSWERS = "answers"
    NEAR_MISS = "written to look answerable"
    REMOVED = "answering sentence removed"
    SAME_ARTICLE = "another text of the article"
    OTHER = "another text of the set"


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A question and a text, with the words in it that answer."""

    source: str
    kind: PairKind
    question: str
    title: str
    text: str
    answers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LabelledReading:
    """What the reader says of a labelled text, and whether its words are right."""

    given: LabelledText
    reading: Reading
    right: bool

    @property
    def answers(self) -> bool:
        """Whether the text answers."""
        return self.given.kind is PairKind.ANSWERS


def draw_texts(questions: Sequence[ReadingQuestion], most: int = MAX_QUESTIONS) -> list[LabelledText]:
    """Draw questions of each set: with their texts, with other texts, and those that their texts do not answer."""
    chance = random.Random(0)
    found: list[LabelledText] = []
    for source in dict.fromkeys(one.source for one in questions):
        asked = [one for one in questions if one.source == source]
        answered = [one for one in asked if one.answers]
        missed = [one for one in asked if not one.relevant]
        for one in chance.sample(answered, min(most, len(answered))):
            found.append(LabelledText(source, PairKind.ANSWERS, one.question, one.title, one.context, one.words))
            found += _draw_wrong(one, asked, chance)
        found += [
            LabelledText(source, PairKind.NEAR_MISS, one.question, one.title, one.context)
            for one in chance.sample(missed, min(most, len(missed)))
        ]
    return found


def _draw_wrong(
    one: ReadingQuestion, asked: Sequence[ReadingQuestion], chance: random.Random
) -> Iterator[LabelledText]:
    """Yield a text that does not have the answer, if the draw finds one."""
    kind = chance.choice((PairKind.REMOVED, PairKind.SAME_ARTICLE, PairKind.OTHER))
    if kind is PairKind.REMOVED:
        title, text = one.title, remove_answer(one.context, one.answers[0])
        has_text = len(text) >= MIN_GAP_CHARS
    else:
        same = kind is PairKind.SAME_ARTICLE
        others = [o for o in asked if o.context != one.context and (not same or o.article == one.article)]
        other = chance.choice(others) if others else one
        title, text, has_text = other.title, other.context, bool(others)
    words = f" {normalize_answer(text)} "
    if has_text and not any(f" {normalize_answer(answer)} " in words for answer in one.words):
        yield LabelledText(one.source, kind, one.question, title, text)


def read_labelled(reader: Reader, texts: Sequence[LabelledText]) -> list[LabelledReading]:
    """Read every text, and compare the words with those that answer."""
    found = read_texts(reader, [(one.question, [(one.title, one.text)]) for one in texts])
    return [
        LabelledReading(one, reading, are_right(_cut_words(one.text, reading), one.answers, one.question))
        for one, (reading,) in zip(texts, found, strict=True)
    ]


def _cut_words(text: str, reading: Reading) -> str | None:
    return text[reading.span.start : reading.span.end] if reading.span else None


def fit_calibration(rows: Sequence[LabelledReading], fitted_for: str) -> ReadingCalibration:
    """Fit both models; the noisy sets teach only which texts answer."""
    clean = [row for row in rows if row.given.source not in NOISY]
    words = _fit_model(clean, [row.right for row in clean], WORDS)
    return ReadingCalibration(words, _fit_model(rows, [row.answers for row in rows], TEXT), fitted_for)


def _fit_model(rows: Sequence[LabelledReading], truth: Sequence[bool], names: Sequence[str]) -> LogisticModel:
    x = np.array([[getattr(row.reading, name) for name in names] for row in rows])
    model = LogisticRegression(C=10.0, max_iter=1000).fit(x, truth, sample_weight=weigh_rows(rows))
    weights = {name: round(float(weight), 4) for name, weight in zip(names, model.coef_[0], strict=True)}
    return LogisticModel(round(float(model.intercept_[0]), 4), weights)


def weigh_rows(rows: Sequence[LabelledReading]) -> NDArray[np.float64]:
    """Return weights by which every set counts alike, in it half are texts that answer, and the other kinds alike."""
    counts = Counter((row.given.source, row.given.kind) for row in rows)
    kinds: defaultdict[str, int] = defaultdict(int)
    for source, kind in counts:
        kinds[source] += kind is not PairKind.ANSWERS
    shares = [0.5 if row.answers else 0.5 / kinds[row.given.source] for row in rows]
    found = np.array(
        [share / counts[row.given.source, row.given.kind] for share, row in zip(shares, rows, strict=True)]
    )
    return np.asarray(found * len(rows) / found.sum())


def describe_fit(calibration: ReadingCalibration, rows: Sequence[LabelledReading]) -> str:
    """Return a table of the calibration's errors on each set, for the terminal."""
    lines = [f"{'':24} {'texts':>6} {'right':>6} {'ECE words':>10} {'ECE texts':>10} {'AUROC words':>12} {'texts':>6}"]
    for source in dict.fromkeys(row.given.source for row in rows):
        some = [row for row in rows if row.given.source == source]
        pairs = np.array([calibration.compute_confidence(row.reading) for row in some])
        right, answers = (np.array(flags) for flags in ([r.right for r in some], [r.answers for r in some]))
        errors = calibration_error(pairs[:, 0], right), calibration_error(pairs[:, 1], answers)
        areas = auroc(pairs[right, 0], pairs[~right, 0]), auroc(pairs[answers, 1], pairs[~answers, 1])
        shown = f"{errors[0]:10.3f} {errors[1]:10.3f} {areas[0]:12.3f} {areas[1]:6.3f}"
        lines.append(f"{source:24} {len(some):6,} {right.mean():6.2f} {shown}")
    return "\n".join(lines)


@click.command()
@click.argument("data", type=click.Path(path_type=Path, exists=True))
@click.option("--reader", default=SHIPPED, show_default=True, help="shipped, large, or the folder of a reader.")
@click.option("--most", type=int, default=MAX_QUESTIONS, show_default=True, help="Questions of each source and kind.")
@click.option("--check", is_flag=True, help="Try the fit on held-out articles, which takes as long again.")
def main(data: Path, reader: str, most: int, check: bool) -> None:
    """Fit the confidence of a reader on DATA, the folder of open sets."""
    model = load_reader(reader)
    if not isinstance(model, TrainedReader):
        raise click.UsageError(f"{reader} has no calibration of its own: name shipped, large, or a folder of that form")
    rows = read_labelled(model, draw_texts(load_questions(data)[Part.FIT], most))
    calibration = fit_calibration(rows, hash_weights(model.folder))
    click.echo(f"wrote {write_calibration(calibration, model.folder)}")
    if check:
        rows = read_labelled(model, draw_texts(load_questions(data)[Part.HELD_OUT], most))
        click.echo(describe_fit(calibration, rows))


def write_calibration(calibration: ReadingCalibration, folder: Path) -> Path:
    """Write the calibration into the folder of its reader, and return its file."""
    path = folder / CALIBRATION
    path.write_text(json.dumps(asdict(calibration), indent=1) + "\n", encoding="utf-8")
    return path


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.training.reader.calibrate")
