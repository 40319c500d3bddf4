"""The question box in a page of another site: who may ask, what is shown, by keyboard, and with hostile texts."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, expect

from qa.messages import ENGLISH
from qa.ranking.retrieval import UNREAD_LANGUAGE
from qa.web.access.keys import KeyStore
from tests.browser.conftest import Window
from tests.qa.web.server.process import ready

APP = """create_app(HandMade(), __import__("qa.web.service").web.service.AppOptions(
    feedback=Path({folder!r}, "f.sqlite"), keys=Path({folder!r}, "keys.sqlite"), origins=({origin!r},)))"""
HEAD = '<!doctype html><html lang="en"><head><title>Handbook</title>{head}</head><body><main><h1>Handbook</h1>{body}</main></body></html>'
# As strict as a page can be that loads the script: no style, image or text of its own, and nothing parsed as markup.
POLICY = "default-src 'none'; script-src {server}; connect-src {server}; require-trusted-types-for 'script'"
SCRIPT = '<script src="{server}/widget.js"{more}></script>'
HOSTILE = "<img src=x onerror=\"document.title='taken over'\"><script>document.title='taken over'</script>"


class Site:
    """Another site, whose one page a test writes; its origin is another one than the server's."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.origin = f"http://localhost:{server.server_port}"
        self.html, self.headers = "", dict[str, str]()

    def show(self, page: Page, body: str, head: str = "", policy: str = "") -> None:
        self.html = HEAD.format(head=head, body=body)
        self.headers = {"Content-Security-Policy": policy} if policy else {}
        page.goto(f"{self.origin}/")


