"""Every limit of the application, at its last allowed value and one beyond."""

import json
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from html import unescape
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from flask.testing import FlaskClient

from index.types import Span
from qa.collection.suggestions import Suggestion
from qa.types import Answer, AnswerPassage, Mode, Request
from qa.web import create_app
from qa.web.engine.answer_cache import AnswerCache, measure_bytes
from qa.web.engine.question_batcher import QuestionBatcher
from qa.web.errors.problems import Code
from qa.web.pages.suggested_questions import SuggestedQuestions
from qa.web.routes import ROUTES, Route
from qa.web.security import CONTENT_SECURITY_POLICY
from tests.qa.web.helpers import DOCUMENT, TEXT, HandMade


def test_the_content_security_policy_allows_nothing_but_what_the_pages_need() -> None:
    """Own scripts, styles and requests; no frame around the page, no form or base elsewhere."""
    assert CONTENT_SECURITY_POLICY.split("; ") == [
        "default-src 'none'", "script-src 'self'", "connect-src 'self'", "style-src 'self'", "img-src 'self'",
        "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("url", "body", "allowed"),
    [
        ("/v1/ask", {"question": "a", "history": [{"question": "b"}] * 20}, True),
        ("/v1/ask", {"question": "a", "history": [{"question": "b", "answer": "x" * 10_000}]}, True),
        ("/v1/ask", {"question": "a", "history": [{"question": "b", "answer": "x" * 10_001}]}, False),
        ("/v1/ask", {"question": "a", "filter": {"document": ["*"] * 100}}, True),
        ("/v1/ask", {"question": "a", "filter": {"document": ["*" * 1000]}}, True),
        ("/v1/ask", {"question": "a", "filter": {"document": ["*" * 1001]}}, False),
        ("/v1/verify", {"document": DOCUMENT, "start": 10**12, "end": 10**12, "text": "x" * 10_000}, True),
        ("/v1/verify", {"document": DOCUMENT, "start": 10**12 + 1, "end": 0, "text": "x"}, False),
        ("/v1/verify", {"document": DOCUMENT, "start": 0, "end": 10**12 + 1, "text": "x"}, False),
        ("/v1/verify", {"document": DOCUMENT, "start": 0, "end": 1, "text": "x" * 10_001}, False),
    ],
    ids=lambda value: str(value)[:40],
)
def test_bodies_at_their_limits(client: FlaskClient, url: str, body: dict[str, Any], allowed: bool) -> None:
    """The last value is served, the next one is a problem."""
    assert client.post(url, json=body).status_code == (200 if allowed else 422)


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("/v1/documents?limit=200&offset=1000000000", 200),
        ("/v1/documents?offset=1000000001", 422),
        (f"/documents/{DOCUMENT}?" + "&".join(["at=1-2"] * 50), 200),
        (f"/documents/{DOCUMENT}?" + "&".join(["at=1-2"] * 51), 422),
        (f"/documents/{DOCUMENT}?at=1-2&quote=" + "x" * 10_000, 200),
        (f"/documents/{DOCUMENT}?at=1-2&quote=" + "x" * 10_001, 422),
        ("/?q=a" + "&x=1" * 199, 200),
        ("/?q=a" + "&x=1" * 200, 400),
    ],
    ids=lambda value: str(value)[:40],
)
def test_queries_at_their_limits(client: FlaskClient, url: str, status: int) -> None:
    """The last value is served, the next one is a problem."""
    repeated = url.startswith("/?")
    url = re.sub("&x=1", lambda match: f"&x{match.start()}=1", url) if repeated else url
    assert client.get(url).status_code == status


@pytest.mark.parametrize("route", [r for r in ROUTES if Code.UNKNOWN_FIELD in r.problems], ids=lambda route: route.name)
def test_every_route_of_the_api_rejects_an_unknown_parameter(client: FlaskClient, route: Route) -> None:
    """A typo in an optional parameter must not be ignored."""
    url = route.path.replace("<path:id>", DOCUMENT) + "?colour=red&q=a"
    refused = client.open(url, method=route.method, json={}, headers={"Authorization": "Bearer the key"})
    body = refused.get_json()
    # In OpenAI's form of a failure there is one field.
    assert "colour" in [error["field"] for error in body.get("errors", [])] + [body.get("error", {}).get("param")]


def test_a_body_of_a_mebibyte_is_read(client: FlaskClient) -> None:
    """One byte more is not."""
    body = json.dumps({"question": "a"}).encode()
    for size, status in ((1024 * 1024, 200), (1024 * 1024 + 1, 413)):
        response = client.post("/v1/ask", data=body.ljust(size), content_type="application/json")
        assert response.status_code == status


