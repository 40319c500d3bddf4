"""What may be asked."""

import pytest

from qa.errors import QuestionError
from qa.types import Request, Turn


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"question": "  "}, "1 to 1000 characters, this one 0"),
        ({"question": "x" * 1001}, "this one 1001"),
        ({"question": "Who?", "top_k": 0}, "top_k is 0"),
        ({"question": "Who?", "top_k": 51}, "top_k is 51"),
        ({"question": "Who?", "history": (Turn("What?"),) * 21}, "21 turns"),
    ],
)
def test_what_is_out_of_bounds_is_refused_by_name(options: dict[str, object], words: str) -> None:
    """In Python as over HTTP, with the value and what is allowed."""
    with pytest.raises(QuestionError, match=words):
        Request(**options)


def test_the_bounds_themselves_are_allowed() -> None:
    """One character and a thousand, one passage and fifty, twenty turns; white space around does not count."""
    assert Request(f"  {'x' * 1000} ", (Turn("What?"),) * 20, 50).top_k == 50
    assert Request("?", top_k=1).question == "?"
