"""``docs/api.md`` is up to date, has an example of every route, and its clients work."""

import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from qa.collection.catalog import DocumentInfo
from qa.types import PassageCopy, Source
from qa.web import create_app
from qa.web.routes import ROUTES
from qa.web.service import AppOptions
from tests.qa.web import helpers
from tests.qa.web.api_document import JAVASCRIPT, PYTHON, Example, render_document
from tests.qa.web.server.process import ready

DOCUMENT = Path(__file__).parents[3] / "docs" / "api.md"
QUESTION = "Who directed the film?"
TEXT = "Plans were announced. The film is directed by Hiroyuki Seshita. It was released in 2017."
HASH = sha256(TEXT.encode()).hexdigest()
NAME = "films/blame.txt"
QUOTE = TEXT[helpers.SENTENCE.start : helpers.SENTENCE.end]
PLACE = {"start": helpers.SENTENCE.start, "end": helpers.SENTENCE.end}
EXAMPLES = {
    "api.ask": Example("/v1/ask", {"question": QUESTION, "filter": {"document": ["films/*"]}, "explain": True}),
    "api.ask_by_url": Example("/v1/ask?q=Who+directed+the+film%3F&top_k=1"),
    "api.ask_batch": Example("/v1/ask/batch", {"questions": [QUESTION, {"question": QUESTION, "mode": "fast"}]}),
    "api.documents": Example("/v1/documents?offset=0&limit=20"),
    "api.document": Example(f"/v1/documents/{NAME}"),
    "api.verify": Example("/v1/verify", {"document": NAME, "sha256": HASH, **PLACE, "text": QUOTE}),
    "api.give_feedback": Example(
        "/v1/feedback",
        {"question": QUESTION, "passage": f"{NAME}#22-{len(TEXT)}", "verdict": "right", "id": "visitor-1"},
    ),
    "api.feedback": Example("/v1/feedback", headers={"Authorization": "Bearer KEY"}),
    "api.index": Example("/v1/index"),
    "api.alive": Example("/healthz"),
    "api.ready": Example("/readyz"),
    "api.metrics": Example("/metrics"),
    "api.openapi": Example("/openapi.json", keys=("info", "paths", "components")),
    "pages.docs": Example("/docs"),
    "sign_in.show": Example("/sign-in"),
    "sign_in.enter": Example(
        "/sign-in?next=%2F%3Fq%3DWho", text="key=KEY", headers={"Content-Type": "application/x-www-form-urlencoded"}
    ),
    "sign_in.leave": Example("/sign-out"),
    "pages.ask": Example("/?q=Who+directed+the+film%3F"),
    "pages.turn": Example("/turn", {"question": QUESTION}),
    "pages.document": Example(f"/documents/{NAME}?at=22-63"),
    "pages.static": Example("/static/document.js"),
}


@pytest.fixture
def example_client(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FlaskClient:
    """The application over one document whose answers can be read in a document."""
    for name, value in (("TEXT", TEXT), ("TITLE", "Blame!"), ("DOCUMENT", NAME)):
        monkeypatch.setattr(helpers, name, value)
    info = DocumentInfo(NAME, "Blame!", HASH, len(TEXT), 1, {"licence": "CC BY-SA 4.0"})
    monkeypatch.setattr(helpers.OneDocument, "info", info)
    options = AppOptions(feedback=tmp_path / "feedback.sqlite", admin_key="KEY")
    engine = helpers.HandMade()
    engine.copies = (PassageCopy("films/old/blame.txt#22-88", Source("films/old/blame.txt", "Blame!", HASH), 22, 88),)
    return create_app(engine, options).test_client()


def test_the_document_is_up_to_date(request: pytest.FixtureRequest, example_client: FlaskClient) -> None:
    """It is what the OpenAPI document and the application say now; ``--write`` writes it."""
    expected = render_document(example_client, EXAMPLES)
    if request.config.getoption("--write"):
        DOCUMENT.write_text(expected, encoding="utf-8")
    assert DOCUMENT.read_text(encoding="utf-8") == expected


def test_every_route_has_an_example() -> None:
    """And no example is of a route that is gone."""
    assert EXAMPLES.keys() == {route.name for route in ROUTES}


@pytest.mark.parametrize(
    ("command", "program"),
    [([sys.executable, "-c"], PYTHON), (["node", "--input-type=module", "--eval"], JAVASCRIPT)],
    ids=["python", "javascript"],
)
def test_the_clients_work(command: list[str], program: str) -> None:
    """Run as they are in the document, against a real server."""
    if not shutil.which(command[0]):
        pytest.skip(f"needs {command[0]}")
    with ready() as (_, port):
        program = program.replace("http://127.0.0.1:8000", f"http://127.0.0.1:{port}")
        done = subprocess.run([*command, program], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("Hiroyuki Seshita (folder/blame.txt, confidence 0.91)\n", "")
