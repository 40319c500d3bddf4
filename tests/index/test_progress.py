"""Progress reports of long jobs."""

import io
import re
from time import sleep

from index.progress import Silent, StepTimes, Terminal, count_each


class Screen(io.StringIO):
    """A stream that calls itself a terminal."""

    def isatty(self) -> bool:
        """Return True."""
        return True


def test_elsewhere_than_on_a_terminal_a_step_is_one_line() -> None:
    """With what was done; nothing for a step without work."""
    stream = io.StringIO()
    with Terminal(stream).step("embedding", 3) as advance:
        advance(1)
        advance(2)
    with Terminal(stream).step("nothing", 0) as advance:
        advance(0)
    assert stream.getvalue() == "embedding: 3\n"


def test_a_long_step_says_in_a_log_how_fast_it_is_and_what_is_left() -> None:
    """Once an interval, from the beginning; nothing about what is left if the total is unknown."""
    stream = io.StringIO()
    with Terminal(stream, log_interval_s=0.0).step("embedding", 4) as advance:
        sleep(0.01)
        advance(1)
    assert re.fullmatch(r"embedding: 1 of 4, \d+ a second, 00:0\d left\nembedding: 1\n", stream.getvalue())
    with Terminal(stream, log_interval_s=0.0).step("reading", None) as advance:
        advance(2)
    assert stream.getvalue().endswith("embedding: 1\nreading: 2, after 00:00\nreading: 2\n")
    with Terminal(stream, log_interval_s=0.0).step("parsing", 2_000_000, "B") as advance:
        advance(0)
        advance(1_500_000, "1 of 2 files")
    lines = stream.getvalue().splitlines()[-3:]
    assert lines[0] == "parsing: 0 B of 2.0 MB, after 00:00"
    assert lines[1].startswith("parsing: 1.5 MB of 2.0 MB, 1 of 2 files, ")
    assert lines[2] == "parsing: 1.5 MB, 1 of 2 files"


def test_the_time_of_each_step_is_measured() -> None:
    """Steps of one name are added up, and what is shown stays as it is."""
    stream = io.StringIO()
    times = StepTimes(Terminal(stream))
    for done in (1, 2):
        with times.step("embedding", done) as advance:
            advance(done)
    assert list(times.seconds) == ["embedding"]
    assert times.seconds["embedding"] > 0
    assert stream.getvalue() == "embedding: 1\nembedding: 2\n"


def test_on_a_terminal_there_is_a_bar() -> None:
    """It is drawn while the step goes on."""
    stream = Screen()
    with Terminal(stream).step("embedding", 2) as advance:
        advance(1)
        sleep(0.15)  # longer than a bar waits before it is drawn again
        advance(1)
    assert "embedding:   0%" in stream.getvalue()
    assert "2/2" in stream.getvalue()
    assert stream.getvalue().endswith("embedding: 2\n")


def test_silence_says_nothing() -> None:
    """For programs that call us."""
    with Silent().step("embedding", 2) as advance:
        assert advance(1) is None


def test_each_thing_is_counted_when_it_is_done() -> None:
    """That is when the next one is asked for; the things themselves are passed on."""
    counted: list[int] = []
    things = count_each("ab", lambda done, note="": counted.append(done))
    assert (next(things), counted) == ("a", [])
    assert (list(things), counted) == (["b"], [1, 1])
