"""What can go wrong online; the tree continues ``index.errors``.

NetsphereError
 ├── UsageError
 │    └── QuestionError   the question or its options are out of bounds; over HTTP 422
 └── ServiceError         a service that an evaluation asks does not answer
"""

from index.errors import NetsphereError, UsageError


class QuestionError(UsageError):
    """A question, or an option of it, that cannot be asked; the message says what is allowed."""


class ServiceError(NetsphereError):
    """A service that is asked over HTTP fails or is not there; the message names its address."""
