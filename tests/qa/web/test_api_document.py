"""``docs/api.md`` is up to date, has an example of every route, and its clients work."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator

from index.build.changes import Overrides
from index.build.pipeline import BuildReport, build_index
from index.build.sources import SourceState, hash_digests, write_sources
from index.settings import IndexSettings
from index.types import Document, Span
from index.writes.build import build_with_writes
from index.writes.journal import Journal, Write
from index.writes.parse import UploadParser
from qa.collection.catalog import DocumentContent, DocumentInfo
from qa.collection.originals import Originals
from qa.types import PassageCopy, Source
from qa.web import create_app
from qa.web.openapi import EXAMPLES as EXAMPLE_FILE
from qa.web.routes import ROUTES
from qa.web.service import AppOptions
from tests.doubles import WordEncoder
from tests.index.parsers.samples import pdf
from tests.qa.web import helpers
from tests.qa.web.api_document import JAVASCRIPT, PYTHON, Example, collect_examples, render_document
from tests.qa.web.server.process import ready

DOCUMENT = Path(__file__).parents[3] / "docs" / "api.md"
QUESTION = "Who directed the film?"
TEXT = "Plans were announced. The film is directed by Hiroyuki Seshita. It was released in 2017."
HASH = sha256(TEXT.encode()).hexdigest()
NAME, PDF = "films/blame.txt", "films/blame.pdf"
QUOTE = TEXT[helpers.SENTENCE.start : helpers.SENTENCE.end]
FIELDS = {"folder": ("films",), "format": ("txt",), "licence": ("CC BY-SA 4.0",)}
PLACE = {"start": helpers.SENTENCE.start, "end": helpers.SENTENCE.end}
# They take and return nothing that could be shown.
WITHOUT_EXAMPLE = {"api.feedback", "api.metrics", "api.openapi", "pages.docs", "sign_in.show", "sign_in.leave"}
WITHOUT_EXAMPLE |= {"widget.script", "pages.shared"}
# The pages for administrators and their forms are for browsers; tests/qa/web/admin uses them.
FOR_BROWSERS = {route.name for route in ROUTES if route.path.startswith("/admin")}
WITHOUT_EXAMPLE |= FOR_BROWSERS
KEY = {"Authorization": "Bearer KEY"}
EXAMPLES = {
    "api.ask": Example(
        "/v1/ask",
        {
            "question": QUESTION,
            "filter": {"folder": "films/**", "licence": "CC BY-SA 4.0"},
            "explain": True,
            "plain": True,
        },
    ),
    "api.ask_by_url": Example("/v1/ask?q=Who+directed+the+film%3F&top_k=1"),
    "api.ask_batch": Example("/v1/ask/batch", {"questions": [QUESTION, {"question": QUESTION, "mode": "fast"}]}),
    # The id of a completion is that of its request.
    "chat.complete": Example(
        "/v1/chat/completions",
        {"model": "netsphere", "messages": [{"role": "user", "content": QUESTION}]},
        headers={"X-Request-ID": "visitor-1"},
        keys=("netsphere",),
    ),
    "chat.models": Example("/v1/models"),
    "chat.model": Example("/v1/models/netsphere"),
    "api.collections": Example("/v1/collections"),
    "api.documents": Example("/v1/documents?folder=films&facets=licence,format&offset=0&limit=20"),
    "api.document": Example(f"/v1/documents/{NAME}"),
    "originals.original": Example(f"/v1/documents/{NAME}/original"),
    "pictures.page": Example(f"/v1/documents/{PDF}/pages/1?at=46-62"),
    "pictures.picture": Example(f"/v1/documents/{PDF}/pages/1.png"),
    "documents.put": Example(
        "/v1/documents/notes/blame.md",
        text="# Notes on Blame!\n\nThe film has an ending of its own.",
        headers={**KEY, "Content-Type": "text/markdown"},
    ),
    "documents.delete": Example("/v1/documents/films/blame.txt", headers=KEY),
    "documents.post": Example(
        "/v1/documents",
        text='{"id": "a", "title": "A", "text": "The text of a.", "metadata": {"year": 2017}}\n{"id": "b", "delete": true}',
        headers={**KEY, "Content-Type": "application/x-ndjson"},
    ),
    "documents.updates": Example("/v1/updates"),
    "documents.jobs": Example("/v1/jobs?limit=1", headers=KEY),
    "documents.job": Example("/v1/jobs/1", headers=KEY),
    "documents.publish": Example("/v1/jobs/1/publish", headers=KEY),
    "generations.generations": Example("/v1/generations", headers=KEY),
    "generations.roll_back": Example("/v1/rollback", headers=KEY),
    "generations.rebuild": Example("/v1/rebuild", headers=KEY),
    "api.verify": Example("/v1/verify", {"document": NAME, "sha256": HASH, **PLACE, "text": QUOTE}),
    "api.give_feedback": Example(
        "/v1/feedback",
        {
            "question": QUESTION,
            "passage": f"{NAME}#22-{len(TEXT)}",
            "verdict": "right",
            "id": "visitor-1",
            "about": "answer",
            "answer": TEXT[helpers.NAME.start : helpers.NAME.end],
        },
    ),
    "api.feedback": Example("/v1/feedback", headers=KEY),
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
    "pages.shared": Example("/shared"),
    "composer.complete": Example("/completions?q=Tell+me+about+bla"),
    "pages.turn": Example("/turn", {"question": QUESTION}),
    "pages.follow_ups": Example(f"/follow-ups?document={NAME}&at=22-63"),
    "library.show": Example("/documents?q=blame"),
    "pages.document": Example(f"/documents/{NAME}?at=22-63"),
    "pages.static": Example("/static/document.js"),
    "widget.script": Example("/widget.js"),
}


@pytest.fixture
def example_client(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FlaskClient:
    """The application over one document whose answers can be read in a document."""
    for name, value in (("TEXT", TEXT), ("TITLE", "Blame!"), ("DOCUMENT", NAME)):
        monkeypatch.setattr(helpers, name, value)
    info = DocumentInfo(NAME, "Blame!", HASH, len(TEXT), 1, {"licence": "CC BY-SA 4.0"}, FIELDS)
    monkeypatch.setattr(helpers.OneDocument, "info", info)
    monkeypatch.setattr(helpers.OneDocument, "originals", make_originals(tmp_path))
    add_a_pdf(monkeypatch)
    options = AppOptions(feedback=tmp_path / "feedback.sqlite", admin_key="KEY", index=hold_a_document(tmp_path))
    engine = helpers.HandMade()
    older = Source("films/old/blame.txt", "Blame!", HASH, "2017-05-20")
    engine.copies = (PassageCopy("films/old/blame.txt#22-88", older, 22, 88, identical=False),)
    return create_app(engine, options).test_client()


def add_a_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let there be the same document as a PDF of one page."""
    get_document = helpers.OneDocument.get_document
    pages = {PDF: (0,)}

    def get(self: helpers.OneDocument, document: str, part: Span | None = None) -> DocumentContent | None:
        return get_document(self, NAME if document in pages else document, part)

    monkeypatch.setattr(helpers.OneDocument, "get_pages", lambda _, document: pages.get(document, ()))
    monkeypatch.setattr(helpers.OneDocument, "get_document", get)


