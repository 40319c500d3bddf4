"""Errors of the online half; the tree continues ``index.errors``.

NetsphereError
 ├── UsageError
 │    └── QuestionError   the question or its options are out of bounds; over HTTP 422
 ├── OriginalNotFound     a document's file is not what it was when it was read
 └── ServiceError         a service that an evaluation queries does not answer
"""

from index.errors import NetsphereError, UsageError


class QuestionError(UsageError):
    """A question, or one of its options, is out of bounds; the message says what is allowed."""


class OriginalNotFound(NetsphereError):
    """The file that a document was read from is unknown, gone or changed; the message says which, and the remedy."""


class ServiceError(NetsphereError):
    """A service over HTTP fails or cannot be reached; the message names its address."""
