"""What may be asked."""

import pytest

from qa.errors import QuestionError
from qa.types import Request, Turn


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"question": "  "}, "the question is empty: write 1 to 1,000 characters"),
        ({"question": "x" * 1001}, "has 1,001 characters"),
        ({"question": "Who?", "top_k": 0}, "invalid value 0 for top_k: must be 1 to 50"),
        ({"question": "Who?", "top_k": 51}, "invalid value 51 for top_k"),
        ({"question": "Who?", "history": (Turn("What?"),) * 21}, "21 turns: send only the last 20"),
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
