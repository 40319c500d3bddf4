"""Words of questions and answers, as they are written."""

from time import process_time

from qa.query.words import split_written_words


def test_a_text_in_capitals_has_no_names() -> None:
    """And one with a single small letter has."""
    assert not any(word.is_name for word in split_written_words("IS IT IN ROME OR PARIS"))
    assert [word.written for word in split_written_words("is it in Rome or Paris") if word.is_name] == ["Rome", "Paris"]


def test_the_time_grows_with_the_length() -> None:
    """A text ten times as long, in capitals, takes about ten times as long; a quadratic step made it fifty."""

    def measure_shortest(length: int) -> float:
        """The shortest of several times is that of the work; the others have what disturbed it."""
        text, seconds = "B " * (length // 2), []
        for _ in range(5):
            start = process_time()
            split_written_words(text)
            seconds.append(process_time() - start)
        return min(seconds)

    assert measure_shortest(100_000) < 30 * measure_shortest(10_000)
