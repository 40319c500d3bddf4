"""Invented questions about tables: each answer is the cell that is asked for, as the reader sees it."""

from benchmarks.training.reader.tables import invent_questions
from qa.reader.rows import write_rows_as_sentences


def test_each_answer_is_in_the_row_that_the_question_names() -> None:
    """Or it is the name of the row, if the question tells the cell; about one in four has no answer."""
    questions = list(invent_questions(600, seed=3))
    asked_for_row = 0
    for one in questions:
        for words, span in zip(one.words, one.answers, strict=True):
            assert one.context[span.start : span.end] == words
            line = one.context[one.context.rfind("\n", 0, span.start) + 1 : one.context.find("\n", span.end)]
            row = line.split(",")[0]
            if words == row:
                asked_for_row += one.question.startswith(("Which ", "What ")) and row not in one.question
            else:
                assert row in one.question, (one.question, line)
    assert asked_for_row > 20
    assert 0.6 < sum(one.relevant for one in questions) / len(questions) < 0.9


def test_the_text_is_what_the_reader_sees() -> None:
    """Nothing is left to rewrite, and every row is a sentence."""
    for one in invent_questions(60, seed=4):
        assert write_rows_as_sentences(one.context) == one.context
        assert all(line.endswith(".") for line in one.context.splitlines())
