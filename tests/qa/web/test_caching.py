"""What may be stored, what is not sent twice, and what is compressed."""

import gzip
import subprocess
import sys

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient

from qa.web.app import service_of
from qa.web.caching import FIRST_PAGE, FOREVER, REVALIDATED
from qa.web.pages.static_files import load_static_files
from qa.web.routes import ROUTES
from tests.qa.web.helpers import DOCUMENT, HandMade
from tests.test_house import ROOT

STORED = [
    "/v1/documents",
    f"/v1/documents/{DOCUMENT}",
    "/v1/index",
    f"/documents/{DOCUMENT}",
    "/docs",
    "/openapi.json",
    "/",
]
GZIP = {"Accept-Encoding": "gzip, deflate, br"}


@pytest.mark.parametrize("url", STORED)
def test_what_a_client_has_is_not_sent_again(client: FlaskClient, url: str) -> None:
    """It asks each time, because a generation can be replaced and a key revoked; compressed or not."""
    # The first page shows suggestions as soon as they are there.
    service_of(client.application).suggestions.start().join()
    for headers in ({}, GZIP):
        first = client.get(url, headers=headers)
        assert first.headers["Cache-Control"] == "private, no-cache"
        again = client.get(url, headers={**headers, "If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
        for name in ("ETag", "Cache-Control", "Vary", "X-Request-ID"):
            assert again.headers.get(name) == first.headers.get(name) or name == "X-Request-ID"
        assert client.get(url, headers={**headers, "If-None-Match": 'W/"other"'}).status_code == 200


def test_another_text_has_another_etag(client: FlaskClient) -> None:
    """A part of a document is another text than the whole."""
    whole, part = (client.get(f"/v1/documents/{DOCUMENT}{query}").headers["ETag"] for query in ("", "?start=0&end=9"))
    assert whole != part


@pytest.mark.parametrize(
    ("method", "url"),
    [("GET", "/?q=Who"), ("GET", "/v1/ask?q=Who"), ("POST", "/v1/ask"), ("POST", "/turn"), ("GET", "/healthz"),
     ("GET", "/v1/documents/none"), ("GET", "/sign-in"), ("GET", "/metrics"), ("GET", "/v1/feedback")],
)  # fmt: skip
def test_answers_and_failures_are_never_stored(client: FlaskClient, method: str, url: str) -> None:
    """Neither by the browser nor on the way; they have no ETag, so that nobody can ask whether they are the same."""
    body = {"question": "Who"} if method == "POST" else None
    response = client.open(url, method=method, json=body)
    assert response.headers["Cache-Control"] == "no-store"
    assert "ETag" not in response.headers


def test_what_may_be_stored_is_served() -> None:
    """By the names of the table of routes."""
    assert REVALIDATED | {FIRST_PAGE} < {route.name for route in ROUTES}


def test_a_static_file_is_stored_for_ever_under_its_version_only(client: FlaskClient) -> None:
    """A wrong version, as during an upgrade, must not stay in a browser."""
    version = load_static_files()["chat.js"].version
    for query, control in ((f"?v={version}", FOREVER), ("?v=0", "no-cache"), ("", "no-cache")):
        response = client.get(f"/static/chat.js{query}")
        assert response.headers["Cache-Control"] == control
        again = client.get(f"/static/chat.js{query}", headers={"If-None-Match": response.headers["ETag"]})
        assert again.status_code == 304
    assert f'src="/static/chat.js?v={version}"' in client.get("/").text


@pytest.mark.parametrize("url", ["/docs", "/openapi.json", "/?q=Who", "/static/base.css"])
def test_a_large_text_is_compressed_for_who_takes_it(client: FlaskClient, url: str) -> None:
    """It is the same text, its ETag is weak, and caches are told."""
    plain, packed = client.get(url), client.get(url, headers=GZIP)
    assert plain.headers.get("Content-Encoding") is None
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.data) < len(plain.data)
    if url != "/?q=Who":  # which has a measured time
        assert gzip.decompress(packed.data) == plain.data
    assert all("Accept-Encoding" in response.headers["Vary"] for response in (plain, packed))
    assert packed.headers.get("ETag", 'W/"').startswith('W/"')


def test_scripts_are_texts_on_every_machine() -> None:
    """Also where no /etc/mime.types says so, as in a container: other types are not compressed."""
    program = """
import mimetypes
mimetypes.knownfiles.clear()
from qa.web.pages.static_files import load_static_files
print(*sorted({file.media_type for file in load_static_files().values()}), sep=", ")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == "image/svg+xml; charset=utf-8, text/css; charset=utf-8, text/javascript; charset=utf-8\n"


@pytest.mark.parametrize("accepted", ["", "identity", "gzip;q=0", "br", "identity, gzip;q=0.5"])
def test_nothing_is_compressed_for_who_does_not_take_it(client: FlaskClient, accepted: str) -> None:
    """Or likes it less."""
    response = client.get("/docs", headers={"Accept-Encoding": accepted})
    assert "Content-Encoding" not in response.headers


def test_small_texts_and_streams_are_sent_as_they_are(app: Flask, client: FlaskClient) -> None:
    """And say nothing of encodings."""
    app.add_url_rule(
        "/events", "events", lambda: Response((b"x" * 999 for _ in range(9)), mimetype="text/event-stream")
    )
    app.add_url_rule(
        "/lines", "lines", lambda: Response((b"x" * 999 for _ in range(9)), mimetype="application/x-ndjson")
    )
    for url in ("/healthz", "/events", "/lines"):
        response = client.get(url, headers=GZIP)
        assert "Content-Encoding" not in response.headers
        assert "Accept-Encoding" not in response.headers.get("Vary", "")


@pytest.mark.parametrize(
    ("site", "is_compressed"), [("cross-site", False), ("same-site", False), ("same-origin", True)]
)
def test_a_page_of_another_site_learns_nothing_from_compressed_lengths(
    client: FlaskClient, site: str, is_compressed: bool
) -> None:
    """What it chose and what it may not read would be compressed together (BREACH)."""
    headers = {**GZIP, "Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate"}
    response = client.get("/?q=Who", headers=headers)
    assert response.status_code == 200
    assert ("Content-Encoding" in response.headers) == is_compressed


def test_an_answer_is_the_same_for_head(client: FlaskClient, engine: HandMade) -> None:
    """HEAD has the headers of GET, the compressed length included."""
    assert engine.asked == []
    get, head = (client.open("/docs", method=method, headers=GZIP) for method in ("GET", "HEAD"))
    assert head.headers["Content-Length"] == get.headers["Content-Length"] and head.data == b""
