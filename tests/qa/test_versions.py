"""Two versions of a page of a handbook, from files with front matter to the answer, with the real model."""

import pytest

from index.build.pipeline import build_index
from index.generation.directory import IndexDirectory
from index.generation.metadata_filter import MetadataFilter
from index.settings import IndexSettings
from index.types import Encoder
from qa.answer.terminal import print_answer
from qa.engine import Engine
from qa.types import Answer, Request

PAGE = """---
title: Travel expenses
date: {date}
tags: [travel]
---

# Travel expenses

## Scope

These rules hold for all journeys that employees of the company make in its name, whatever their length, and for those of
guests whom the company has invited in writing.

## Daily allowance

The daily allowance for a journey in France is {allowance} EUR. It is paid with the salary of the following month, and
nothing is paid for days on which the host provides all meals.

## Hotels

Hotels are booked by the travel desk. A room may cost 120 EUR a night in large cities and 90 EUR anywhere else, with
breakfast. Whoever books without the travel desk needs the consent of the head of the department.

## Trains

Employees travel by train in the second class. Journeys of more than four hours may be made in the first class, and
night trains in a compartment of one's own.

## Receipts

Receipts are sent to the accounting office within thirty days, as scans or on paper, with the form that the office gives
out. The office keeps them for ten years.
"""
OLD, NEW = "hr/travel-a.md", "hr/travel-b.md"
QUESTION = "What is the daily allowance for a journey in France?"


@pytest.fixture(scope="module")
def engine(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """Return an engine over both versions and another page."""
    folder = tmp_path_factory.mktemp("versions")
    (folder / "texts" / "hr").mkdir(parents=True)
    pages = {
        OLD: PAGE.format(date="2023-02-01", allowance=28),
        NEW: PAGE.format(date="2024-03-01", allowance=31),
        "menu.md": "# Menu\n\nSoup, bread and cheese are served at noon in the canteen.\n",
    }
    for name, text in pages.items():
        (folder / "texts" / name).write_text(text, encoding="utf-8")
    build_index(folder / "texts", IndexSettings(index=str(folder / "index")), encoder)
    return Engine(IndexDirectory(folder / "index").open_current(), encoder)


def list_places(answer: Answer) -> list[tuple[str, str | None]]:
    """Return the first passage and its copies, each with its document and the date of that."""
    best = answer.passages[0]
    return [(one.document.id, one.document.date) for one in (best, *best.copies)]


@pytest.mark.parametrize("mode", ["fast", "precise"])
def test_the_newer_version_answers_and_names_the_older(
    engine: Engine, mode: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its words are shown; the older passage is a copy with other words, which is in the document where it says so."""
    answer = engine.ask(Request(QUESTION, mode=mode))
    assert "31 EUR" in answer.answer.sentence.text
    assert list_places(answer) == [(NEW, "2024-03-01"), (OLD, "2023-02-01")]
    (older,) = answer.passages[0].copies
    assert not older.identical
    assert "28 EUR" in engine.catalog.get_document(OLD).text[older.start : older.end]
    assert {passage.document.id for passage in answer.passages} == {NEW}
    print_answer(answer)
    assert f"also in 1 other document: {older.id} (2023-02-01, not word for word)" in capsys.readouterr().out


def test_what_did_not_change_is_quoted_from_the_newer_version(engine: Engine) -> None:
    """The older one is a copy with the same words."""
    answer = engine.ask("How long does the accounting office keep receipts?")
    assert list_places(answer) == [(NEW, "2024-03-01"), (OLD, "2023-02-01")]
    assert answer.passages[0].copies[0].identical


def test_a_filter_that_leaves_the_older_version_alone_answers_from_it(engine: Engine) -> None:
    """The newer one is neither shown nor named."""
    answer = engine.ask(Request(QUESTION, filter=MetadataFilter.parse({"date": {"to": "2023"}})))
    assert "28 EUR" in answer.answer.sentence.text
    assert list_places(answer) == [(OLD, "2023-02-01")]


def test_a_question_that_names_the_older_version_is_answered_by_it(engine: Engine) -> None:
    """By the year of its date; the newer one is then the copy."""
    answer = engine.ask("What was the daily allowance for a journey in France in 2023?")
    assert list_places(answer) == [(OLD, "2023-02-01"), (NEW, "2024-03-01")]
