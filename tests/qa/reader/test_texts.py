"""The reader alone: ``from qa import read``."""

from collections.abc import Iterable
from pathlib import Path

import pytest

import qa.reader.texts as texts
from index.errors import ModelError, UsageError
from index.types import Span
from qa import TextReading, read, read_many
from qa.errors import QuestionError
from qa.logistic import LogisticModel
from qa.reader.calibration import CALIBRATION, ReadingCalibration, hash_weights, load_reading_calibration
from qa.reader.pairs import MAX_TOKENS
from qa.reader.reader import SHIPPED, TrainedReader
from qa.types import Reading

DIRECTED = "The film is directed by Hiroyuki Seshita."
RELEASED = "It was released in 2017."
QUESTION = "Who directed the film?"
# A page on another matter, of many windows.
TEA = " ".join(f"Tea number {n} is brewed at eighty degrees and left to stand for two minutes." for n in range(60))


class EchoReader:
    """Points at the first letters of each passage; the passages with "right" beat no answer by most."""

    name = "echo"

    def read(self, question: str, passages: Iterable[tuple[str, str]]) -> list[Reading]:
        return [Reading(9.0, 5.0 if "right" in text else -5.0, Span(0, 5), 2.0) for _, text in passages]


def test_the_words_are_given_with_their_place_and_two_probabilities() -> None:
    """As API.md shows it; the text that does not answer gives None."""
    right, wrong = read(QUESTION, [DIRECTED, RELEASED])
    assert right.text == "Hiroyuki Seshita"
    assert (right.start, right.end) == (24, 40)
    assert DIRECTED[right.start : right.end] == right.text
    assert 0.5 < right.confidence <= right.relevance <= 1
    assert (wrong.text, wrong.start, wrong.end) == (None, None, None)
    assert 0 <= wrong.confidence <= wrong.relevance < 0.5


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_long_text_is_read_to_its_end(place: int) -> None:
    """At the start, in the middle and at the end of a text of many windows the words are found, at their exact place."""
    cut = [0, TEA.index("Tea number 30"), len(TEA)][place]
    text = f"{TEA[:cut]} {DIRECTED} {TEA[cut:]}"
    assert len(text.split()) > 3 * MAX_TOKENS
    (found,) = read(QUESTION, [text])
    assert found.text == "Hiroyuki Seshita"
    assert found.start == text.index("Hiroyuki")
    assert found.relevance > 0.5


def test_the_window_is_the_one_whose_words_beat_no_answer_by_most() -> None:
    """Its span is moved to the whole text."""
    text = f"{TEA} This is right. {TEA}"
    (found,) = read(QUESTION, [text], reader=EchoReader())
    assert found.text == text[found.start : found.end]
    assert found.start is not None
    assert found.start <= text.index("right") < found.start + 1500


class DoubtfulReader:
    """Points at the first letters of a passage that it takes for irrelevant."""

    name = "doubtful"

    def read(self, question: str, passages: Iterable[tuple[str, str]]) -> list[Reading]:
        return [Reading(-9.0, -5.0, Span(0, 4), 2.0) for _ in passages]


class TornReader:
    """Points into the words that answer, as tokens are torn."""

    name = "torn"

    def read(self, question: str, passages: Iterable[tuple[str, str]]) -> list[Reading]:
        return [Reading(9.0, 5.0, Span(text.index("iroyuki"), text.index("ita.") + 4), 2.0) for _, text in passages]


def test_the_words_respect_the_text_as_in_an_answer() -> None:
    """Whole words, and not the full stop."""
    (found,) = read(QUESTION, [DIRECTED], reader=TornReader())
    assert (found.text, found.start, found.end) == ("Hiroyuki Seshita", 24, 40)


@pytest.mark.parametrize(
    ("question", "code", "words"),
    [
        ("Which command lists all files?", "$ ls -la /tmp  # lists all files", "ls -la /tmp"),
        ("Which function loads a path?", "def load(path):\n    return open(path).read()", None),
    ],
)
def test_code_is_read(question: str, code: str, words: str | None) -> None:
    """Its words are no prose of another language."""
    (found,) = read(question, [code], min_relevance=0)
    assert found.text is not None
    assert found.text in code
    assert words in (None, found.text)


def test_offsets_count_code_points_of_the_text_as_given() -> None:
    """White space, combining marks and letters beyond the first plane move nothing."""
    text = f"  🎬 Naïve e\u0301tude 映画\r\n\n{DIRECTED}\n"
    (found,) = read(QUESTION, [text])
    assert found.text == "Hiroyuki Seshita"
    assert text[found.start : found.end] == found.text


def test_a_title_is_read_too() -> None:
    """It tells what a text is about, and offsets are those of the text alone."""
    text = "It is directed by Hiroyuki Seshita."
    alone, titled = read("Who directed Blame?", [text, ("Blame! (film)", text)])
    assert titled.text == "Hiroyuki Seshita"
    assert titled.start == text.index("Hiroyuki")
    assert titled.relevance != alone.relevance


