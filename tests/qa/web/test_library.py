"""The library: all documents, found by title and metadata, and what is not among them; and the page of one."""

import re
from collections.abc import Iterator
from contextlib import closing
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from index.build.pipeline import build_index
from index.generation.directory import IndexDirectory
from index.settings import IndexSettings
from qa.engine import Engine
from qa.web.app import create_app, service_of
from qa.web.pages.document_facts import split_addresses
from tests.doubles import WordEncoder

FRONT = "---\ndate: {date}\ntags: [{tag}]\nsource: https://example.org/{name}\nlicense: CC0\n---\n"
GUIDE = (
    "# Guide\n\nWords.\n\n## Leave\n\nThere are 27 days.\n\n### Sickness\n\nTell us.\n\n## Travel\n\nTrains are paid.\n"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of 53 documents, of which one cannot be read."""
    folder = tmp_path_factory.mktemp("library")
    texts = folder / "texts"
    texts.mkdir()
    for number in range(51):
        front = FRONT.format(date=f"2020-01-{number % 28 + 1:02}", tag="odd" if number % 2 else "even", name=number)
        (texts / f"{number:02}.md").write_text(f"{front}# Paper {number}\n\nText {number}.\n", encoding="utf-8")
    (texts / "guide [1].md").write_text(GUIDE, encoding="utf-8")
    (texts / "broken.pdf").write_bytes(b"no PDF")
    (texts / "collection.toml").write_text(
        'title = "Papers"\ndescription = "All papers."\nlanguages = ["en", "de"]\norigin = "See https://example.org."\n'
        'license = "CC0"\nquestions = ["How many days of leave are there?"]\n',
        encoding="utf-8",
    )
    build_index(texts, IndexSettings(index=str(folder / "index")), WordEncoder())
    return folder


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[FlaskClient]:
    """A client of a server over them."""
    app = create_app(Engine(IndexDirectory(folder / "index").open_current(), WordEncoder(), "none"))
    with closing(service_of(app)):
        yield app.test_client()


def list_titles(page: str) -> list[str]:
    return re.findall(r'<li><a href="/documents/[^"]+" dir="auto">([^<]+)</a>', page)


def test_all_documents_are_listed_fifty_on_a_page(client: FlaskClient) -> None:
    """By title, with what is known of each; a page beyond the last is the last."""
    first = unescape(client.get("/documents").text)
    assert "52 documents" in first and "Page 1 of 2" in first
    assert len(list_titles(first)) == 50 and list_titles(first)[0] == "Guide"
    second = client.get("/documents?page=2").text
    assert len(list_titles(second)) == 2
    assert list_titles(client.get("/documents?page=9").text) == list_titles(second)
    assert '<a href="https://example.org/3" rel="noopener noreferrer nofollow">https://example.org/3</a>' in first
    assert "Jan 4, 2020" in first and "CC0" in first and "MD" in first


def test_documents_are_found_and_sorted(client: FlaskClient) -> None:
    """By words of their title, by metadata, by date; what is chosen stays chosen on the next page."""
    assert list_titles(client.get("/documents?q=paper+12").text) == ["Paper 12"]
    odd = client.get("/documents?tag=odd&sort=newest").text
    assert "25 of 52 documents match" in odd and list_titles(odd)[0] == "Paper 27"
    assert '<option value="odd" selected>odd (25)</option>' in odd
    link = re.search(r'rel="next" href="([^"]+)"', client.get("/documents?sort=id&format=md").text)
    assert link and "sort=id" in link[1] and "format=md" in link[1] and "page=2" in link[1]
    assert "No document matches." in client.get("/documents?q=nothing+like+it").text
    assert client.get("/documents?sort=size").status_code == 422


def test_the_library_says_what_it_is_and_what_is_not_in_it(client: FlaskClient) -> None:
    """What the folder states of itself; a file that cannot be read, and why."""
    page = unescape(client.get("/documents").text)
    for part in (
        '<h1 dir="auto">Papers</h1>',
        "All papers.",
        "English, German",
        "CC0",
        "1 file or folder is not included",
    ):
        assert part in page
    assert '<code dir="auto">broken.pdf</code>' in page


def test_the_first_page_has_the_written_questions_and_the_way_to_the_library(client: FlaskClient) -> None:
    """And the title, the description and the languages."""
    page = unescape(client.get("/").text)
    for part in ("Papers", "All papers.", "How many days of leave are there?", "English, German", "All documents"):
        assert part in page


def test_a_document_has_an_outline_that_leads_to_its_parts(client: FlaskClient) -> None:
    """As deep as its headings; a document with one heading has none."""
    page = client.get("/documents/guide [1].md").text
    found = re.findall(r'<li class="depth-(\d)"><a href="#(p\d+-\d+)" dir="auto">([^<]+)</a>', page)
    assert [(depth, text) for depth, _, text in found] == [
        ("0", "Guide"), ("1", "Leave"), ("2", "Sickness"), ("1", "Travel"),
    ]  # fmt: skip
    assert all(f'id="{anchor}"' in page for _, anchor, _ in found)
    assert 'class="outline"' not in client.get("/documents/01.md").text


def test_a_document_can_be_asked_about(client: FlaskClient) -> None:
    """Its form asks it alone, also if its id has characters of a pattern."""
    page = client.get("/documents/guide [1].md").text
    pattern = re.search(r'<input type="hidden" name="document" value="([^"]*)">', page)
    assert pattern
    answer = client.get("/", query_string={"q": "How many days of leave?", "document": unescape(pattern[1])}).text
    assert "There are 27 days." in answer and "Only “Guide”" in answer
    assert "Paper" not in re.sub(r"data-\w+='[^']*'", "", answer[answer.index('id="turns"') :])


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("see https://a.org/b.", [("see ", None), ("https://a.org/b", "https://a.org/b"), (".", None)]),
        ("(http://a.org)", [("(", None), ("http://a.org", "http://a.org"), (")", None)]),
        ("javascript:alert(1) ftp://x", [("javascript:alert(1) ftp://x", None)]),
        ("", []),
    ],
)
def test_only_web_addresses_are_links(text: str, pieces: list[tuple[str, str | None]]) -> None:
    """Without the marks around them; the pieces are the text."""
    assert [(piece.text, piece.address) for piece in split_addresses(text)] == pieces
