"""Errors of the online half; the tree continues ``index.errors``.

NetsphereError
 ├── UsageError
 │    └── QuestionError   the question or its options are out of bounds; over HTTP 422
 ├── OriginalNotFound     a document's file is not what it was when it was read
 ├── PageNotFound         a document has no such page, or is not read from a PDF
 ├── PictureNotFound      a page cannot be drawn here
 ├── TooManyPictures      others are being drawn
 └── ServiceError         a service that an evaluation queries does not answer
"""

from index.errors import NetsphereError, UsageError


class QuestionError(UsageError):
    """A question, or one of its options, is out of bounds; the message says what is allowed."""


class OriginalNotFound(NetsphereError):
    """The file that a document was read from is unknown, gone or changed; the message says which, and the remedy."""


class PageNotFound(NetsphereError):
    """A document has no such page, or was read from a file that has no pages; the message says which."""


class PictureNotFound(NetsphereError):
    """A page of a PDF cannot be drawn, or its words not be found, by this server; the message says why."""


class TooManyPictures(NetsphereError):
    """As many pages as may be drawn at once are being drawn."""


class ServiceError(NetsphereError):
    """A service over HTTP fails or cannot be reached; the message names its address."""
