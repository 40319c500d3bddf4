"""Several collections as the page, a chat and an agent show them."""

from pathlib import Path
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

import qa.mcp.tools as tools
from qa.mcp.arguments import AskArguments, DocumentArguments, ListArguments, QuoteArguments, SearchArguments
from qa.mcp.resources import format_uri, read_resource
from qa.mcp.session import Session
from qa.web.app import service_of
from qa.web.engine.callers import Caller
from tests.qa.web.two_collections import create_one, create_two

LEAVE = "How many days of paid leave has an employee?"


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    """A caller of both collections."""
    return create_two(tmp_path).test_client()


def test_the_page_shows_the_collections_and_what_they_say_of_themselves(client: FlaskClient) -> None:
    """All of them first, to choose from; the one that is chosen with its title, description and documents, escaped."""
    first = client.get("/").text
    assert "Ask these documents" in first
    assert '<a href="/?collection=films" dir="auto">Films &amp; more</a>' in first
    assert '<option value="staff">staff</option>' in first
    films = client.get("/?collection=films").text
    assert '<h1 dir="auto">Films &amp; more</h1>' in films
    assert "What is &lt;shown&gt;." in films
    assert '<option value="films" selected>' in films
    assert 'href="/documents/blame.txt?collection=films"' in films
    assert client.get("/?collection=x").status_code == 422


def test_an_empty_value_chooses_nothing(client: FlaskClient) -> None:
    """As a form sends it, alone or beside another one."""
    assert client.get("/?collection=&language=&date.to=&literal=").status_code == 200
    assert '<option value="films" selected>' in client.get("/?collection=&collection=films").text


def test_links_of_an_answer_lead_to_the_document_of_its_collection(client: FlaskClient) -> None:
    """On the page, in its citation, in the request that it shows, and in the verdict that its script sends."""
    page = client.get(f"/?q={quote(LEAVE)}&collection=films&collection=staff").text
    assert "/documents/shared.txt?at=0-55&amp;collection=staff#0-55" in page
    assert 'data-collection="staff"' in page
    assert '<span class="collection" dir="auto">staff</span>' in page
    assert "collection=films&amp;collection=staff" in page
    document = client.get("/documents/shared.txt?at=0-55&collection=staff").text
    assert "<mark" in document and "thirty days" in document
    assert "/v1/documents/shared.txt/original?collection=staff" in document
    turn = client.post("/turn", json={"question": LEAVE, "collection": ["staff"]}).text
    assert "thirty days" in turn
    assert "cinema" not in turn


def test_a_chat_searches_all_and_cites_the_right_one(client: FlaskClient) -> None:
    """The address in a citation names the collection of what is quoted."""
    body = {"model": "netsphere-fast", "messages": [{"role": "user", "content": LEAVE}]}
    answer = client.post("/v1/chat/completions", json=body).get_json()
    assert answer["netsphere"]["collection"] == "staff"
    assert "collection=staff" in answer["choices"][0]["message"]["content"]


def test_one_folder_shows_its_title_and_no_choice(tmp_path: Path) -> None:
    """With a title, that is the heading; there is nothing to choose."""
    create_two(tmp_path)
    films = create_one(tmp_path, "films").test_client().get("/").text
    assert '<h1 dir="auto">Films &amp; more</h1>' in films
    staff = create_one(tmp_path, "staff").test_client().get("/").text
    assert '<h1 dir="auto">Ask these documents</h1>' in staff
    assert 'name="collection"' not in films + staff


def test_agents_name_collections_and_see_them(client: FlaskClient) -> None:
    """Each tool takes a name; passages, and the links to them, say which collection they are from."""
    service = service_of(client.application)
    session = Session(service, lambda _: Caller(), format_uri)
    answer = tools.ask(session, AskArguments(question=LEAVE, mode="fast"))
    assert (answer.collection, "collection=staff" in str(answer.link)) == ("staff", True)
    found = tools.search(session, SearchArguments(question=LEAVE, mode="fast", collection=["films"]))
    assert {passage.collection for passage in found.passages} == {"films"}
    part = tools.get_document(session, DocumentArguments(document="shared.txt", collection="staff"))
    assert part.text.startswith("Every employee")
    assert read_resource(session, part.link) == part.text
    quoted = QuoteArguments(document="shared.txt", text="Every employee", collection="staff")
    assert tools.verify_quote(session, quoted).status == "valid"
    assert tools.list_documents(session, ListArguments(collection="staff")).total == 2
    nothing = tools.ask(session, AskArguments(question="Quark?", mode="fast"))
    assert nothing.searched and nothing.searched.documents == 5
