"""Pages of PDF documents: their pictures, and where words of the text are on them."""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import PurePath
from threading import BoundedSemaphore, Lock
from typing import TYPE_CHECKING, BinaryIO, Generic, TypeVar

from index.build.page_process import PageLayout, draw_page, find_on_page, is_available
from index.errors import LoadError
from index.parsers.page_boxes import PageBox
from index.types import Span
from qa.errors import PageNotFound, PictureNotFound, TooManyPictures

if TYPE_CHECKING:
    from qa.collection.catalog import Catalog

PDF = ".pdf"
UNAVAILABLE = "this server has no pypdfium2; pip install pypdfium2, or open the original"
# Pages that are drawn at the same time, of all collections; how many more wait, and how long. Each that waits takes a
# thread from those who ask questions.
MAX_AT_ONCE, MAX_WAITING, MAX_WAIT_S = 2, 4, 5.0
# What was drawn last is kept: several people open the page that answers the question of the day. Layouts are counted
# by the spans of their keys and by their boxes, of about 200 bytes each.
MAX_PICTURE_BYTES, MAX_SPANS_AND_BOXES = 32_000_000, 100_000

_slots = BoundedSemaphore(MAX_AT_ONCE)
_places = BoundedSemaphore(MAX_AT_ONCE + MAX_WAITING)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PageContent:
    """A page of a document. ``start`` and ``end`` are its span of the text, and it is ``page`` of ``pages``, from 1.

    ``width`` and ``height`` are those of the page as it is shown, in points; boxes are measured from its upper left
    corner. Words that are not found on the page have no boxes.
    """

    document: str
    page: int
    pages: int
    start: int
    end: int
    width: float
    height: float
    boxes: tuple[PageBox, ...]


class PagePictures:
    """The pages of the documents of one generation that were read from PDF files. Thread-safe."""

    def __init__(self, catalog: "Catalog") -> None:
        """Keep the catalog; nothing is read yet."""
        self._catalog = catalog
        self._pictures = _RecentValues[bytes](MAX_PICTURE_BYTES, lambda _, picture: len(picture))
        self._layouts = _RecentValues[PageLayout](MAX_SPANS_AND_BOXES, lambda key, layout: len(key) + len(layout.boxes))

    def list_pages(self, document: str, span: Span) -> range:
        """Return the numbers of the pages, from 1, that a span of a document is on; none if they cannot be drawn."""
        name = self._catalog.originals.find_name(document)
        starts = self._catalog.get_pages(document) if name and _is_pdf(name) and is_available() else ()
        if not starts:
            return range(0)
        return range(bisect_right(starts, span.start), bisect_right(starts, span.end - 1) + 1)

    def draw(self, document: str, number: int) -> bytes:
        """Return the picture of a page as PNG.

        Raise PageNotFound, OriginalNotFound, PictureNotFound, or TooManyPictures if it is worth trying again.
        """
        self._find_page(document, number)
        with self._open(document) as (file, sha256):
            return self._pictures.get((sha256, number), lambda: _read(lambda: draw_page(file, number - 1)))

    def describe(self, document: str, number: int, spans: Sequence[Span]) -> PageContent:
        """Return a page with the boxes of spans of the document's text, as far as they are on it. Raise as ``draw``."""
        page, count = self._find_page(document, number)
        found = self._catalog.get_document(document, page)
        text = found.text if found else ""
        # Of each span the part that is on the page, by offsets in the text of the page.
        parts = {
            span: Span(max(span.start - page.start, 0), min(span.end, page.end) - page.start)
            for span in spans
            if span.overlaps(page)
        }
        sought = list(dict.fromkeys(parts.values()))
        with self._open(document) as (file, sha256):
            layout = self._layouts.get(
                (sha256, number, *sought), lambda: _read(lambda: find_on_page(file, number - 1, text, sought))
            )
        boxes = tuple(
            replace(box, start=span.start, end=span.end)
            for span, part in parts.items()
            for box in layout.boxes
            if (box.start, box.end) == (part.start, part.end)
        )
        return PageContent(document, number, count, page.start, page.end, layout.width, layout.height, boxes)

    def _find_page(self, document: str, number: int) -> tuple[Span, int]:
        """Return the span of a page, and the number of pages."""
        starts = self._catalog.get_pages(document)
        if not starts:
            raise PageNotFound("it was not read from a PDF, so that it has no pages")
        if not 1 <= number <= len(starts):
            raise PageNotFound(f"it has no page {number}: its pages are 1 to {len(starts)}")
        characters = self._catalog.get_document(document, Span(0, 0))
        end = characters.info.characters if characters else 0
        return Span(starts[number - 1], [*starts, end][number]), len(starts)

    @contextmanager
    def _open(self, document: str) -> Iterator[tuple[BinaryIO, str]]:
        """Open the PDF of a document; yield it with its SHA-256."""
        if not is_available():
            raise PictureNotFound(UNAVAILABLE)
        original = self._catalog.originals.open(document)
        with original.file:
            if not _is_pdf(original.name):
                raise PageNotFound(f"it is a part of {original.name}, of which no pages are drawn")
            yield original.file, original.sha256


def _is_pdf(name: str) -> bool:
    return PurePath(name).suffix.lower() == PDF


def _read(read: Callable[[], T]) -> T:
    """Return what is read of a page; raise TooManyPictures if too many others are read or wait."""
    with _acquire(_places, 0), _acquire(_slots, MAX_WAIT_S):
        try:
            return read()
        except LoadError as error:
            raise PictureNotFound(f"the page {error}; open the original") from error


@contextmanager
def _acquire(semaphore: BoundedSemaphore, seconds: float) -> Iterator[None]:
    """Hold a semaphore; raise TooManyPictures if it is not free within ``seconds``."""
    if not semaphore.acquire(timeout=seconds):
        raise TooManyPictures
    try:
        yield
    finally:
        semaphore.release()


class _RecentValues(Generic[T]):
    """The values that were used last, whose sizes add up to at most ``limit``. Thread-safe.

    ``measure`` returns the size of a value with its key.
    """

    def __init__(self, limit: int, measure: Callable[[tuple[object, ...], T], int]) -> None:
        self._values: OrderedDict[tuple[object, ...], T] = OrderedDict()
        self._limit, self._measure, self._total, self._lock = limit, measure, 0, Lock()

    def get(self, key: tuple[object, ...], make: Callable[[], T]) -> T:
        """Return the value of a key; it is made, in this thread, if it is not there."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
        value = make()
        with self._lock:
            if key not in self._values:
                self._values[key] = value
                self._total += self._measure(key, value)
            while self._total > self._limit:
                self._total -= self._measure(*self._values.popitem(last=False))
        return value
