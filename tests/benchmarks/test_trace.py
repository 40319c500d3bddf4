"""Counting the calls of one request."""

from threading import Thread

from benchmarks.trace import Call, Trace, record_calls
from index.types import Span


def test_files_functions_and_moves_are_counted() -> None:
    """A move is a call in another file than the call before."""
    a, b, c = Call("qa/a.py", "f"), Call("qa/a.py", "g"), Call("index/text/c.py", "h")
    trace = Trace((a, b, a, c, c, a))
    assert (len(trace.files), len(trace.functions), trace.moves) == (2, 3, 2)
    assert list(trace.count_folders()) == [("index/text", 1, 1, 2), ("qa", 1, 2, 4)]
    assert str(trace).startswith("2 files, 3 functions, 2 moves between files\n")


def test_calls_of_ours_are_recorded_in_every_thread_that_starts_meanwhile() -> None:
    """Later calls and calls of libraries are not recorded."""
    span = Span(0, 4)

    def run() -> None:
        sorted([span.overlaps(Span(2, 6))], key=abs)

    with record_calls() as calls:
        run()
        thread = Thread(target=run)
        thread.start()
        thread.join()
    span.overlaps(span)
    names = [call.function for call in calls]
    assert names.count("Span.overlaps") == 2
    assert {call.file for call in calls} == {"index/types.py"}
