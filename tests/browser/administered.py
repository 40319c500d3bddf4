"""A server with something to administer: feedback, questions without an answer, and a version that is held."""

from collections.abc import Iterator
from contextlib import contextmanager
from json import dumps
from pathlib import Path

from playwright.sync_api import Page, expect

from qa.web.access.authorization import COOKIE
from tests.qa.web.documents.served import KEY, Served, served

QUESTIONS = (
    "Who directed the film?", "What is the capital of France?", "Which city is the capital of France?",
    "What is France's capital city?", "How do I reset my password?", "How can I reset my password?",
    "Where can I buy tickets?",
)  # fmt: skip
FLAGS = ("--hold", "--keep-questions", "30")


@contextmanager
def administered(folder: Path, index: Path) -> Iterator[str]:
    """Yield the address of a server over a copy of an index, on which visitors and a writer have been."""
    with served(folder, index, *FLAGS) as server:
        _use(server)
        yield f"http://127.0.0.1:{server.port}"


def open_admin(page: Page, address: str, path: str = "") -> None:
    """Open a page as somebody who has signed in as an administrator."""
    # In quotes, as the server sets it: it has spaces.
    page.context.add_cookies([{"name": COOKIE, "value": f'"{KEY}"', "url": address}])
    page.goto(f"{address}/admin{path}")
    expect(page.locator(".tabs")).to_be_visible()


def _use(server: Served) -> None:
    for question in QUESTIONS:
        answer = server.send("POST", "/v1/ask", dumps({"question": question}).encode())
        passage = answer["passages"][0]["id"]
        body = {"question": question, "passage": passage, "verdict": "wrong"}
        if answer["answer"]:
            body |= {"about": "answer", "answer": answer["answer"]["text"], "verdict": "right"}
        server.send("POST", "/v1/feedback", dumps(body).encode())
    server.finish(server.put("tickets.txt", "Tickets are sold at the box office from 10 o'clock."), "held")
