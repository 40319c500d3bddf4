"""Limits of what pages of PDF documents take of a server: threads and memory."""

from concurrent.futures import ThreadPoolExecutor, as_completed
from itertools import islice
from threading import Barrier, Event

import pytest

from qa.collection import page_pictures
from qa.collection.page_pictures import MAX_AT_ONCE, MAX_WAITING
from qa.errors import TooManyPictures

# More than a worker has.
THREADS = 40


def test_few_threads_wait_for_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many pages are asked for at once, the others are refused at once, and later are not."""
    monkeypatch.setattr(page_pictures, "MAX_WAIT_S", 60.0)
    end = Event()
    with ThreadPoolExecutor(THREADS) as pool:
        asked = [pool.submit(page_pictures._read, end.wait) for _ in range(THREADS)]
        try:
            refused = list(islice(as_completed(asked, 10), THREADS - MAX_AT_ONCE - MAX_WAITING))
            assert {type(one.exception()) for one in refused} == {TooManyPictures}
            assert sum(one.done() for one in asked) == len(refused)
        finally:
            end.set()
        assert all(one.result(10) for one in asked if one not in refused)
    assert page_pictures._read(lambda: "drawn") == "drawn"


def test_none_waits_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that waits is refused after its time, and takes no place any more."""
    monkeypatch.setattr(page_pictures, "MAX_WAIT_S", 0.01)
    start, end = Barrier(MAX_AT_ONCE + 1), Event()
    with ThreadPoolExecutor(THREADS) as pool:
        drawn = [
            pool.submit(page_pictures._read, lambda: start.wait(10) >= 0 and end.wait()) for _ in range(MAX_AT_ONCE)
        ]
        try:
            start.wait(10)
            for _ in range(2 * MAX_WAITING):
                with pytest.raises(TooManyPictures):
                    page_pictures._read(lambda: "drawn")
        finally:
            end.set()
        assert all(one.result(10) for one in drawn)
    assert page_pictures._read(lambda: "drawn") == "drawn"
