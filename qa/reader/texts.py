"""The reader alone: questions read in texts that the caller has, of any length.

>>> from qa import read
>>> read("Who directed the film?", ["It is directed by Hiroyuki Seshita."])[0].text  # doctest: +SKIP
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from index.errors import UsageError
from index.types import Span
from qa.answer.span_borders import tidy_span
from qa.reader import SHIPPED, load_reader
from qa.reader.calibration import CALIBRATION, ReadingCalibration, load_reading_calibration
from qa.reader.language import can_read
from qa.reader.pairs import PairTokenizer
from qa.reader.reader import SHIPPED as SHIPPED_FOLDER
from qa.reader.reader import TrainedReader
from qa.reader.windows import split_into_windows
from qa.types import Reader, Reading, Request

# Words are given if the text is more likely to answer than not.
MIN_RELEVANCE = 0.5

# A text, or its title and the text.
Text = str | tuple[str, str]


@dataclass(frozen=True, slots=True)
class TextReading:
    """What the reader says of one given text: ``text == given[start:end]``, all None if nothing in it answers.

    ``confidence`` is the calibrated probability that these words answer, or would if they were given;
    ``relevance`` the one that the text answers at all.
    """

    text: str | None
    start: int | None
    end: int | None
    confidence: float
    relevance: float


def read(
    question: str, texts: Sequence[Text], *, reader: str | Reader = SHIPPED, min_relevance: float = MIN_RELEVANCE
) -> list[TextReading]:
    """Return for each text the words that answer the question, with their place in it and how certain they are.

    A text may have any length, and may be given as a pair of its title and itself: the reader sees the title, too.
    ``text`` of a reading is None if its ``relevance`` is below ``min_relevance``; with 0, the best words are always
    given, except words that answer nothing, such as "it", and in a language that the reader does not read. ``reader``
    is as in the settings. Raise QuestionError, UsageError or ModelError.
    """
    return read_many([(question, texts)], reader=reader, min_relevance=min_relevance)[0]


def read_many(
    questions: Sequence[tuple[str, Sequence[Text]]],
    *,
    reader: str | Reader = SHIPPED,
    min_relevance: float = MIN_RELEVANCE,
) -> list[list[TextReading]]:
    """Return the readings of many questions, each given with its texts, in order. See ``read``."""
    model = choose_reader(reader)
    calibration = load_reading_calibration(_find_calibration(model))
    return [
        [_build_reading(text, one, calibration, min_relevance) for text, one in zip(texts, readings, strict=True)]
        for (_, texts), readings in zip(questions, read_texts(model, questions), strict=True)
    ]


def _build_reading(given: Text, reading: Reading, calibration: ReadingCalibration, min_relevance: float) -> TextReading:
    text = given if isinstance(given, str) else given[1]
    if not text.strip():
        return TextReading(None, None, None, 0.0, 0.0)
    confidence, relevance = calibration.compute_confidence(reading)
    # The same borders as in an answer of the engine.
    span = tidy_span(text, reading.span) if reading.span and relevance >= min_relevance else None
    if span is None:
        return TextReading(None, None, None, confidence, relevance)
    return TextReading(text[span.start : span.end], span.start, span.end, confidence, relevance)


def choose_reader(reader: str | Reader) -> Reader:
    """Return the reader of this name. Raise UsageError for "none", ModelError if it cannot be loaded."""
    model = load_reader(reader) if isinstance(reader, str) else reader
    if model is None:
        raise UsageError(
            f"invalid value {reader!r} for reader: must be {SHIPPED!r}, or the folder or hub id of a model"
        )
    return model


def read_texts(reader: Reader, questions: Sequence[tuple[str, Sequence[Text]]]) -> list[list[Reading]]:
    """Return the logits of each text, with the span of its words in the whole text; questions are read in parallel.

    Of a long text they are those of the window whose words beat no answer by most (Alberti et al. 2019). Raise
    QuestionError.
    """
    tokenizer = reader.tokenizer if isinstance(reader, TrainedReader) else _load_shipped().tokenizer

    def read_one(given: tuple[str, Sequence[Text]]) -> list[Reading]:
        return _read_question(reader, tokenizer, *given)

    with ThreadPoolExecutor() as pool:
        return list(pool.map(read_one, questions))


def _read_question(reader: Reader, tokenizer: PairTokenizer, question: str, texts: Sequence[Text]) -> list[Reading]:
    if isinstance(texts, str):
        raise UsageError("texts is a string: give a list of texts, even for one")
    # The bounds of a question are those of a request.
    asked = Request(question).question.strip()
    passages = [("", text) if isinstance(text, str) else text for text in texts]
    windows = [split_into_windows(text, tokenizer.count_room(asked, title), tokenizer) for title, text in passages]
    pairs = [(p[0], p[1][s.start : s.end]) for p, spans in zip(passages, windows, strict=True) for s in spans]
    readings = iter(reader.read(asked, pairs))
    chosen = [_choose_window([(span, next(readings)) for span in spans]) for spans in windows]
    # What it points at in a language that it was not trained on is chance.
    texts_read = [can_read(reader, asked) and can_read(reader, text) for _, text in passages]
    return [one if read else replace(one, span=None) for one, read in zip(chosen, texts_read, strict=True)]


def _choose_window(found: Sequence[tuple[Span, Reading]]) -> Reading:
    """Return the best reading, its span moved to the text of the windows."""
    window, best = max(found, key=lambda item: item[1].answerable)
    span = best.span and Span(window.start + best.span.start, window.start + best.span.end)
    return Reading(best.relevance, best.answerable, span, best.margin)


def _find_calibration(reader: Reader) -> Path:
    """Return the folder of the calibration: the reader's own, or the shipped one if another model has none."""
    if isinstance(reader, TrainedReader):
        return reader.folder
    own = Path(reader.name)
    return own if (own / CALIBRATION).is_file() else SHIPPED_FOLDER


@cache
def _load_shipped() -> TrainedReader:
    return TrainedReader()
