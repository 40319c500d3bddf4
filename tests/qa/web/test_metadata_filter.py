"""Filters on metadata and facets over HTTP, over one document in the folder "folder" with a licence."""

import pytest
from flask.testing import FlaskClient

from index.generation.metadata_filter import MetadataFilter
from qa.web import create_app
from qa.web.errors.problems import Code
from qa.web.requests import filter_check
from tests.qa.web.helpers import HandMade


@pytest.fixture
def engine() -> HandMade:
    """The engine that is asked."""
    return HandMade()


@pytest.fixture
def client(engine: HandMade) -> FlaskClient:
    """A caller of the application."""
    return create_app(engine).test_client()


@pytest.mark.parametrize(
    ("conditions", "query"),
    [
        ({"tag": "x"}, "tag=x"),
        ({"tag": ["x", "y"], "folder": "hr/**"}, "tag=x&tag=y&folder=hr/**"),
        ({"date": {"from": "2025-01-01", "to": "2025"}}, "date.from=2025-01-01&date.to=2025"),
        ({"language": "en", "format": "md", "author": "Ann"}, "language=en&format=md&author=Ann"),
    ],
    ids=str,
)
def test_a_filter_means_the_same_in_a_body_and_in_a_url(
    client: FlaskClient, engine: HandMade, conditions: dict[str, object], query: str
) -> None:
    """In a batch and on the page, too; a form leaves menus empty in which nothing is chosen."""
    client.post("/v1/ask", json={"question": "Who?", "filter": conditions})
    client.post("/v1/ask/batch", json={"questions": ["a", {"question": "Who?", "filter": conditions, "top_k": 3}]})
    client.get(f"/v1/ask?q=Who%3F&{query}&top_k=4")
    client.get(
        f"/?q=Who%3F&{query}&literal=true&format=&date.from=".replace("&format=&", "&author=&", "format" in query)
    )
    asked = [one.filter for one in engine.asked if one.question != "a"]
    assert asked[:3] == [MetadataFilter.parse(conditions)] * 3


def test_numbers_and_truth_values_are_values(client: FlaskClient, engine: HandMade) -> None:
    """As they are written in JSON."""
    client.post("/v1/ask", json={"question": "Who?", "filter": {"weight": [1, 2.5], "licence": True}})
    assert engine.asked[0].filter.values == (("licence", ("true",)), ("weight", ("1", "2.5")))


@pytest.mark.parametrize(
    ("conditions", "code", "field"),
    [
        ({"tag": {"a": 1}}, Code.WRONG_TYPE, "filter.tag"),
        ({"tag": [["x"]]}, Code.WRONG_TYPE, "filter.tag[0]"),
        ({"tag": []}, Code.OUT_OF_BOUNDS, "filter.tag"),
        ({"tag": " "}, Code.OUT_OF_BOUNDS, "filter.tag[0]"),
        ({"tag": "x" * 201}, Code.OUT_OF_BOUNDS, "filter.tag[0]"),
        ({"licence": {"a": 1}}, Code.WRONG_TYPE, "filter.licence"),
        ({"date": "2025"}, Code.WRONG_TYPE, "filter.date"),
        ({"date": {"from": "31.1.2025"}}, Code.WRONG_TYPE, "filter.date.from"),
        ({"date": {"since": "2025"}}, Code.UNKNOWN_FIELD, "filter.date.since"),
        ({"lisence": "MIT"}, Code.UNKNOWN_FIELD, "filter.lisence"),
        ({"folder": ["*" + "a*" * 99] * 100}, None, ""),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_wrong_filter_is_named(
    client: FlaskClient, conditions: dict[str, object], code: Code | None, field: str
) -> None:
    """With its value and what it must be; a field that no document has is most likely a typing error."""
    response = client.post("/v1/ask", json={"question": "Who?", "filter": conditions})
    if code is None:
        assert response.status_code == 200
        return
    assert response.status_code == 422
    (error,) = response.get_json()["errors"]
    assert (error["code"], error["field"]) == (code.word, field)


def test_an_unknown_field_lists_those_there_are(client: FlaskClient) -> None:
    """The standard ones and those of the documents."""
    response = client.post("/v1/ask", json={"question": "Who?", "filter": {"lisence": "MIT"}})
    assert "the fields are author, date, folder, format, language, tag, year, licence, weight" in response.text
    assert client.get("/v1/documents?facets=tag,lisence").get_json()["errors"][0]["field"] == "facets"


def test_patterns_of_folders_are_bounded_by_their_work(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """As those of documents are."""
    monkeypatch.setattr(filter_check, "MAX_SCANNED_IDS", 10)
    body = {"question": "Who?", "filter": {"folder": [f"*{n}*" for n in range(20)]}}
    assert client.post("/v1/ask", json=body).get_json()["errors"][0]["field"] == "filter.folder"


@pytest.mark.parametrize(
    ("query", "total"),
    [("", 1), ("folder=folder", 1), ("folder=no", 0), ("format=TXT&folder=f*", 1), ("date.from=2020", 0)],
)
def test_the_list_has_what_meets_the_filter(client: FlaskClient, query: str, total: int) -> None:
    """Its total and its facets count the same documents."""
    listed = client.get(f"/v1/documents?facets=licence,format&{query}").get_json()
    assert (listed["total"], len(listed["documents"])) == (total, total)
    licences = [{"value": "CC BY-SA 4.0", "count": 1}] if total else []
    assert listed["facets"]["licence"] == licences
    assert list(listed["facets"]) == ["licence", "format"]


def test_the_page_keeps_the_filter(client: FlaskClient) -> None:
    """In its control, in the link to share and in the request that it shows."""
    page = client.get("/?q=Who&folder=folder/**&date.from=2025-01-31").text
    assert '<option value="folder/**" selected>folder/**</option>' in page
    assert 'name="date.from" value="2025-01-31"' in page
    assert "folder=folder/**&amp;date.from=2025-01-31" in page
    assert "&#34;filter&#34;: {&#34;folder&#34;: [&#34;folder/**&#34;]" in page


def test_there_is_no_control_if_there_is_nothing_to_choose(client: FlaskClient) -> None:
    """A field that all documents have in common leaves nothing out."""
    assert 'class="filter"' not in client.get("/").text
