"""Invented questions about tables: each answer is the cell that is asked for, and no two tables answer."""

import json
from unittest.mock import patch

from benchmarks.invented_tables import (
    READER_WORDS,
    UNKNOWN_WORDS,
    invent_one_of_each,
    invent_questions,
    load_words,
)
from benchmarks.table_answers import PASSAGE_CHARS, draw_passages, leave_alone, measure_answers
from benchmarks.training.reader.__main__ import _load_tables
from index.parsers.tables import SEPARATOR
from qa.reader.reader import TrainedReader
from qa.reader.rows import write_rows_as_sentences


def test_each_answer_is_in_the_row_that_the_question_names() -> None:
    """Or it is the name of the row, if the question tells the cell; about one in four has no answer."""
    questions = [*invent_questions(600, seed=3), *invent_one_of_each(UNKNOWN_WORDS, 20, "test")]
    asked_for_row = 0
    for one in questions:
        for words, span in zip(one.words, one.answers, strict=True):
            assert one.context[span.start : span.end] == words
            line = one.context[one.context.rfind("\n", 0, span.start) + 1 : one.context.find("\n", span.end)]
            row = line.split(SEPARATOR)[0]
            if words == row:
                asked_for_row += one.question.startswith(("Which ", "What ")) and row not in one.question
            else:
                assert row in one.question, (one.question, line)
    assert asked_for_row > 20
    assert 0.6 < sum(one.relevant for one in questions) / len(questions) < 0.9


def test_the_reader_is_trained_on_what_it_sees() -> None:
    """Nothing is left to rewrite, and every row is a sentence."""
    for one in _load_tables()[:60]:
        assert write_rows_as_sentences(one.context) == one.context
        assert all(line.endswith(".") for line in one.context.splitlines())
        found = [one.context[span.start : span.end] for span in one.answers]
        assert found == list(one.words)


def test_the_reader_is_measured_on_tables_that_it_does_not_know() -> None:
    """Neither their columns with their wordings nor their titles are those of its training."""
    known, other = (load_words(path)["tables"] for path in (READER_WORDS, UNKNOWN_WORDS))

    def collect(tables: list[dict[str, list[list[str]]]], part: int) -> set[str]:
        return {json.dumps(column[part:]) for table in tables for column in table["columns"]}

    assert not collect(known, 2) & collect(other, 2)
    assert not {title for one in known for title in one["titles"]} & {title for one in other for title in one["titles"]}


def test_a_passage_keeps_the_row_of_its_answer() -> None:
    """And as many rows around it as fit."""
    for one in draw_passages(draws=1):
        found = [one.context[span.start : span.end] for span in one.answers]
        assert found == list(one.words)
        assert len(one.context) <= PASSAGE_CHARS or "\n" not in one.context


def test_weighing_rows_and_columns_finds_more_right_words() -> None:
    """In tables that the reader does not know."""
    asked, reader = list(draw_passages(draws=1)), TrainedReader()
    with patch("qa.reader.reader.weigh_cells", leave_alone):
        alone = measure_answers(reader, asked)
    weighed = measure_answers(reader, asked)
    assert weighed.right > alone.right + 0.03
    assert weighed.row > max(0.97, alone.row)
