"""The script of the question box: who may load it, how long it is kept, and that it says what the page says."""

import json
import re
import shutil
import subprocess

import pytest
from flask.testing import FlaskClient

from qa.answer.wording import CONFIDENCE_WORDS
from qa.messages import ENGLISH
from qa.types import Reason, Status
from qa.web.errors.problems import Code
from qa.web.pages.widget import SCRIPT, read_script
from tests.qa.web.shape import problem

FOREIGN = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "script"}
SOURCE = SCRIPT.read_text(encoding="utf-8")


def test_a_page_of_any_site_may_load_the_script_and_nothing_else(client: FlaskClient) -> None:
    """Its headers let a browser run it there; what it may ask is decided by the setting origins."""
    loaded = client.get("/widget.js", headers=FOREIGN)
    assert (loaded.status_code, loaded.mimetype) == (200, "text/javascript")
    assert loaded.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert loaded.headers["X-Content-Type-Options"] == "nosniff"
    for path in ("/static/widget.js", "/static/chat.js", "/v1/ask?q=Who"):
        problem(client.get(path, headers=FOREIGN), Code.CROSS_SITE)
    problem(client.post("/v1/ask", json={"question": "Who?"}, headers=FOREIGN), Code.CROSS_SITE)
    problem(client.get("/widget.js", headers={"Host": "evil.example"}), Code.UNKNOWN_HOST)


def test_an_unchanged_script_is_not_sent_again(client: FlaskClient) -> None:
    """By its ETag, which is its version."""
    first = client.get("/widget.js")
    etag = first.headers["ETag"]
    assert etag.strip('"') == read_script()[1]
    again = client.get("/widget.js", headers={"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")
    assert client.get("/widget.js", headers={"If-None-Match": '"other"'}).data == first.data


@pytest.mark.parametrize(("version", "is_current"), [(None, False), ("old", False), (read_script()[1], True)])
def test_a_page_that_names_the_version_loads_it_once(
    client: FlaskClient, version: str | None, is_current: bool
) -> None:
    """Any other page asks for a new one within minutes."""
    control = client.get("/widget.js", query_string={"v": version} if version else {}).cache_control
    assert (control.public, bool(control.immutable)) == (True, is_current)
    assert control.max_age == (31_536_000 if is_current else 600)


def test_it_says_what_the_page_says(client: FlaskClient) -> None:
    """Its English words are those of the server; every language has the same entries."""
    node = shutil.which("node")
    if not node:
        pytest.skip("needs node")
    words = re.search(r"const WORDS = (\{.*?\n  \});", SOURCE, re.DOTALL)
    assert words
    program = f"process.stdout.write(JSON.stringify({words[1]}))"
    languages = json.loads(subprocess.run([node, "--eval", program], capture_output=True, text=True, check=True).stdout)
    english = languages["en"]
    assert english["sure"] == [ENGLISH(f"confidence.{word}") for _, word in CONFIDENCE_WORDS]
    assert re.search(r"const SURE = \[(.*?)\]", SOURCE)[1].split(", ") == [
        f"{least:g}" for least, _ in CONFIDENCE_WORDS
    ]  # type: ignore[index]
    assert {status: english[status] for status in Status} == {
        status: ENGLISH(f"status.{status.value}") for status in Status
    }
    passages = {Status.ANSWERED: english["passage_answered"], Status.UNSURE: english["passage_unsure"]}
    assert passages == {status: ENGLISH(f"status.passage_{status.value}") for status in passages}
    assert english["reasons"] == {reason: ENGLISH(f"reason.{reason.value}") for reason in Reason}
    assert english["unread"] == ENGLISH("reason.unread_language")
    for language in languages.values():
        assert language.keys() == english.keys()
        assert language["reasons"].keys() == english["reasons"].keys()
        assert len(language["sure"]) == len(english["sure"])


def test_it_never_takes_a_text_for_markup() -> None:
    """Nothing in it parses HTML or runs text."""
    for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(", "DOMParser"):
        assert way not in SOURCE
