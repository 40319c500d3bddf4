"""The page, the terminal, the JSON, the export and the evaluation show and judge the same, with the same number."""

import json
import re
import shutil
import subprocess
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from qa.answer.serialize import answer_json
from qa.answer.terminal import print_answer
from qa.evaluation.types import SystemReply
from qa.messages import ENGLISH
from qa.types import Quote, Request
from qa.web import pages
from tests.qa.web.helpers import NAME, SENTENCE, TEXT, HandMade

EXPORT = Path(pages.__file__).parent / "static" / "export.js"
# What the script needs of the page.
LINK = "http://127.0.0.1/documents/a?quote=(b)+second"
PAGE = """globalThis.addEventListener = () => {};
globalThis.document = {body: {dataset: {texts: %s}}, documentElement: {lang: "en"},
    querySelector: () => ({action: "http://127.0.0.1/", textContent: "Netsphere"})};
import(%s).then(({ writeMarkdown }) => console.log(writeMarkdown(%s)));"""
WORDS, WHOLE = TEXT[NAME.start : NAME.end], TEXT[SENTENCE.start : SENTENCE.end]
# Question, headline, and the number that belongs to what is shown: of a passage its own, and never beside words.
SHOWN = [("Who", WORDS, 91), ("perhaps", WHOLE, 36), ("somewhere", None, 97)]
PER_CENT = re.compile(r"(\d+)%")

cases = pytest.mark.parametrize(("question", "headline", "number"), SHOWN)


def find_numbers(text: str) -> set[int]:
    return {int(number) for number in PER_CENT.findall(text)}


@cases
def test_the_page_shows_the_headline_with_its_own_number(
    client: FlaskClient, question: str, headline: str | None, number: int
) -> None:
    """With the whole passage, its evidence marked; without a headline the number is that of the passage."""
    page = unescape(client.get(f"/?q={question}").text)
    shown = page[page.index('<section class="answer passage"') : page.index("</section>")]
    assert find_numbers(shown) == {number}
    assert re.findall(r"<blockquote[^>]*>(.*?)</blockquote>", shown) == ([headline] if headline else [])
    assert f"<mark>{WHOLE}</mark>" in shown
    announced = re.search(r'data-announcement="([^"]*)"', page)
    assert announced
    assert find_numbers(announced[1]) == ({number} if headline else set())
    assert (WORDS in announced[1]) == (headline is not None)


def test_the_parts_of_a_list_are_shown_one_by_one(
    client: FlaskClient, engine: HandMade, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Items of a list on the page, lines on the terminal, instead of words that run together."""
    answer = engine.ask(Request("Who"))
    assert answer.answer
    parts = tuple(Quote(word, 0, 1) for word in ("Toho", "King <Records>"))
    listed = replace(answer, answer=replace(answer.answer, spans=parts))
    print_answer(listed)
    assert "\n  • Toho\n  • King <Records>\n" in capsys.readouterr().out
    monkeypatch.setattr(engine, "_answer", lambda request: listed)
    assert "<ul><li>Toho</li><li>King &lt;Records&gt;</li></ul></blockquote>" in client.get("/?q=Who").text


def test_without_a_headline_the_page_points_at_the_source(client: FlaskClient) -> None:
    """It does not say "Answer" over nothing."""
    assert '<h3 class="status">The first source answers this</h3>' in client.get("/?q=somewhere").text
    assert '<h3 class="status">Answer</h3>' in client.get("/?q=Who").text


@cases
def test_the_terminal_shows_the_same(
    engine: HandMade, question: str, headline: str | None, number: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """The number in its first line, the headline in quotation marks."""
    print_answer(engine.ask(Request(question)))
    printed = capsys.readouterr().out
    assert find_numbers(printed) == find_numbers(printed.splitlines()[0]) == {number}
    assert re.findall("“(.*)”", printed) == ([headline] if headline else [])


@cases
def test_the_evaluation_judges_the_same(engine: HandMade, question: str, headline: str | None, number: int) -> None:
    """The words with their confidence; without a headline no words."""
    reply = SystemReply.from_json(answer_json(engine.ask(Request(question))))
    assert reply.answer == headline
    assert reply.words_confidence == pytest.approx(number / 100 if headline else 0.0)


@pytest.mark.skipif(not shutil.which("node"), reason="needs node")
def test_the_export_has_the_same(engine: HandMade) -> None:
    """Every turn in Markdown; one that an earlier version stored has only the passage's number."""
    answers = [answer_json(engine.ask(Request(question))) for question, _, _ in SHOWN]
    turns = [{"links": {one["id"]: LINK for one in answer["passages"]}, "answer": answer} for answer in answers]
    stored = json.loads(json.dumps(turns[0]))
    for key in ("kind", "confidence", "spans"):
        del stored["answer"]["answer"][key]
    texts = ENGLISH.select(["conversations", "status"])
    program = PAGE % (json.dumps(json.dumps(texts)), json.dumps(EXPORT.as_uri()), json.dumps([*turns, stored]))
    command = [str(shutil.which("node")), "--input-type=module", "--eval", program]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    exported = done.stdout.split("## ")[1:]
    assert f"]({LINK.replace('(', '%28').replace(')', '%29')})" in exported[0]  # or the link would end early
    for part, (_, headline, number) in zip(exported, [*SHOWN, ("Who", WORDS, 97)], strict=True):
        assert re.findall(r"^> (.*)$", part, re.MULTILINE) == ([headline] if headline else [])
        # Below it each passage has its own.
        assert find_numbers("".join(re.findall("^Confidence: .*$", part, re.MULTILINE))) == {number}
