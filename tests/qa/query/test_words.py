"""Words of questions and answers, as they are written."""

from time import process_time

from qa.query.words import split_written_words


def test_a_text_in_capitals_has_no_names() -> None:
    """And one with a single small letter has."""
    assert not any(word.is_name for word in split_written_words("IS IT IN ROME OR PARIS"))
    assert [word.written for word in split_written_words("is it in Rome or Paris") if word.is_name] == ["Rome", "Paris"]


def test_the_time_grows_with_the_length() -> None:
    """A text ten times as long, in capitals, takes about ten times as long; a quadratic step made it fifty."""
    seconds = []
    for length in (10_000, 100_000):
        start = process_time()
        split_written_words("B " * (length // 2))
        seconds.append(process_time() - start)
    assert seconds[1] < 30 * seconds[0]
