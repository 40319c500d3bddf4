"""Pages of PDF documents over HTTP: their pictures, where words are on them, and what the document page shows."""

import html
import json
import re
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from threading import BoundedSemaphore

import pytest
from flask.testing import FlaskClient
from PIL import Image

from index.build import page_process
from index.build.pipeline import build_index
from index.errors import LoadError
from index.generation.directory import IndexDirectory
from index.settings import IndexSettings
from qa.collection import page_pictures
from qa.collection.catalog import Catalog
from qa.web import create_app
from qa.web.service import AppOptions
from tests.doubles import WordEncoder
from tests.index.parsers.pdf_samples import draw, draw_lines, draw_prose
from tests.index.parsers.samples import zipped
from tests.qa.web.helpers import HandMade

LINE = "Sanakan was a member of the Safeguard."
PDF = draw([draw_prose, lambda canvas: draw_lines(canvas, [LINE])])
FILES = {
    "deep/a.pdf": PDF,
    "b.txt": b"Killy walks through the City.",
    "c.zip": zipped({"inner.pdf": PDF}),
    "lines.jsonl": b'{"id": "two/pages/1", "text": "The second line."}\n{"id": "two/pages/1.png", "text": "The third line."}',
}
PAGE = "/v1/documents/deep/a.pdf/pages"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder that the index is built from."""
    for name, content in FILES.items():
        path = tmp_path / "files" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tmp_path / "files"


@pytest.fixture
def catalog(folder: Path, tmp_path: Path) -> Catalog:
    """The catalog of that index."""
    build_index(folder, IndexSettings(index=str(tmp_path / "index"), store="exact"), WordEncoder())
    return Catalog(IndexDirectory(tmp_path / "index").open_current())


@pytest.fixture
def reader(catalog: Catalog, tmp_path: Path) -> FlaskClient:
    """A client of a server of that index."""
    engine = HandMade()
    engine.catalog = catalog  # type: ignore[assignment]
    return create_app(engine, AppOptions(feedback=tmp_path / "feedback.sqlite")).test_client()


def find(catalog: Catalog, words: str) -> str:
    found = catalog.get_text("deep/a.pdf")
    assert found
    start = found.text.index(words)
    return f"{start}-{start + len(words)}"


def test_a_picture(reader: FlaskClient) -> None:
    """Of each page, as PNG, which a client keeps; the page is drawn once for all who ask."""
    response = reader.get(f"{PAGE}/2.png")
    assert (response.status_code, response.mimetype) == (200, "image/png")
    assert Image.open(BytesIO(response.data)).size == (1200, 1600)
    assert response.headers["Cache-Control"] == "private, no-cache"
    again = reader.get(f"{PAGE}/2.png", headers={"If-None-Match": response.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert reader.get(f"{PAGE}/1.png").data != response.data


def test_what_was_drawn_is_kept(reader: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a picture nor the places of the same words need another child."""
    paths = (f"{PAGE}/2.png", f"{PAGE}/2?at=0-9999", f"{PAGE}/1?at=0-9")
    first = [reader.get(path).data for path in paths]
    monkeypatch.setattr(page_process, "PROGRAM", "raise SystemExit(1)")
    assert [reader.get(path).data for path in paths] == first
    assert reader.get(f"{PAGE}/1?at=0-10").status_code == 404


def test_the_boxes_of_words(reader: FlaskClient, catalog: Catalog) -> None:
    """They name the span that was asked for; words of another page have none here."""
    at, other = find(catalog, "the Safeguard."), find(catalog, "Killy looks")
    page = reader.get(f"{PAGE}/2?at={at}&at={other}").get_json()
    start, end = map(int, at.split("-"))
    (box,) = page.pop("boxes")
    found = catalog.get_text("deep/a.pdf")
    assert found
    assert found.text[page["start"] : page["end"]] == LINE
    assert {name: page[name] for name in ("document", "page", "pages", "width", "height")} == {
        "document": "deep/a.pdf", "page": 2, "pages": 2, "width": 600.0, "height": 800.0,
    }  # fmt: skip
    assert (box["start"], box["end"]) == (start, end)
    assert 60 < box["left"] < box["right"] < 400
    assert 80 < box["top"] < box["bottom"] < 110
    assert reader.get(f"{PAGE}/1?at={other}").get_json()["boxes"]
    assert reader.get(f"{PAGE}/1").get_json()["boxes"] == []


@pytest.mark.parametrize(
    ("path", "code", "reason"),
    [
        ("none.pdf/pages/1", "document_not_found", "No document 'none.pdf' is indexed"),
        ("deep/a.pdf/pages/3", "page_not_found", "it has no page 3: its pages are 1 to 2"),
        ("deep/a.pdf/pages/0", "page_not_found", "'0' is not the number of a page"),
        ("deep/a.pdf/pages/one", "page_not_found", "'one' is not the number of a page"),
        ("b.txt/pages/1", "page_not_found", "it was not read from a PDF"),
        ("c.zip/inner.pdf/pages/1", "page_not_found", "it is a part of c.zip"),
    ],
)
def test_no_such_page(reader: FlaskClient, path: str, code: str, reason: str) -> None:
    """The problem says what is missing, for the picture and for the page itself."""
    for suffix in ("", ".png"):
        response = reader.get(f"/v1/documents/{path}{suffix}")
        assert (response.status_code, response.get_json()["code"]) == (404, code)
        assert reason in response.get_json()["detail"]


