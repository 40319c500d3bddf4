"""The office files: they are written and read the same every time, and every question points at one place in them."""

from collections import Counter
from pathlib import Path

import pytest

from benchmarks.office.collection import (
    FOLDER,
    describe_counts,
    find_quote,
    load_collection,
    make_judgements,
    read_questions,
    write_files,
)
from benchmarks.office.report import KINDS, write_page
from benchmarks.office.sources import Block
from benchmarks.office.writers import to_cell
from index.types import Span
from qa.evaluation.measures import score_replies, summarise_outcomes
from qa.evaluation.types import NO_REPLY, GoldEvidence, Judgement, Run, RunDescription

CARD = FOLDER / "README.md"


def test_every_file_is_read_with_its_title() -> None:
    """No parser refuses one, and each format is there."""
    documents = load_collection()
    assert len(documents) >= 20
    formats = Counter(Path(name).suffix for name in documents)
    assert formats.keys() == {".docx", ".eml", ".epub", ".pptx", ".xlsx"}
    assert all(document.text and document.title for document in documents.values())
    assert sum("/" in name for name in documents) == 3


def test_the_files_are_the_same_in_every_run(tmp_path: Path) -> None:
    """So that what is measured is the same, too."""
    for name in ("a", "b"):
        write_files(tmp_path / name)
    first, second = ({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("a", "b"))
    assert first == second


def test_every_quote_is_found_once() -> None:
    """Offsets are those of the text; an acceptable answer is in what is quoted; what is absent has a near miss."""
    for judgement in make_judgements():
        places = [*judgement["evidence"], *judgement.get("near", ())]
        assert places, judgement["id"]
        for place in places:
            assert load_collection()[place["document"]].text[place["start"] : place["end"]] == place["quote"]
        assert bool(judgement["evidence"]) == bool(judgement["answers"]), judgement["id"]
        if judgement["evidence"]:
            quoted = " ".join(place["quote"] for place in judgement["evidence"])
            assert any(words in quoted for words in judgement["answers"]), judgement["id"]


def test_the_set_is_varied() -> None:
    """At least 60 questions, 12 of them unanswerable; each kind of file and most documents are asked about."""
    questions = read_questions()
    assert len({question["id"] for question in questions}) == len(questions) >= 60
    assert len({question["question"] for question in questions}) == len(questions)
    assert sum(not question["evidence"] for question in questions) >= 12
    assert {question["kind"] for question in questions} == KINDS.keys()
    asked = {place["document"] for question in questions for place in question["evidence"]}
    assert asked == load_collection().keys()


def test_a_description_of_two_places_is_refused() -> None:
    """The message says how many there are."""
    with pytest.raises(ValueError, match=r"staff\.xlsx has 2 places with \['Marlow', 'Number'\], not one"):
        find_quote({"document": "staff.xlsx", "row": ["Marlow", "Number"]})


@pytest.mark.parametrize(
    ("text", "value", "form"),
    [
        ("1,200.00 EUR", 1200.0, '#,##0.00 "EUR"'),
        ("405", 405, "0"),
        ("+3.8 %", 0.038, "+0.0 %;-0.0 %;0.0 %"),
        ("0555 2200", "0555 2200", "General"),
        ("A-04", "A-04", "General"),
    ],
)
def test_a_cell_of_a_sheet_has_a_number_if_it_shows_one(text: str, value: object, form: str) -> None:
    """As a person would type it."""
    found, shown = to_cell(text)
    assert found == (pytest.approx(value) if isinstance(value, float) else value)
    assert shown == form


def test_a_table_is_read_cell_by_cell() -> None:
    """Without the marks of its source."""
    assert Block("table", ("| a | b c |", "| 1 |  |")).rows == [["a", "b c"], ["1", ""]]


def test_the_page_lists_what_goes_wrong(tmp_path: Path) -> None:
    """A system that finds nothing is right about what is absent, and wrong about the rest."""
    judgements = []
    for row in make_judgements():
        evidence = tuple(
            GoldEvidence(one["document"], Span(one["start"], one["end"]), one["quote"]) for one in row["evidence"]
        )
        judgements.append(
            Judgement(
                row["id"],
                row["question"],
                evidence=evidence,
                documents={one.document: 1 for one in evidence},
                answers=tuple(row["answers"]),
                kind=row["kind"],
                form=row["form"],
            )
        )
    outcomes = score_replies([(judgement, NO_REPLY) for judgement in judgements])
    about = RunDescription("office", "", "", "precise", 50, "0123456789abcdef shipped")
    page = tmp_path / "office.md"
    write_page(page, [Run(about, outcomes, summarise_outcomes(outcomes))], 25)
    text = page.read_text(encoding="utf-8")
    answerable = sum(judgement.answerable for judgement in judgements)
    assert text.count("passage, called not found") == answerable
    assert "not refused" not in text
    assert "0123456789abcdef" in text


def test_the_data_card_counts_what_is_there(request: pytest.FixtureRequest) -> None:
    """Its numbers are those of the files; ``--write`` writes them."""
    text = CARD.read_text(encoding="utf-8")
    before, begin, rest = text.partition("<!-- counts: begin -->\n")
    _, end, after = rest.partition("<!-- counts: end -->")
    written = f"{before}{begin}{describe_counts()}\n{end}{after}"
    if request.config.getoption("--write"):
        CARD.write_text(written, encoding="utf-8")
        return
    assert text == written