def make_originals(folder: Path) -> Originals:
    """Write the files of the documents, and what a build records of them."""
    (folder / "files" / NAME).parent.mkdir(parents=True)
    files = {NAME: TEXT.encode(), PDF: pdf([TEXT])}
    for name, content in files.items():
        (folder / "files" / name).write_bytes(content)
    states = {name: SourceState(hash_digests(sha256(data).digest()), (name,)) for name, data in files.items()}
    write_sources(folder, states)
    return Originals(folder, str(folder / "files"))


def build_from_writes(settings: IndexSettings, overrides: Overrides, _reads_files: bool) -> BuildReport:
    return build_index(None, settings, WordEncoder(), None, overrides)


def hold_a_document(folder: Path) -> Path:
    """Build an index folder with one generation that is served and one that is held, and return it."""
    settings = IndexSettings(index=str(folder / "index"), hold=True)
    (folder / "texts").mkdir()
    (folder / "texts" / "a.txt").write_text("Cats sleep.", encoding="utf-8")
    build_index(folder / "texts", replace(settings, hold=False), WordEncoder())
    Journal(folder / "index").add([Write.of_document(Document("b", "Dogs dig."))])
    with UploadParser(settings) as parser:
        build_with_writes(partial(build_from_writes, settings), settings, False, parser)
    return folder / "index"


def test_the_document_is_up_to_date(request: pytest.FixtureRequest, example_client: FlaskClient) -> None:
    """It is what the OpenAPI document and the application say now; ``--write`` writes it."""
    expected = render_document(example_client, EXAMPLES)
    if request.config.getoption("--write"):
        DOCUMENT.write_text(expected, encoding="utf-8")
    assert DOCUMENT.read_text(encoding="utf-8") == expected


def test_the_examples_of_the_openapi_document_are_what_is_returned(
    request: pytest.FixtureRequest, example_client: FlaskClient
) -> None:
    """A client that sends them gets what they show; ``--write`` writes them."""
    expected = collect_examples(example_client, EXAMPLES)
    if request.config.getoption("--write"):
        text = json.dumps(expected, indent=1, ensure_ascii=False)
        EXAMPLE_FILE.write_text(f"{text}\n", encoding="utf-8")
    assert json.loads(EXAMPLE_FILE.read_bytes()) == expected


def test_the_examples_fit_their_schemas(example_client: FlaskClient) -> None:
    """Parameters, bodies and responses, each by the schema beside it."""
    spec = example_client.get("/openapi.json").get_json()
    for operations in spec["paths"].values():
        for operation in operations.values():
            contents = [*operation.get("requestBody", {}).get("content", {}).values()]
            contents += [c for r in operation["responses"].values() for c in r.get("content", {}).values()]
            shown = [one for one in (*operation["parameters"], *contents) if "example" in one]
            assert shown or operation["operationId"] in WITHOUT_EXAMPLE, operation["operationId"]
            for one in shown:
                Draft202012Validator({**one["schema"], "components": spec["components"]}).validate(one["example"])


def test_every_route_has_an_example() -> None:
    """And no example is of a route that is gone."""
    assert EXAMPLES.keys() == {route.name for route in ROUTES} - FOR_BROWSERS


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