def test_with_no_least_relevance_the_best_words_are_always_given() -> None:
    """With one of more than 1, never; the probabilities stay."""
    released = "Toho released it."
    (default,) = read("When was it released?", [released], reader=DoubtfulReader())
    (forced,) = read("When was it released?", [released], reader=DoubtfulReader(), min_relevance=0)
    assert (default.text, forced.text) == (None, "Toho")
    assert (forced.confidence, forced.relevance) == (default.confidence, default.relevance)
    assert read(QUESTION, [DIRECTED], min_relevance=1.1)[0].text is None


def test_many_questions_are_read_as_each_alone() -> None:
    """In order, each with its own texts, also none."""
    asked = [(QUESTION, [DIRECTED, RELEASED]), ("When was it released?", [RELEASED]), ("Who?", [])]
    many = read_many(asked)
    assert [len(one) for one in many] == [2, 1, 0]
    assert [one.text for one in many[0]] == ["Hiroyuki Seshita", None]
    assert many[1][0].text is not None
    assert "2017" in many[1][0].text
    assert many[0] == read(QUESTION, [DIRECTED, RELEASED])


@pytest.mark.parametrize("text", ["\u00ad", "\x00", "…"])
def test_a_text_of_marks_answers_nothing(text: str) -> None:
    """It is no error."""
    (found,) = read(QUESTION, [text])
    assert found.text is None
    assert found.confidence <= found.relevance


def test_a_text_without_words_answers_nothing_whatever_the_reader_says() -> None:
    """Its probabilities are 0, even if the best words are wanted."""
    nothing = TextReading(None, None, None, 0.0, 0.0)
    assert read(QUESTION, ["", "  \n\t", ("Title", " ")], reader=EchoReader()) == [nothing] * 3
    assert read(QUESTION, [" "], reader=EchoReader(), min_relevance=0) == [nothing]


@pytest.mark.parametrize(
    ("question", "given", "words"),
    [
        ("  ", [DIRECTED], "the question is empty"),
        ("x" * 1001, [DIRECTED], "1,001 characters"),
        (QUESTION, DIRECTED, "give a list of texts"),
    ],
)
def test_wrong_use_is_told(question: str, given: list[str], words: str) -> None:
    """An empty or endless question, and a text where a list of texts belongs."""
    with pytest.raises(UsageError, match=words):
        read(question, given)
    assert issubclass(QuestionError, UsageError)


def test_there_must_be_a_reader(tmp_path: Path) -> None:
    """The reader "none" cannot read, and a trained one without its calibration has no probabilities."""
    with pytest.raises(UsageError, match="'none' for reader"):
        read(QUESTION, [DIRECTED], reader="none")
    bare = TrainedReader()
    bare.folder = tmp_path
    with pytest.raises(ModelError, match=r"training\.reader\.calibrate"):
        read(QUESTION, [DIRECTED], reader=bare)


def test_another_model_brings_its_own_calibration_or_takes_the_shipped_one(tmp_path: Path) -> None:
    """A folder with a calibration is believed."""
    reader = EchoReader()
    shared = read(QUESTION, ["right"], reader=reader)
    reader.name = str(tmp_path)
    fitted = '{"words": {"intercept": -9, "weights": {}}, "text": {"intercept": 9, "weights": {}}, "fitted_for": ""}'
    (tmp_path / CALIBRATION).write_text(fitted, encoding="utf-8")
    (own,) = read(QUESTION, ["right"], reader=reader)
    assert own.confidence == pytest.approx(0.000123, abs=1e-5)
    assert shared[0].confidence > 0.1


def test_words_are_never_surer_than_their_text() -> None:
    """And no words have no confidence, however extreme the logits."""
    sure, doubtful = LogisticModel(1000.0, {}), LogisticModel(0.0, {"relevance": 1.0})
    calibration = ReadingCalibration(sure, doubtful, "")
    assert calibration.compute_confidence(Reading(0.0, 0.0, Span(0, 1))) == (0.5, 0.5)
    assert calibration.compute_confidence(Reading(-1e9, 0.0, None)) == (0.0, pytest.approx(0.0, abs=1e-9))


def test_the_shipped_calibration_was_fitted_for_the_shipped_weights() -> None:
    """Who ships another reader fits it again: python -m benchmarks.training.reader.calibrate ../shared/data."""
    assert load_reading_calibration(SHIPPED).fitted_for == hash_weights(SHIPPED)
    assert texts.MIN_RELEVANCE == 0.5


def test_in_another_language_no_words_are_given() -> None:
    """Neither from a text nor to a question that the reader does not read, whatever relevance is asked for."""
    german = "Der Film wurde von Hiroyuki Seshita gedreht und kam im Mai in die Kinos."
    answers = read(QUESTION, [german, DIRECTED], min_relevance=0)
    assert [answer.text for answer in answers] == [None, "Hiroyuki Seshita"]
    assert read("Wer hat bei diesem Film Regie geführt?", [german, DIRECTED], min_relevance=0)[1].text is None
    assert read("Wer hat bei diesem Film Regie geführt?", [german], reader=EchoReader())[0].text == "Der Film"
