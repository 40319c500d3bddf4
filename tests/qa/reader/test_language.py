"""Which texts are in a language that the shipped reader reads; ``languages.jsonl`` has texts in 19 others."""

import gzip
import json
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from index.languages import LANGUAGES
from qa.messages import ENGLISH
from qa.reader.language import can_read
from qa.reader.reader import ABOUT, SHIPPED, TrainedReader
from qa.types import Reading
from tests.test_house import ROOT

TEXTS = [
    json.loads(line) for line in Path(__file__).with_name("languages.jsonl").read_text(encoding="utf-8").splitlines()
]
JUDGED = (ROOT / "tests" / "judgements" / "blame.jsonl", ROOT / "benchmarks/training/handbooks/questions.jsonl")
SHARED = ROOT.parent / "shared" / "data"
# Japanese and Chinese have no spaces, so that their questions have no five words to count.
UNSPACED = ("ja", "zh")


@pytest.fixture(scope="module")
def reader() -> TrainedReader:
    return TrainedReader()


@pytest.mark.parametrize("texts", TEXTS, ids=[texts["language"] for texts in TEXTS])
def test_another_language_is_recognised(reader: TrainedReader, texts: dict) -> None:
    """Each passage of two to four sentences, and all but one in thirty of the questions of five words or more."""
    assert [passage for passage in texts["passages"] if reader.reads(passage)] == []
    asked = [q for q in texts["questions"] if texts["language"] in UNSPACED or len(q.split()) >= 5]
    assert len(asked) >= 5
    assert [question for question in asked if reader.reads(question)][1:] == []


def test_all_languages_together_are_recognised(reader: TrainedReader) -> None:
    """97 of a hundred questions, short ones included."""
    questions = [question for texts in TEXTS for question in texts["questions"]]
    assert sum(not reader.reads(question) for question in questions) >= 0.97 * len(questions)


@pytest.mark.parametrize("path", JUDGED, ids=lambda path: path.parent.name)
def test_judged_english_questions_are_read(reader: TrainedReader, path: Path) -> None:
    """Plain, as keywords, with typos, in capitals, and with Japanese names: at most one in 400 is taken for foreign."""
    if not path.is_file():
        pytest.skip(f"{path.name} is not here")
    questions = [json.loads(line)["question"] for line in path.read_text(encoding="utf-8").splitlines()]
    foreign = [question for question in questions if not reader.reads(question)]
    assert len(foreign) <= len(questions) / 400, foreign


def shared_questions() -> Iterator[str]:
    for path in sorted(SHARED.glob("reading/*.jsonl.gz")) + sorted(SHARED.glob("*/queries.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            rows = (json.loads(line) for number, line in enumerate(lines) if number % 20 == 0)
            yield from (row.get("question") or row["text"] for row in rows)


@pytest.mark.slow
def test_questions_of_public_sets_are_read(reader: TrainedReader) -> None:
    """At most 0.2 % of the questions in 22 English sets are taken for another language."""
    questions = list(shared_questions())
    if not questions:
        pytest.skip("the shared data sets are not here")
    foreign = [question for question in questions if not reader.reads(question)]
    assert len(foreign) <= 0.002 * len(questions), foreign


@pytest.mark.parametrize(
    "text",
    [
        "Who wrote Les Misérables?",
        "Who directed La vita è bella?",
        'Who sang "La donna è mobile" first?',
        "What does the German word Weltschmerz mean?",
        "What is ネットスフィアエンジニア?",
        "ネットスフィアエンジニア collected volume",
        "Is the crème brûlée gluten free?",
        "Rio de Janeiro population",
        "Ludwig van Beethoven birth place",
        "Leonardo da Vinci death",
        "Deutsche Bahn delay compensation",
        "Hiroyuki Seshita",
        "Amélie",
        "WHO DIRECTED THE FILM",
        "hwo do i chnage my pasword",
        "netsphere",
        "refund policy",
        "die casting mold temperature",
        "who was in die another day",
        "NSE-9000-XR firmware 2.4.1",
        "ISO/IEC 27001:2022 Annex A",
        "TP53 KRAS BRAF mutation",
        "αβγ subunit of the GABA-A receptor",
        "pip install netsphere --upgrade",
        "SELECT * FROM orders WHERE id = 42",
        "def main(argv): return sys.exit(run(argv))",
        "| Fashion and Textiles | 14 January 2026 | 4 February | 2–6 March | 27 March |",
        "The Rue de la Paix and the Champs-Élysées were decorated by the city of Paris.",
        "42",
        "?",
        "😀",
        "",
        "\ud800 lone surrogate",
    ],
)
def test_english_names_keywords_and_code_are_read(reader: TrainedReader, text: str) -> None:
    """A text that is no sentence of another language gets the benefit of the doubt."""
    assert reader.reads(text)


@pytest.mark.parametrize(
    "text", ["ネットスフィアエンジニアとは?", "مرحبا", "Как сменить пароль в Google Chrome?", "中文"]
)
def test_another_script_is_another_language_however_short(reader: TrainedReader, text: str) -> None:
    """Without English words around it."""
    assert not reader.reads(text)


def test_the_shipped_reader_declares_english() -> None:
    """The page says so in words."""
    assert json.loads((SHIPPED / ABOUT).read_text(encoding="utf-8"))["languages"] == ["en"]
    assert "en" in LANGUAGES
    assert "English only" in ENGLISH("reason.unread_language")


def test_a_reader_that_declares_no_language_reads_all(tmp_path: Path) -> None:
    """Trained by ourselves without a list, or the user's own."""

    class Custom:
        name = "custom"

        def read(self, question: str, passages: Iterable[tuple[str, str]]) -> list[Reading]:
            return []

    shutil.copy(SHIPPED / "tokenizer.json", tmp_path)
    german = TEXTS[0]["passages"][0]
    assert TrainedReader(tmp_path).reads(german)
    assert can_read(Custom(), german)
    assert not can_read(TrainedReader(), german)
