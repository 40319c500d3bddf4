"""What rows and collections share is computed once."""

from collections.abc import Iterable, Iterator

from qa.evaluation.ablation.memo import MemoEncoder, MemoReader
from qa.types import Reading
from tests.doubles import WordEncoder


class Counts:
    """A reader that remembers what it was given."""

    name = "counts"

    def __init__(self) -> None:
        self.read_so_far: list[tuple[str, str]] = []

    def read(self, question: str, passages: Iterable[tuple[str, str]]) -> Iterator[Reading]:
        for passage in passages:
            self.read_so_far.append(passage)
            yield Reading(float(len(question)), float(len(passage[1])), None)


def test_a_pair_is_read_once_and_its_reading_stays_in_its_place() -> None:
    """Another question is another pair, as is another heading over the same words."""
    inner = Counts()
    memo = MemoReader(inner)
    assert [r.answerable for r in memo.read("Who?", [("", "a"), ("", "bb"), ("", "a")])] == [1.0, 2.0, 1.0]
    assert [r.answerable for r in memo.read("Who?", [("", "bb"), ("", "ccc")])] == [2.0, 3.0]
    assert inner.read_so_far == [("", "a"), ("", "bb"), ("", "ccc")]
    assert next(memo.read("When?", [("", "a")])).relevance == 5.0
    assert next(memo.read("Who?", [("Film", "a")])).answerable == 1.0
    assert len(inner.read_so_far) == 5


def test_a_reader_that_takes_passages_ahead_gets_each_once() -> None:
    """Also if the same passage comes again before it has been read."""

    class TakesAll(Counts):
        def read(self, question: str, passages: Iterable[tuple[str, str]]) -> Iterator[Reading]:
            return super().read(question, list(passages))

    inner = TakesAll()
    readings = MemoReader(inner).read("Who?", [("", "a"), ("", "bb"), ("", "a"), ("", "ccc")])
    assert [reading.answerable for reading in readings] == [1.0, 2.0, 1.0, 3.0]
    assert inner.read_so_far == [("", "a"), ("", "bb"), ("", "ccc")]


def test_the_languages_are_those_of_the_reader() -> None:
    """A reader that declares none reads all."""

    class NotGerman(Counts):
        def reads(self, text: str) -> bool:
            return text != "nein"

    assert MemoReader(Counts()).reads("nein")
    assert not MemoReader(NotGerman()).reads("nein")
    assert MemoReader(NotGerman()).reads("no")


def test_a_text_is_encoded_once_and_as_the_model_does() -> None:
    """Whatever else it is asked for with."""
    inner = WordEncoder()
    memo = MemoEncoder(inner)
    first = memo.encode_passages(["one cat", "two dogs"])
    again = memo.encode_passages(["two dogs", "three birds", "one cat"])
    assert sorted(inner.encoded) == ["one cat", "three birds", "two dogs"]
    assert (again.vectors[2] == first.vectors[0]).all()
    assert memo.count_tokens(["one cat"]) == [4]
