"""A link that holds an answer, which the page that shows it checks, and conversations as files and on paper."""

import json
import re
import unicodedata
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Window
from tests.browser.shared_links import make_shared, pack, unpack
from tests.browser.states import CAPITAL, DIRECTOR
from tests.browser.visitor import ask

SENTENCE = "The film is directed by Hiroyuki Seshita"


def open_link(page: Page, server: str, held: dict[str, Any]) -> None:
    page.goto("about:blank")
    page.goto(f"{server}/shared#{pack(held)}")


def test_a_shared_answer_is_checked_against_its_document(window: Window, server: str) -> None:
    """The link holds question, words and place, and no server is sent them; whoever opens it sees that they are there."""
    page = window(permissions=["clipboard-read", "clipboard-write"])
    page.goto(server)
    ask(page, DIRECTOR)
    ask(page, CAPITAL)
    page.locator(".menu summary").click()
    page.get_by_role("button", name="Copy a link to share").click()
    expect(page.locator(".notice")).to_contain_text("The link is copied.")
    copied = page.evaluate("navigator.clipboard.readText()")
    held = unpack(copied.split("#")[1])
    assert [turn["question"] for turn in held["turns"]] == [DIRECTOR, CAPITAL]
    first, second = held["turns"]
    assert {**first, "sources": first["sources"][:1]} == make_shared(server)["turns"][0]
    assert (second["status"], second["sources"]) == ("not_found", [])
    other = window()
    requested: list[str] = []
    other.on("request", lambda request: requested.append(request.url))
    other.goto(copied)
    expect(other.locator(".valid .verdict").first).to_have_text("Checked: the document says exactly this.")
    expect(other.locator(".valid mark").first).to_have_text("Hiroyuki Seshita")
    expect(other.locator(".shared")).to_contain_text("The link says that this was not found in these documents.")
    assert not any("Seshita" in url for url in requested)
    other.get_by_role("link", name="Blame!").first.click()
    expect(other.locator("mark").first).to_contain_text(SENTENCE)


def test_other_words_are_not_passed_off_as_those_of_the_document(page: Page, server: str) -> None:
    """Neither as the quotation, nor as the answer in it, nor under another title."""
    held = make_shared(server)
    source = held["turns"][0]["sources"][0]
    source.update(text="The film is directed by Somebody Else.", title="Another document")
    open_link(page, server, held)
    expect(page.locator(".gone .verdict")).to_contain_text("Not in the document.")
    expect(page.locator(".shared blockquote")).to_have_count(0)
    expect(page.locator(".shared")).not_to_contain_text("Another document")
    held = make_shared(server)
    held["turns"][0]["answer"] = ["Somebody Else"]
    open_link(page, server, held)
    expect(page.locator(".warning")).to_contain_text("not part of its quotation")
    expect(page.locator(".shared")).not_to_contain_text("Somebody Else")


def test_words_that_have_moved_are_shown_as_they_are_now(page: Page, server: str) -> None:
    """With the place where they are."""
    held = make_shared(server)
    source = held["turns"][0]["sources"][0]
    place = source["start"]
    source.update(start=3, end=9, text=source["text"].upper())
    open_link(page, server, held)
    expect(page.locator(".moved blockquote")).to_contain_text(SENTENCE)
    expect(page.locator(".moved a")).to_have_attribute("href", re.compile(f"at={place}-"))


@pytest.mark.parametrize("fragment", ["", "x", "A" * 50, pack({"version": 2, "turns": []}), pack({"version": 1})])
def test_a_damaged_link_says_so(page: Page, server: str, fragment: str) -> None:
    """Cut off, mistyped, or of a later version."""
    page.goto(f"{server}/shared#{fragment}")
    expect(page.locator(".shared")).to_have_text("This link is damaged or incomplete. Ask for it again.")


