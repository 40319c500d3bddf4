"""``plain`` in a question adds each text without the marks of its format, for programs that show text as text."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from index.build.pipeline import build_index
from index.generation.directory import IndexDirectory
from index.settings import IndexSettings
from qa.engine import Engine
from qa.reader import NONE
from qa.web import create_app
from qa.web.service import AppOptions
from tests.doubles import WordEncoder

TEXTS = {
    "leave.md": "# Handbook\n\n## Paid *sick* leave\n\nEvery employee has **twenty-seven days** of [paid leave](https://a.example) a year.\n",
    "tools.md": "# Tools\n\n| Tool | Place |\n|---|---|\n| hammer | `shelf` four |\n",
    "notes.txt": "Every guest has **three stars** of paid breakfast.",
}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A caller of an application over Markdown and a text that only looks like it."""
    folder = tmp_path_factory.mktemp("plain")
    (folder / "texts").mkdir()
    for name, text in TEXTS.items():
        (folder / "texts" / name).write_text(text, encoding="utf-8")
    build_index(folder / "texts", IndexSettings(index=str(folder / "index")), WordEncoder())
    generation = IndexDirectory(folder / "index").open_current()
    app = create_app(Engine(generation, WordEncoder(), NONE), AppOptions(feedback=folder / "feedback.sqlite"))
    return app.test_client()


def ask(client: FlaskClient, question: str, document: str, **more: object) -> Any:  # noqa: ANN401  (any JSON)
    """Return an answer from one document."""
    body = {"question": question, "mode": "fast", "filter": {"document": [document]}, **more}
    return client.post("/v1/ask", json=body).get_json()


def cut(plain: dict[str, Any]) -> list[str]:
    """Return what is marked of a plain text."""
    return [plain["text"][mark["start"] : mark["end"]] for mark in plain["marks"]]


def test_marks_of_markdown_are_left_out(client: FlaskClient) -> None:
    """Of the passage, of its heading, of the sentence and of the words; the evidence is marked in what is left."""
    answer = ask(client, "How many days of paid leave has an employee?", "leave.md", plain=True)
    passage = answer["passages"][0]
    assert "**twenty-seven days**" in passage["text"]
    sentence = "Every employee has twenty-seven days of paid leave a year."
    assert sentence in passage["plain"]["text"]
    assert (cut(passage["plain"]), passage["plain"]["heading"]) == ([sentence], "Paid sick leave")
    plain = answer["answer"]["plain"]
    assert (plain["text"], plain["spans"], plain["sentence"]["text"]) == (sentence, [sentence], sentence)
    assert cut(plain["sentence"]) == [sentence]
    rows = ask(client, "Where is the hammer?", "tools.md", plain=True)["passages"][0]["plain"]["text"]
    assert "hammer · shelf four" in rows
    assert "|" not in rows


def test_a_text_that_only_looks_like_markdown_is_kept(client: FlaskClient) -> None:
    """Its format has no marks, so nothing of it may be lost."""
    passage = ask(client, "How many stars of breakfast has a guest?", "notes.txt", plain=True)["passages"][0]
    assert passage["plain"] == {"text": TEXTS["notes.txt"], "marks": [{"start": 0, "end": 50}], "heading": None}


def test_it_is_there_only_if_it_was_asked_for(client: FlaskClient) -> None:
    """Also in a batch, where each question says it for itself; offsets of the source stay."""
    question = "How many days of paid leave has an employee?"
    without, asked = ask(client, question, "leave.md"), ask(client, question, "leave.md", plain=True)
    assert "plain" not in without["answer"]
    assert "plain" not in without["passages"][0]
    del asked["answer"]["plain"], asked["passages"][0]["plain"], asked["took_ms"], without["took_ms"]
    assert asked == without
    batch = [{"question": question, "plain": True}, {"question": question}]
    answers = client.post("/v1/ask/batch", json={"questions": batch}).get_json()["answers"]
    assert ["plain" in answer["passages"][0] for answer in answers] == [True, False]
