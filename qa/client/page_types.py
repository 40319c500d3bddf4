"""Results of the routes of the pages of PDF documents."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PageBox:
    """The rectangle of words on one line of a page, in points from the upper left; they belong to ``[start, end)``."""

    start: int
    end: int
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class PageContent:
    """A page of a PDF document: its span of the text, its size in points, and the boxes that were asked for."""

    document: str
    page: int
    pages: int
    start: int
    end: int
    width: float
    height: float
    boxes: tuple[PageBox, ...]