def test_a_file_that_was_changed(reader: FlaskClient, folder: Path) -> None:
    """No page of another file is shown as one of this document, although it was drawn before."""
    assert reader.get(f"{PAGE}/1.png").status_code == 200
    (folder / "deep" / "a.pdf").write_bytes(draw([draw_prose] * 2))
    for path in (f"{PAGE}/1.png", f"{PAGE}/1"):
        problem = reader.get(path).get_json()
        assert problem["code"] == "original_not_found"
        assert "was changed; build again" in problem["detail"]


def test_without_the_library(reader: FlaskClient, catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    """The problem says what to install, and the document page shows its text alone."""
    monkeypatch.setattr(page_process, "LIBRARY", "no_such_library")
    problem = reader.get(f"{PAGE}/1.png").get_json()
    assert problem["code"] == "picture_not_found"
    assert "pip install pypdfium2" in problem["detail"]
    page = reader.get(f"/documents/deep/a.pdf?at={find(catalog, LINE)}")
    assert (page.status_code, "<figure" in page.text, LINE in page.text) == (200, False, True)


def test_a_page_that_cannot_be_drawn(reader: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """The problem has the reason."""

    def fail(*_: object) -> bytes:
        raise LoadError("takes more than 15 seconds to draw")

    monkeypatch.setattr(page_pictures, "draw_page", fail)
    response = reader.get(f"{PAGE}/1.png")
    assert (response.status_code, response.get_json()["code"]) == (404, "picture_not_found")
    assert "the page takes more than 15 seconds to draw; open the original" in response.get_json()["detail"]


def test_too_many_pictures_at_once(reader: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who comes while others are drawn is told when to come again."""
    monkeypatch.setattr(page_pictures, "_slots", BoundedSemaphore(1))
    monkeypatch.setattr(page_pictures, "MAX_WAIT_S", 0.01)
    with page_pictures._slots:
        response = reader.get(f"{PAGE}/1.png")
    assert (response.status_code, response.get_json()["code"]) == (503, "overloaded")
    assert int(response.headers["Retry-After"]) > 0
    assert reader.get(f"{PAGE}/1.png").status_code == 200


def test_a_document_whose_id_ends_like_the_route(reader: FlaskClient) -> None:
    """It is returned as a document, as before there were these routes."""
    assert reader.get("/v1/documents/two/pages/1").get_json()["text"] == "The second line."
    assert reader.get("/v1/documents/two/pages/1.png").get_json()["text"] == "The third line."


def read_figures(page: str) -> Sequence[tuple[str, dict[str, str], str]]:
    """Return of each page of the original the address of its boxes, its marks, and the address of its picture."""
    pattern = re.compile(r"<figure data-boxes=\"(.*?)\" data-marks='(.*?)'>.*?<img src=\"(.*?)\"", re.DOTALL)
    return [(html.unescape(boxes), json.loads(marks), picture) for boxes, marks, picture in pattern.findall(page)]


def test_the_document_page_shows_the_pages_of_its_marks(reader: FlaskClient, catalog: Catalog) -> None:
    """Each once, in order, with a link to the page in the original; other documents and views have none."""
    at = [find(catalog, words) for words in (LINE, "The city grows", "Cibo is")]
    page = reader.get("/documents/deep/a.pdf?" + "&".join(f"at={one}" for one in at)).text
    first, second = read_figures(page)
    assert first == (f"{PAGE}/1?at={at[1]}&at={at[2]}", {at[1]: at[1], at[2]: at[2]}, f"{PAGE}/1.png")
    assert second == (f"{PAGE}/2?at={at[0]}", {at[0]: at[0]}, f"{PAGE}/2.png")
    assert '<a href="/v1/documents/deep/a.pdf/original#page=2">Open page 2 of the original</a>' in page
    for path in ("deep/a.pdf", "b.txt?at=0-5", "c.zip/inner.pdf?at=0-9"):
        assert "<figure" not in reader.get(f"/documents/{path}").text


def test_a_quotation_that_moved(reader: FlaskClient, catalog: Catalog) -> None:
    """The page is that of its words now, and their mark is that of the link."""
    page = reader.get("/documents/deep/a.pdf?at=0-10&quote=a+member+of+the+Safeguard").text
    now = find(catalog, "a member of the Safeguard")
    assert read_figures(page) == [(f"{PAGE}/2?at={now}", {now: "0-10"}, f"{PAGE}/2.png")]


def test_a_key_is_needed_as_for_the_document(tmp_path: Path) -> None:
    """A picture shows no less than the text."""
    options = AppOptions(feedback=tmp_path / "feedback.sqlite", admin_key="the key", key_needed=True)
    client = create_app(HandMade(), options).test_client()
    assert [client.get(f"{PAGE}/{name}").status_code for name in ("1", "1.png")] == [401, 401]
