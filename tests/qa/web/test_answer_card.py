"""An answer on the page: one card, and its sources in a line each."""

import re
from html import unescape

import pytest
from flask.testing import FlaskClient

from qa.web.pages.suggested_questions import SuggestedQuestions
from qa.web.service import Service
from tests.qa.web.helpers import DOCUMENT, SENTENCE, TEXT, TITLE, HandMade


def test_the_card_has_the_words_with_their_own_confidence_and_their_source(client: FlaskClient) -> None:
    """The passage is a click away; what a confidence means is said beside it, to screen readers, too."""
    page = unescape(client.get("/?q=Who").text)
    card = page[page.index('<section class="answer passage"') : page.index("</section>")]
    assert f'data-passage="{DOCUMENT}#' in card
    assert f'">{TITLE}</a>' in unescape(card)
    assert "<summary>Show the passage</summary>" in card
    assert 'aria-label="Confidence: almost certain (91%). Of all answers shown with this confidence, about 91%' in card
    assert [*re.findall(r'value="(\w+)" data-about="(\w+)"', card)] == [
        ("right", "answer"), ("wrong", "answer"), ("wrong", "passage"),
    ]  # fmt: skip


def test_without_words_the_card_has_the_passage_and_its_confidence(client: FlaskClient) -> None:
    """Then there are no words that could be wrong."""
    page = unescape(client.get("/?q=somewhere").text)
    card = page[page.index('<section class="answer passage"') : page.index("</section>")]
    assert "<blockquote" not in card
    assert TEXT[SENTENCE.start : SENTENCE.end] in re.sub("</?mark>", "", card) and "almost certain (97%)" in card
    assert "Of all passages shown with this confidence, about 97% answer the question" in card
    assert [*re.findall(r'data-about="(\w+)"', card)] == ["passage", "passage"]


def test_other_sources_are_a_line_each_and_unlikely_ones_are_shown_on_request(
    client: FlaskClient, engine: HandMade
) -> None:
    """A line has the beginning of its evidence and how likely it is."""
    engine.scores = (0.97, 0.3, 0.24)
    page = unescape(client.get("/?q=Who+has+sources").text)
    shown, hidden = page.split("<summary>Show 1 unlikely passage</summary>")
    assert shown.count('<li class="passage"') == 1 and hidden.count('<li class="passage unlikely"') == 1
    line = shown[shown.index('<li class="passage"') :]
    assert line.index("<details><summary>") < line.index("doubtful (30%)") < line.index("</summary>")
    assert f'<span class="snippet" dir="auto">{TEXT[SENTENCE.start : SENTENCE.end]}</span>' in line


def test_not_found_says_what_was_searched_and_what_there_is(client: FlaskClient) -> None:
    """The closest passages are in a line each, without a probability, which would be one of nothing."""
    page = unescape(client.get("/?q=the+capital").text)
    assert "Searched: 1 document in films." in page
    assert "Closest passages" in page and "What these documents cover" in page
    assert "doubtful" not in page and "almost certain" not in page


def test_follow_ups_are_a_fragment_with_links(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """The card has their address; if there are none, or while questions are refused, it is empty."""
    address = re.search(r'<div class="follow-ups" data-url="([^"]+)"', client.get("/?q=Who").text)
    assert address
    assert client.get(unescape(address[1])).text.strip() == ""
    monkeypatch.setattr(SuggestedQuestions, "after_answer", lambda *_: ("Who wrote <it>?",))
    fragment = client.get(unescape(address[1])).text
    monkeypatch.setattr(Service, "is_overloaded", lambda _: True)
    assert client.get(unescape(address[1])).text.strip() == ""
    assert 'href="/?q=Who+wrote+%3Cit%3E?" dir="auto">Who wrote &lt;it&gt;?</a>' in fragment and "Ask next" in fragment
