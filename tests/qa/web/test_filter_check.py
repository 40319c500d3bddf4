"""What a filter may cost."""

import pytest
from flask.testing import FlaskClient

from qa.web import create_app
from qa.web.requests.filter_check import MAX_SCANNED_IDS
from tests.qa.web.helpers import HandMade, OneDocument


class ManyDocuments(OneDocument):
    """One document that says it is 100,000."""

    @property
    def document_count(self) -> int:
        return MAX_SCANNED_IDS // 100


@pytest.fixture
def client() -> FlaskClient:
    """A caller of an application in which a request may scan all ids a hundred times."""
    engine = HandMade()
    engine.catalog = ManyDocuments()
    return create_app(engine).test_client()


def distinct(count: int, form: str) -> list[str]:
    return [form.format(number) for number in range(count)]


@pytest.mark.parametrize(
    ("filters", "allowed"),
    [
        ([distinct(100, "{}*")], True),
        ([distinct(50, "*{}*")], True),
        ([distinct(51, "*{}*")], False),
        ([["*" + "a*" * 99]], True),
        ([["*" + "a*" * 100]], False),
        ([["folder/blame.txt"] * 100], True),
        # The same few patterns are matched once; many, for each question.
        ([["*a*"]] * 256, True),
        ([distinct(17, "*{}*")] * 2, True),
        ([distinct(17, "*{}*")] * 3, False),
    ],
    ids=lambda value: str(value)[:40],
)
def test_the_patterns_of_a_request_are_bounded_by_their_work(
    client: FlaskClient, filters: list[list[str]], allowed: bool
) -> None:
    """One scan of all ids for each pattern, and one more for each star inside of it."""
    questions = [{"question": "Who?", "filter": {"document": patterns}} for patterns in filters]
    response = client.post("/v1/ask/batch", json={"questions": questions})
    assert response.status_code == (200 if allowed else 422)
    if not allowed:
        assert response.get_json()["code"] == "out_of_bounds"
        assert response.get_json()["errors"][0]["field"] == "questions[0].filter.document"
