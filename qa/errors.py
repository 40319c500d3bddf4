"""What can go wrong online; the tree continues ``index.errors``.

NetsphereError
 └── UsageError
      └── QuestionError   the question or its options are out of bounds; over HTTP 422
"""

from index.errors import UsageError


class QuestionError(UsageError):
    """A question, or an option of it, that cannot be asked; the message says what is allowed."""
