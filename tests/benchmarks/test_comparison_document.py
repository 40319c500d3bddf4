"""What the comparison with peers writes, and how its program is used."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.comparison import __main__ as program
from benchmarks.comparison.document import render, write_document
from benchmarks.comparison.peers import ROOT
from benchmarks.comparison.results import CollectionResult, Comparison, PeerResult
from benchmarks.comparison.run import shorten
from qa.evaluation.types import Interval


def make_comparison() -> Comparison:
    """Return a comparison of one peer that ran, and one that did not."""
    scores = {"right first": Interval(0.5, 0.4, 0.6, 10), "characters of the first": Interval(500, 400, 600, 10)}
    ran = PeerResult(
        "A", ["a==1"], "", "Python 3.11.7", 2100.0, 754.0, {"seed": CollectionResult(scores, 0.0123, 541.2, 1.5)}
    )
    failed = PeerResult("B", ["b==2"], "a model", failed="LocalEntryNotFoundError: offline")
    return Comparison("a" * 64, "2026-11-27", {"seed": {"documents": 1, "questions": 10, "absent": 4}}, [ran, failed])


def test_rows_show_what_was_measured_and_why_not() -> None:
    """A measure that a peer does not have is a dash; a peer that failed is below, with its reason."""
    text = render(make_comparison())
    assert "| A | 0.50 [0.40, 0.60] | – | – | – | – | – | – |" in text
    assert "| A | 12.3 | 541 | 1.50 | 500 |" in text
    assert "| `a==1` | Python 3.11.7 | 2,100 | 754 |" in text
    assert "* B (b==2): `LocalEntryNotFoundError: offline`. It needs a model." in text
    assert "1 documents, 10 questions, 4 of which" in text


def test_what_was_measured_is_read_back_and_added_to(tmp_path: Path) -> None:
    """A row that is measured again takes its old place."""
    comparison = make_comparison()
    comparison.write(tmp_path)
    assert Comparison.read(tmp_path) == comparison
    again = comparison.add(PeerResult("A", ["a==2"], failed="no"))
    assert [peer.failed for peer in again.peers] == ["no", "LocalEntryNotFoundError: offline"]
    assert [peer.title for peer in comparison.add(PeerResult("C", [])).peers] == ["A", "B", "C"]


def test_the_document_keeps_what_a_person_wrote(tmp_path: Path) -> None:
    """Only the measured section is replaced, and it names the program that was measured."""
    (tmp_path / "comparison.md").write_text("# Comparison\n", encoding="utf-8")
    for _ in range(2):
        write_document(make_comparison(), tmp_path)
    page = (tmp_path / "comparison.md").read_text(encoding="utf-8")
    assert page.startswith("# Comparison\n")
    assert page.count("## The same questions put to each") == 1
    assert f"measured with the program {'a' * 64}" in page


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--questions", "3"], "give --out another folder than docs"),
        (["--peer", "nobody"], "invalid value 'nobody' for --peer: must be one of netsphere, recipe"),
    ],
)
def test_wrong_use_is_refused(arguments: list[str], words: str) -> None:
    """A trial never becomes the document, and a peer must be known."""
    done = CliRunner().invoke(program.main, ["data", *arguments])
    assert done.exit_code == 2
    assert words in " ".join(done.output.replace("│", " ").split())


def test_a_long_reason_is_cut_at_a_word() -> None:
    """On one line."""
    assert shorten("one\n two") == "one two"
    assert shorten("word " * 100).endswith("word …")


def test_every_note_of_the_table_is_explained() -> None:
    """Each number in the table of features leads to a file, and each file is led to."""
    text = (ROOT / "docs" / "comparison.md").read_text(encoding="utf-8")
    table = text.partition("| | Netsphere |")[2].partition("\n\n")[0]
    used = {
        int(word)
        for row in table.splitlines()
        for word in row.replace("|", " ").replace("*", " ").split()
        if word.isdigit()
    }
    listed = {int(line.partition(".")[0]) for line in text.splitlines() if line.partition(". ")[0].isdigit()}
    assert used - {2} - listed == set()
    assert listed - used == set()