def test_nothing_is_shown_that_could_not_be_checked(page: Page, server: str) -> None:
    """Without a key, or if the server does not answer; markup of a link is text."""
    held = make_shared(server)
    held["turns"][0]["question"] = "<img src=x onerror=alert(1)> who?"
    for status, words in ((401, "sign in"), (500, "refused")):
        page.route("**/v1/verify", partial(Route.fulfill, status=status, body="{}"))
        open_link(page, server, held)
        expect(page.locator(".source")).to_contain_text(words)
        expect(page.locator(".shared")).not_to_contain_text("Seshita")
        page.unroute("**/v1/verify")
    expect(page.locator(".question")).to_have_text(held["turns"][0]["question"])
    expect(page.locator(".shared img")).to_have_count(0)


def test_a_long_conversation_is_not_cut_into_a_link(window: Window, server: str) -> None:
    """A message says to export it."""
    page = window(permissions=["clipboard-read", "clipboard-write"])
    page.goto(server)
    ask(page, DIRECTOR)
    page.evaluate("""() => { const turn = document.querySelector(".turn"), data = JSON.parse(turn.dataset.turn);
        data.request.question = Array.from(crypto.getRandomValues(new Uint8Array(9000)), byte => byte.toString(36)).join("");
        turn.dataset.turn = JSON.stringify(data); }""")
    page.locator(".menu summary").click()
    page.get_by_role("button", name="Copy a link to share").click()
    expect(page.locator(".notice")).to_contain_text("too long for a link")


def test_a_conversation_is_exported(page: Page, server: str, tmp_path: Path) -> None:
    """As Markdown and HTML with words and links to their places; as JSON with the answers of the API."""
    page.goto(server)
    ask(page, DIRECTOR)
    ask(page, CAPITAL)
    exported = {}
    for name, kind in (("Markdown", "md"), ("HTML", "html"), ("JSON", "json")):
        page.locator(".menu summary").click()
        with page.expect_download() as download:
            page.get_by_role("button", name=f"Export as {name}").click()
        assert download.value.suggested_filename == f"conversation.{kind}"
        download.value.save_as(tmp_path / kind)
        exported[kind] = (tmp_path / kind).read_text(encoding="utf-8")
    markdown, turns = exported["md"], json.loads(exported["json"])
    for words in (f"## {DIRECTOR}", "> Hiroyuki Seshita", "Not found in these documents", f"**{SENTENCE}"):
        assert words in markdown
    assert [turn["answer"]["status"] for turn in turns] == ["answered", "not_found"]
    assert turns[0]["request"] == {"question": DIRECTOR}
    assert turns[0]["answer"]["answer"]["text"] == "Hiroyuki Seshita"
    link = turns[0]["links"][turns[0]["answer"]["passages"][0]["id"]]
    assert f"]({link.replace('(', '%28').replace(')', '%29')})" in markdown
    page.goto((tmp_path / "html").rename(tmp_path / "page.html").as_uri())
    expect(page.locator("mark").first).to_contain_text(SENTENCE)
    page.locator("a").first.click()
    expect(page.locator("mark").first).to_contain_text(SENTENCE)


def test_a_conversation_prints_whole(page: Page, server: str, tmp_path: Path) -> None:
    """All questions and answers, with what is folded up on the screen, and nothing to click."""
    from pypdf import PdfReader

    page.goto(server)
    ask(page, DIRECTOR)
    ask(page, CAPITAL)
    page.evaluate("""() => document.querySelector(".answer").insertAdjacentHTML("beforeend",
        "<details id=folded><summary>More</summary><p>What is folded up</p></details>")""")
    page.pdf(path=tmp_path / "talk.pdf", format="A4")
    sheets = PdfReader(tmp_path / "talk.pdf").pages
    printed = unicodedata.normalize("NFKC", " ".join(sheet.extract_text() for sheet in sheets))
    for words in (DIRECTOR, CAPITAL, "What is folded up"):
        assert words in printed
    for words in ("New conversation", "Copy link", "Menu", "Ask these documents"):
        assert words not in printed
    expect(page.locator("#folded")).not_to_have_attribute("open", "")
