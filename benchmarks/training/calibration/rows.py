"""The features of the first passages of every question of every collection, measured and kept."""

import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tqdm import tqdm

from benchmarks.indexing import index_documents
from benchmarks.splits import Part
from benchmarks.training.calibration.collections import (
    Collection,
    LabelledQuestion,
    QuestionKind,
    draw_collections,
)
from benchmarks.training.calibration.trial import LabelledWords, Row
from index.embedding import load_encoder
from index.types import Encoder, Span
from qa.answer.calibration import Calibration, Confidence, load_calibration
from qa.answer.evidence import Evidence
from qa.answer.words import COMPARED, WordsChoice, WordsFeatures, extract_words_features
from qa.engine import Engine
from qa.evaluation.ablation.memo import MemoEncoder
from qa.evaluation.measures.reading import are_right
from qa.ranking.features import Features
from qa.types import AnswerPassage, Mode, QuestionForm, Request

# As many as have a say in how sure the words are.
TOP = COMPARED
MODES: tuple[Mode, ...] = ("precise", "fast")
# Kept, so that the next fit embeds only what has changed.
INDEXES = Path("var/calibration/indexes")


@dataclass(frozen=True, slots=True)
class MeasuredRows:
    """Rows of the articles that are fitted on, and of those that are held out."""

    fitted: list[Row]
    held_out: list[Row]

    def of_part(self, part: Part) -> list[Row]:
        """Return the rows of one part."""
        return self.fitted if part is Part.FIT else self.held_out


@dataclass(frozen=True, slots=True)
class RecordedWords:
    """The words found in a first passage, and the sentence that would be shown instead."""

    features: WordsFeatures
    words: str
    sentence: Span


@dataclass(frozen=True)
class RecordingCalibration(Calibration):
    """A calibration that keeps the features of the passages of every question, and the words of the first one."""

    recorded: list[Sequence[Features]] = field(default_factory=list)
    recorded_words: list[RecordedWords | None] = field(default_factory=list)

    def calibrate(self, features: Sequence[Features]) -> Confidence:
        """Keep the features and return the confidence."""
        self.recorded.append(features)
        return super().calibrate(features)

    def calibrate_words(
        self, evidence: Sequence[Evidence], confidence: Confidence, form: QuestionForm
    ) -> WordsChoice | None:
        """Keep the words, whatever the status, and return what is shown."""
        found = None
        if evidence:
            features = extract_words_features(evidence, confidence.scores[0], form)
            found = RecordedWords(features, evidence[0].words, evidence[0].sentence)
        self.recorded_words.append(found)
        return super().calibrate_words(evidence, confidence, form)


def measure_rows(
    data: Path, reader: str, parts: Sequence[Part] = (Part.FIT, Part.HELD_OUT)
) -> dict[Mode, MeasuredRows]:
    """Ask the questions of every collection of these parts in each mode. Takes most of the time of a fit."""
    encoder = MemoEncoder(load_encoder())
    found = {mode: MeasuredRows([], []) for mode in MODES}
    for part in parts:
        for number, collection in enumerate(tqdm(list(draw_collections(data, part)), desc=part)):
            folder = INDEXES / part / f"{number:02d}-{collection.source}"
            for mode, rows in ask_collection(collection, encoder, reader, folder).items():
                found[mode].of_part(part).extend(rows)
    return found


def ask_collection(collection: Collection, encoder: Encoder, reader: str, folder: Path) -> dict[Mode, list[Row]]:
    """Index the collection like a user's, ask in each mode, and label the first ``TOP`` passages."""
    documents = ({"_id": i, "title": collection.titles[i], "text": t} for i, t in collection.texts.items())
    generation = index_documents(documents, encoder, folder)
    shipped = load_calibration()
    found: dict[Mode, list[Row]] = {}
    for mode in MODES:
        calibration = RecordingCalibration(shipped.read, shipped.unread, shipped.words)
        engine = Engine(generation, encoder, reader, calibration=calibration)
        answers = engine.ask_many([Request(one.text, top_k=TOP, mode=mode) for one in collection.questions])
        asked = zip(collection.questions, answers, calibration.recorded, calibration.recorded_words, strict=True)
        found[mode] = [
            Row(
                collection.source,
                question.kind,
                passage.rank,
                features,
                _answers_question(passage, Span(passage.start, passage.end), question),
                _label_words(passage, question, words) if words and passage.rank == 1 else None,
            )
            for question, answer, recorded, words in asked
            for passage, features in zip(answer.passages, recorded, strict=True)
        ]
    return found


def _label_words(passage: AnswerPassage, question: LabelledQuestion, words: RecordedWords) -> LabelledWords | None:
    """Return whether the words and their sentence answer; None if only the passage is known to."""
    if question.places and not question.answers:
        return None
    sentence = _answers_question(passage, words.sentence, question)
    # The accepted words may stand elsewhere, in a sentence that does not answer.
    return LabelledWords(words.features, sentence and are_right(words.words, question.answers, question.text), sentence)


def _answers_question(passage: AnswerPassage, span: Span, question: LabelledQuestion) -> bool:
    """Return whether a part of the passage answers, in its own document or in that of a copy."""
    same = [copy for copy in passage.copies if copy.identical]
    shifts = [(passage.document.id, 0), *((copy.document.id, copy.start - passage.start) for copy in same)]
    return any(
        document == question.document and Span(span.start + shift, span.end + shift).overlaps(place)
        for document, shift in shifts
        for place in question.places
    )


def write_rows(found: Mapping[Mode, MeasuredRows], path: Path) -> None:
    """Write one JSON line a row, compressed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8") as file:
        for mode, rows in found.items():
            for part in (Part.FIT, Part.HELD_OUT):
                file.writelines(
                    json.dumps({"mode": mode, "part": part} | asdict(row)) + "\n" for row in rows.of_part(part)
                )


def read_rows(path: Path) -> dict[Mode, MeasuredRows]:
    """Return what ``write_rows`` wrote."""
    found = {mode: MeasuredRows([], []) for mode in MODES}
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            cells = json.loads(line)
            found[cells.pop("mode")].of_part(Part(cells.pop("part"))).append(_parse_row(cells))
    return found


def _parse_row(cells: Mapping[str, Any]) -> Row:
    features, kind = Features(**cells["features"]), QuestionKind(cells["kind"])
    words = cells["words"]
    if words:
        words = LabelledWords(**words | {"features": WordsFeatures(**words["features"])})
    return Row(cells["source"], kind, cells["rank"], features, cells["right"], words)