@contextmanager
def open_site() -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/" else 404)
            for name, value in {"Content-Type": "text/html; charset=utf-8", **site.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(site.html.encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        site = Site(server)
        Thread(target=server.serve_forever).start()
        yield site
        server.shutdown()


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """The site that the server allows."""
    with open_site() as site:
        yield site


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the server has its keys."""
    return tmp_path_factory.mktemp("server")


@pytest.fixture(scope="module")
def server(folder: Path, site: Site) -> Iterator[str]:
    """A server that pages of one other site may ask."""
    with ready(APP.format(folder=str(folder), origin=site.origin)) as (_, port):
        yield f"http://127.0.0.1:{port}"


def script(server: str, more: str = "") -> str:
    return SCRIPT.format(server=server, more=more)


def ask(page: Page, question: str) -> None:
    page.get_by_role("searchbox").fill(question)
    page.keyboard.press("Enter")


def test_a_page_of_an_allowed_site_shows_an_answer_under_the_strictest_policy(
    window: Window, site: Site, server: str
) -> None:
    """The words, their sentence with the words marked, how sure they are, and the document, which opens."""
    page, complaints = window(), list[str]()
    page.on("console", lambda message: complaints.append(message.text))
    site.show(page, script(server), policy=POLICY.format(server=server))
    ask(page, "Who?")
    expect(page.locator("blockquote")).to_have_text("Hiroyuki Seshita")
    expect(page.locator("mark")).to_have_text("Hiroyuki Seshita")
    expect(page.locator(".status")).to_have_text("Answer · almost certain (91%)")
    assert page.locator(".box").evaluate("e => getComputedStyle(e).paddingLeft") == "16px"
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Blame! <script> · Film").click()
    expect(opened.value.locator("mark.current, mark").first).to_contain_text("directed by Hiroyuki Seshita")
    assert [text for text in complaints if "favicon" not in text and "404" not in text] == []


UNSURE = {
    "perhaps": ("Possible answer · doubtful (36%)", ["The film is directed by Hiroyuki Seshita."]),
    "somewhere": ("The first source answers this · almost certain (97%)", []),
    "the capital": ("Not found in these documents", []),
    "thanks": ("Not found in these documents", []),
}


@pytest.mark.parametrize("question", UNSURE)
def test_what_may_be_wrong_is_shown_as_such(page: Page, site: Site, server: str, question: str) -> None:
    """Nothing is shown above the sources that is not likely, and nothing at all that is not there."""
    status, quoted = UNSURE[question]
    site.show(page, script(server))
    ask(page, question)
    expect(page.locator(".status")).to_have_text(status)
    assert page.locator("blockquote").all_inner_texts() == quoted
    assert page.get_by_role("link").count() == (0 if status.startswith("Not found") else 1)


def test_a_page_of_another_site_gets_no_answer(page: Page, server: str) -> None:
    """It may load the script; the browser does not let it ask, and the visitor is told."""
    with open_site() as other:
        said = list[str]()
        page.on("console", lambda message: said.append(message.text))
        other.show(page, script(server))
        ask(page, "Who?")
        expect(page.locator(".result")).to_contain_text("cannot be reached from this page")
        assert page.locator("blockquote").count() == 0
        assert any("its setting origins must name it" in text for text in said)


def test_the_keyboard_alone_is_enough_and_a_screen_reader_is_told(page: Page, site: Site, server: str) -> None:
    """Tab to the question, Enter to ask, the focus stays; Tab to the source."""
    site.show(page, script(server))
    page.keyboard.press("Tab")
    expect(page.get_by_role("searchbox", name="Ask the documents")).to_be_focused()
    page.keyboard.type("Who?")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Answer. Hiroyuki Seshita. almost certain (91%)")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Ask")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link")).to_be_focused()


@pytest.mark.parametrize("role", ["searchbox", "button"])
def test_escape_ends_the_wait_and_keeps_the_question(page: Page, site: Site, server: str, role: str) -> None:
    """Also for who clicked the button, which has the focus then."""
    site.show(page, script(server))
    page.route("**/v1/ask", lambda _: None)
    ask(page, "And when?")
    expect(page.get_by_role("status")).to_have_text("Searching …")
    page.get_by_role(role).focus()
    page.keyboard.press("Escape")
    expect(page.locator(".result")).to_be_hidden()
    expect(page.get_by_role("searchbox")).to_have_value("And when?")


def test_what_is_typed_during_the_wait_is_kept(page: Page, site: Site, server: str) -> None:
    """It is the next question, when the answer to one of the visitor or of the page arrives."""
    site.show(page, script(server))
    page.get_by_role("searchbox").fill("And when?")
    page.evaluate("document.querySelector('netsphere-ask').ask('Who?')")
    expect(page.locator("blockquote")).to_have_text("Hiroyuki Seshita")
    expect(page.get_by_role("searchbox")).to_have_value("And when?")


def test_why_an_answer_may_be_wrong_is_said(page: Page, site: Site, server: str) -> None:
    """The reason, what failed, and a language that is not read, as on the page of the server."""

    def degrade(route: Route) -> None:
        answer = (reply := route.fetch()).json()
        answer["retrieval"]["degraded"] = ["dense", UNREAD_LANGUAGE]
        route.fulfill(response=reply, json=answer)

    site.show(page, script(server))
    page.route("**/v1/ask", degrade)
    ask(page, "the capital")
    for text in (
        ENGLISH("reason.unknown_words"),
        "Part of the search failed; the answer may be worse",
        ENGLISH("reason.unread_language"),
    ):
        expect(page.locator(".result")).to_contain_text(text)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_in_the_way_of_anybody(window: Window, site: Site, server: str, scheme: str) -> None:
    """Of WCAG and good practice axe-core finds nothing amiss, in a light and in a dark page."""
    page = window()
    site.show(page, script(server), head=f'<meta name="color-scheme" content="{scheme}">')
    ask(page, "Who?")
    expect(page.locator("blockquote")).to_be_visible()
    found = Axe().run(page, context="netsphere-ask").response
    assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found["violations"]] == []
    assert any(rule["id"] == "color-contrast" for rule in found["passes"])


def test_texts_are_shown_and_never_run(page: Page, site: Site, server: str) -> None:
    """In the question, in a document and its title, in the attributes, and in whatever the server says."""
    escaped = HOSTILE.replace("&", "&amp;").replace('"', "&quot;")
    site.show(page, script(server, f' data-title="{escaped}" data-placeholder="{escaped}"'))
    ask(page, f"somewhere {HOSTILE}")
    expect(page.locator(".asked")).to_have_text(f"somewhere {HOSTILE}")
    expect(page.locator("label")).to_have_text(HOSTILE)
    expect(page.locator(".result")).to_contain_text("<script>alert(1)</script> 映画です。")
    page.route(
        "**/v1/ask",
        lambda route: route.fulfill(status=422, json={"detail": HOSTILE}, headers={"Access-Control-Allow-Origin": "*"}),
    )
    ask(page, "Who?")
    expect(page.locator(".result")).to_contain_text(HOSTILE)
    box = page.locator("netsphere-ask")
    assert box.locator("script").count() == box.locator("img").count() == 0
    assert page.title() == "Handbook"


def test_a_page_chooses_place_language_and_colours(page: Page, site: Site, server: str) -> None:
    """By an element of its own, however often; a server elsewhere is named by it."""
    element = f'<netsphere-ask data-server="{server}/" data-language="de-AT" style="--netsphere-accent: rgb(1, 2, 3)"></netsphere-ask>'
    site.show(page, element + '<netsphere-ask lang="fr" data-title="Le manuel"></netsphere-ask>', head=script(server))
    first, second = page.locator("netsphere-ask").all()
    expect(first.get_by_role("searchbox", name="Frag die Dokumente")).to_be_visible()
    expect(second.get_by_role("searchbox", name="Le manuel")).to_be_visible()
    button = first.get_by_role("button", name="Fragen")
    assert button.evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(1, 2, 3)"
    second.get_by_role("searchbox").fill("perhaps")
    page.keyboard.press("Enter")
    expect(second.locator(".status")).to_have_text("Réponse possible · douteux (36\N{NARROW NO-BREAK SPACE}%)")
    expect(first.locator(".result")).to_be_hidden()


def test_a_follow_up_is_asked_with_what_was_said_before(page: Page, site: Site, server: str) -> None:
    """As the page of the server asks it; what was searched is shown, and the page around is told of the answer."""
    site.show(page, script(server, ' data-mode="fast" data-document="folder/*"'))
    page.evaluate("addEventListener('netsphere-answer', ({ detail }) => { window.told = detail.status; })")
    ask(page, "Who?")
    expect(page.locator("blockquote")).to_be_visible()
    with page.expect_request("**/v1/ask") as sent:
        ask(page, "perhaps there?")
    assert sent.value.post_data_json == {
        "question": "perhaps there?",
        "history": [{"question": "Who?", "answer": "Hiroyuki Seshita"}],
        "plain": True,
        "mode": "fast",
        "filter": {"document": ["folder/*"]},
    }
    expect(page.locator(".result")).to_contain_text("Searched as: perhaps there? (Blame! film)")
    assert page.evaluate("window.told") == "unsure"


def test_a_server_that_needs_a_key_gets_the_one_of_the_page(page: Page, tmp_path: Path, site: Site) -> None:
    """Without it the visitor is told that this page may not ask."""
    key = KeyStore(tmp_path / "keys.sqlite").add_key("site", ["ask"])
    with ready(APP.format(folder=str(tmp_path), origin=site.origin)) as (_, port):
        address = f"http://127.0.0.1:{port}"
        site.show(page, script(address))
        ask(page, "Who?")
        expect(page.locator(".result")).to_contain_text("not allowed to ask")
        site.show(page, script(address, f' data-key="{key}"'))
        ask(page, "Who?")
        expect(page.locator("blockquote")).to_have_text("Hiroyuki Seshita")


@pytest.mark.parametrize(
    ("status", "text"), [(503, "The server is busy"), (429, "The server is busy"), (500, "could not answer")]
)
def test_a_failure_is_told_in_words(page: Page, site: Site, server: str, status: int, text: str) -> None:
    """And the question is still in the box, to be sent again."""
    site.show(page, script(server))
    page.route(
        "**/v1/ask", lambda route: route.fulfill(status=status, body="", headers={"Access-Control-Allow-Origin": "*"})
    )
    ask(page, "Who?")
    expect(page.get_by_role("status")).to_contain_text(text)
    expect(page.get_by_role("searchbox")).to_have_value("Who?")
