"""Copies of documents, from the index to the answer, with the real model."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from index.build.pipeline import build_index
from index.generation.directory import IndexDirectory
from index.generation.generation import Generation
from index.settings import IndexSettings
from index.types import Encoder
from qa.answer.serialize import answer_json
from qa.answer.terminal import print_answer
from qa.engine import Engine
from qa.evaluation.known_item import evaluate_known_items
from qa.reader import load_reader
from qa.types import MAX_COPIES, Reading, Request
from tests.conftest import SEEDS

# Of two passages that match equally well, the last digits decide which comes first, so none of these has such.
QUESTIONS = (
    "Who directed the film?",
    "Who is Tsutomu Nihei?",
    "When was the manga released on DVD?",
    "Harvey Award",
)
TEXT = (SEEDS / "blame.txt").read_text(encoding="utf-8")
NOTE = "Return the form to the office within five days."
Build = Callable[[Mapping[str, str]], Engine]


class CountingReader:
    """The shipped reader; counts the texts that it reads."""

    name = "counting"

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._reader = load_reader("shipped")

    def read(self, question: str, passages: Iterable[tuple[str, str]]) -> Iterable[Reading]:
        given = list(passages)
        self.texts += [text for _, text in given]
        return self._reader.read(question, given)


def index_texts(folder: Path, encoder: Encoder, texts: Mapping[str, str]) -> Generation:
    """Index texts by their ids; the title is the id without its number."""
    rows = [{"_id": name, "title": name.rstrip("0123456789"), "text": text} for name, text in texts.items()]
    (folder / "all.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    build_index(folder / "all.jsonl", IndexSettings(index=str(folder / "index")), encoder)
    return IndexDirectory(folder / "index").open_current()


@pytest.fixture(scope="module")
def build(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Return a function that opens an engine over texts."""

    def build_texts(texts: Mapping[str, str], reader: object = "shipped") -> Engine:
        return Engine(index_texts(tmp_path_factory.mktemp("copies"), encoder, texts), encoder, reader)

    return build_texts


@pytest.fixture(scope="module")
def one(build: Build) -> Engine:
    return build({"blame0": TEXT})


@pytest.fixture(scope="module")
def five(build: Build) -> Engine:
    return build({f"blame{n}": TEXT for n in range(5)})


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("mode", ["fast", "precise"])
def test_five_copies_are_answered_like_one(one: Engine, five: Engine, question: str, mode: str) -> None:
    """The same words and status, the same passages first, and about the same confidence."""
    alone, answer = (engine.ask(Request(question, mode=mode)) for engine in (one, five))
    assert (answer.status, answer.answer) == (alone.status, replace(alone.answer, confidence=answer.answer.confidence))
    assert answer.confidence == pytest.approx(alone.confidence, abs=0.03)
    assert answer.answer.confidence == pytest.approx(alone.answer.confidence, abs=0.03)
    # Words are a little rarer in five copies than in one, which may exchange passages that hardly match.
    assert [passage.id for passage in answer.passages[:3]] == [passage.id for passage in alone.passages[:3]]
    assert len({passage.text for passage in answer.passages}) == 5


def test_the_copies_are_listed(five: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    """Each with its place, where the document has exactly that text; on the terminal too."""
    answer = five.ask("Who directed the film?")
    for passage in answer.passages:
        assert [copy.document.id for copy in passage.copies] == ["blame1", "blame2", "blame3", "blame4"]
        assert passage.copies_total == 4
        for copy in passage.copies:
            assert (copy.id, copy.document.title) == (f"{copy.document.id}#{copy.start}-{copy.end}", "blame")
            assert five.catalog.get_document(copy.document.id).text[copy.start : copy.end] == passage.text
    shown = answer_json(answer)["passages"][0]
    assert shown["copies"][0]["document"]["id"] == "blame1"
    assert shown["copies_total"] == 4
    print_answer(answer)
    assert "also in 4 other documents: blame1#" in capsys.readouterr().out


def test_a_filter_hides_copies_and_finds_those_that_it_allows(five: Engine) -> None:
    """What is outside is neither shown nor listed nor counted."""
    answer = five.ask(Request("Who directed the film?", documents=("blame3", "blame4")))
    assert answer.answer.text == "Hiroyuki Seshita"
    for passage in answer.passages:
        assert passage.document.id == "blame3"
        assert [copy.document.id for copy in passage.copies] == ["blame4"]
    alone = five.ask(Request("Who directed the film?", documents=("blame4",)))
    assert {passage.document.id for passage in alone.passages} == {"blame4"}
    assert {passage.copies_total for passage in alone.passages} == {0}


def test_the_list_has_distinct_texts_however_many_copies_there_are(build: Build) -> None:
    """Ninety copies of the best passage leave room for the others; the first fifty are listed, all are counted."""
    texts = {f"note{n}": NOTE for n in range(90)} | {
        f"other{n}": f"The form of {name} has {n + 2} pages." for n, name in enumerate("abcdefgh")
    }
    reader = CountingReader()
    answer = build(texts, reader).ask("When must I return the form to the office?")
    assert answer.passages[0].text == NOTE
    assert answer.passages[0].document.id == "note0"
    assert len({passage.text for passage in answer.passages}) == 5
    assert (len(answer.passages[0].copies), answer.passages[0].copies_total) == (MAX_COPIES, 89)
    assert len(reader.texts) == len(set(reader.texts))


def test_a_text_that_one_document_repeats_is_one_passage(build: Build) -> None:
    """A note under every section, as in a manual."""
    sections = [f"# Part {name}\n\nOpen the {name} lid.\n\n{NOTE}\n\n" for name in ("red", "blue", "green")]
    answer = build({"manual": "".join(sections), "form": NOTE}).ask("When must I return the form to the office?")
    texts = [" ".join(passage.text.casefold().split()) for passage in answer.passages]
    assert len(set(texts)) == len(texts)


def test_a_passage_that_is_returned_as_a_copy_is_not_lost(encoder: Encoder, tmp_path: Path) -> None:
    """The known-item evaluation, which returns ten passages, finds each of a dozen copies by the one that is shown."""
    texts = {f"note{n}": NOTE for n in range(12)} | {"menu": "Soup, bread and cheese are served at noon."}
    generation = index_texts(tmp_path, encoder, texts)
    assert evaluate_known_items(generation, Engine(generation, encoder, "none")).lost == ()


def test_a_title_that_the_question_names_chooses_the_copy(build: Build) -> None:
    """The rules are the same for both; the one that was asked for is quoted."""
    rules = "Visitors must sign the book at the gate. Dogs are kept on a lead."
    engine = build({"Alder Park": rules, "Willow Park": rules, "Menu": "Soup, bread and cheese are served at noon."})
    for name in ("Alder Park", "Willow Park"):
        assert engine.ask(f"Where do visitors of {name} sign?").passages[0].document.id == name