def test_twenty_unknown_documents_are_named(client: FlaskClient) -> None:
    """Not all of a hundred."""
    names = [f"no-{number}" for number in range(100)]
    body = client.post("/v1/ask", json={"question": "a", "filter": {"document": names}}).get_json()
    assert len(body["errors"]) == 20


def test_16_mib_of_answers_are_cached() -> None:
    """The first one is asked again after as many others as fit, which are more than a thousand short ones."""
    engine = HandMade()
    cache = AnswerCache(lambda questions, caller: engine.ask_many(questions))
    size = measure_bytes(engine.ask(Request("1000")))
    engine.asked.clear()
    fitting = 16 * 1024 * 1024 // size
    assert fitting > 1000
    numbers = range(1000, 1000 + fitting)
    for number in [*numbers, 1000, numbers.stop, 1000, 1001]:
        cache.ask_many([Request(str(number))])
    assert [int(request.question) for request in engine.asked] == [*numbers, numbers.stop, 1001]


@pytest.mark.parametrize(("mode", "batches"), [("fast", 2), ("precise", 3)])
def test_a_few_batches_are_answered_at_once(mode: Mode, batches: int) -> None:
    """In each mode as many as keep the processors busy; one more waits."""
    for callers, together, timeout in ((batches, True, 60), (batches + 1, False, 1)):
        barrier = Barrier(callers, timeout=timeout)

        def meet(questions: Sequence[Request], barrier: Barrier = barrier) -> list[Answer]:
            barrier.wait()
            return HandMade().ask_many(questions)

        batcher = QuestionBatcher(meet)
        with ThreadPoolExecutor(callers) as pool:
            asked = [pool.submit(batcher.ask_many, [Request(str(n), mode=mode)]) for n in range(callers)]
            assert all(isinstance(one.exception(), BrokenBarrierError) for one in asked) is not together
        batcher.close()


class TwoDocuments(HandMade):
    """Answers with a sure passage, one of which is just likely, one just not, and one of another document."""

    def ask_many(self, questions: Sequence[Request]) -> list[Answer]:
        def passage(first: AnswerPassage, score: float, start: int) -> AnswerPassage:
            span = Span(start, start + 5)
            return replace(first, score=score, start=start, end=len(TEXT), text=TEXT[start:], evidence=(span,))

        return [
            replace(answer, passages=tuple(passage(answer.passages[0], *one) for one in SCORES))
            for answer in super().ask_many(questions)
        ]


SCORES = ((0.97, 22), (0.25, 40), (0.2499, 60))


def test_evidence_of_likely_passages_is_marked_with_the_first() -> None:
    """From a probability of 0.25 on; a less likely passage is marked faintly, and in its own link only."""
    page = unescape(create_app(TwoDocuments()).test_client().get("/?q=Who").text)
    links = re.findall(r'class="open" href="[^?]*\?([^"#]*)#', page)
    assert links == ["at=22-27&at=40-45", "at=22-27&at=40-45", "at=22-27&at=40-45&at=60-65"]
    assert page.count('class="passage unlikely"') == 1


def test_a_citation_has_twelve_digits_of_the_hash(client: FlaskClient) -> None:
    """Enough to distinguish two versions of a document."""
    assert "SHA-256 abababababab…)" in unescape(client.get("/?q=Who").text)


def test_three_documents_are_named_and_all_are_counted(client: FlaskClient, engine: HandMade) -> None:
    """On the welcome page."""
    info = engine.catalog.info
    engine.catalog.list_documents = lambda offset, limit: ([info] * 10)[offset : offset + limit]  # type: ignore[method-assign]
    index = engine.catalog.describe_index()
    engine.catalog.describe_index = lambda: replace(index, documents=10)  # type: ignore[method-assign]
    page = client.get("/").text
    assert page.count(f'href="/documents/{DOCUMENT}"') == 3
    assert "10 documents" in page and "All documents" in page


def test_five_suggestions_are_shown_first_and_three_near_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the section of the best passage come before others of the document; other documents are left out."""
    made = [
        Suggestion(f"Question {number}?", "Who", document, heading, Span(0, 1), "Ann Lee")
        for number, (document, heading) in enumerate([("other", "Film"), (DOCUMENT, None)] + [(DOCUMENT, "Film")] * 5)
    ]
    monkeypatch.setattr("qa.web.pages.suggested_questions.suggest_questions", lambda *_: tuple(made))
    suggested = SuggestedQuestions(HandMade())
    suggested.start().join()
    questions = [one.question for one in made]
    assert list(suggested.for_welcome()) == questions[:5]
    assert list(suggested.near_answer(HandMade().ask(Request("the capital")))) == questions[2:5]
