"""Limits of what pages of PDF documents take of a server: threads and memory."""

from concurrent.futures import ThreadPoolExecutor, as_completed
from itertools import islice
from threading import Barrier, Event
from typing import cast

import pytest

from index.build.page_process import PageLayout
from index.parsers.page_boxes import PageBox
from index.types import Span
from qa.collection import page_pictures
from qa.collection.catalog import Catalog
from qa.collection.page_pictures import MAX_AT_ONCE, MAX_WAITING, PagePictures
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


@pytest.mark.parametrize(("spans", "boxes"), [(50, 3_000), (50, 0), (1, 3_000)])
def test_what_is_kept_of_layouts_is_bounded(monkeypatch: pytest.MonkeyPatch, spans: int, boxes: int) -> None:
    """By their boxes, of which one may have thousands, and by the spans that they were asked for."""
    monkeypatch.setattr(page_pictures, "MAX_SPANS_AND_BOXES", 10_000)
    layouts = PagePictures(cast("Catalog", None))._layouts
    layout = PageLayout(600, 800, tuple(PageBox(0, 9, 0.0, 0.0, 1.0, 1.0) for _ in range(boxes)))
    for page in range(1_000):
        layouts.get(("sha256", page, *[Span(start, 9) for start in range(spans)]), lambda: layout)
    assert len(layouts._values) == 10_000 // (2 + spans + boxes)
    assert next(reversed(layouts._values))[1] == 999
