"""An answer as a message: what is shown, what is cited, and what a later question recovers from it."""

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from index.types import Span
from qa.ranking.retrieval import UNREAD_LANGUAGE, Retrieval
from qa.types import Answer, Quote, Request, Status
from qa.web.chat.markdown import escape_line, escape_text, unescape_text
from qa.web.chat.message import ChatMessage, compose_message, recover_quotation
from tests.qa.web.helpers import NAME, SENTENCE, TEXT, HandMade

WORDS, SHOWN_SENTENCE = (TEXT[span.start : span.end] for span in (NAME, SENTENCE))
# Everything that Markdown gives a meaning to, beside plain words.
MARKDOWN = st.text("ab 1.\n\t\\`*_{}[]()<>#+-=!|~$&;:/^\"'é灯", max_size=40) | st.sampled_from(
    ["![x](http://evil.example/a.png)", "[a](javascript:alert(1))", "<img src=x>", "a*b*c", "`` ` ``", "1. a\n2. b",
     "| a |\n|---|\n| b |", "a\n===", "~~~\ncode", "[1]: http://evil.example", "&lt;b&gt;", "__init__", "C:\\dir\\*.txt",
     "— [x](y)", "> no", "- item", "**bold** and **bold**", "https://evil.example/a_b_c", "\\(x\\)"]
)  # fmt: skip


def answer_to(question: str) -> Answer:
    return HandMade().ask(Request(question))


def link(document: str, span: Span, quote: str) -> str:
    return f"http://host/{document}#{span.start}-{span.end}-(a)"


def message_for(answer: Answer) -> ChatMessage:
    return compose_message(answer, link)


def with_words(answer: Answer, text: str) -> Answer:
    assert answer.answer
    words = replace(answer.answer, text=text, spans=(Quote(text, 0, len(text)),))
    return replace(answer, answer=words)


def list_texts(content: str) -> list[str]:
    """What a reader of the rendered Markdown sees, one text for each block; it fails if there is more than text."""
    blocks = MarkdownIt("gfm-like", {"linkify": False}).parse(content)
    plain = {"text", "softbreak", "hardbreak"}
    children = [child for block in blocks for child in block.children or () if child.type not in plain]
    assert [child.type for child in children] == []
    return ["".join(child.content or "\n" for child in block.children or ()) for block in blocks if block.children]


def test_the_words_come_first_and_are_cited() -> None:
    """Then their sentence, and the source with its link and the confidence in words."""
    message = message_for(answer_to("Who?"))
    words, sentence, source = message.content.split("\n\n")
    assert (words, sentence) == (WORDS, f"> {SHOWN_SENTENCE}")
    assert source.endswith("almost certain (91%)")
    (citation,) = message.citations
    assert message.content[citation.start : citation.end] == WORDS
    assert citation.url == "http://host/folder/blame.txt#22-63-%28a%29"
    assert citation.title == "Blame! <script> · Film"
    assert f"]({citation.url})" in source


@given(MARKDOWN)
@example("x](http://evil.example)")
def test_a_title_cannot_change_where_its_link_leads(title: str) -> None:
    """Whatever brackets it has, the source is one link, to the page of the document."""
    answer = answer_to("Who?")
    passages = tuple(replace(p, document=replace(p.document, title=title)) for p in answer.passages)
    source = message_for(replace(answer, passages=passages)).content.split("\n\n")[-1]
    (block,) = (block for block in MarkdownIt("gfm-like", {"linkify": False}).parse(source) if block.children)
    links = [child.attrs["href"] for child in block.children or () if child.type == "link_open"]
    assert links == ["http://host/folder/blame.txt#22-63-%28a%29"]


@pytest.mark.parametrize(
    ("question", "first", "quoted"),
    [
        ("perhaps", "Possible answer, doubtful (36%):", SHOWN_SENTENCE),
        ("somewhere", "The first source answers this, almost certain (97%):", None),
    ],
)
def test_what_may_be_wrong_is_introduced_as_such(question: str, first: str, quoted: str | None) -> None:
    """Before the quotation, and nothing of the message comes before it."""
    message = message_for(answer_to(question))
    paragraphs = message.content.split("\n\n")
    assert paragraphs[0] == first
    (citation,) = message.citations
    shown = message.content[citation.start : citation.end]
    assert quoted in {None, shown}
    assert ("> " + shown == paragraphs[1]) == (quoted is None)


@pytest.mark.parametrize("question", ["the capital", "thanks"])
def test_not_found_quotes_nothing(question: str) -> None:
    """It says so, with the reason, and cites nothing."""
    answer = answer_to(question)
    message = message_for(answer)
    assert message.content.startswith("Not found in these documents")
    assert message.citations == ()
    assert "[" not in message.content
    assert not any(piece in message.content for piece in (WORDS, "http"))


def test_what_the_page_says_beside_an_answer_is_said() -> None:
    """The search if it differs from the question, a leg that failed, a language that is not read."""
    answer = answer_to("perhaps")
    answer = replace(answer, retrieval=Retrieval((), ("dense", UNREAD_LANGUAGE), "g1"))
    notes = message_for(answer).content.split("\n\n")[-4:]
    assert notes[0] == "No passage matches closely enough to be certain."
    assert notes[1] == "Searched as: perhaps (Blame! film)"
    assert "failed (dense)" in notes[2]
    assert "English only" in notes[3]


def test_the_parts_of_a_list_are_items_each_cited() -> None:
    """A later question recovers all of them."""
    answer = answer_to("Who?")
    assert answer.answer
    parts = tuple(Quote(text, 46, 62) for text in ("Hiroyuki Seshita", "Tsutomu *Nihei*", "Sadayuki Murai"))
    message = message_for(replace(answer, answer=replace(answer.answer, spans=parts)))
    items = [message.content[citation.start : citation.end] for citation in message.citations]
    assert items == [escape_line(part.text) for part in parts]
    assert message.content.startswith("- Hiroyuki Seshita\n- Tsutomu")
    assert recover_quotation(message.content) == "Hiroyuki Seshita, Tsutomu *Nihei*, Sadayuki Murai"


@pytest.mark.parametrize(
    ("question", "quotation"),
    [("Who?", WORDS), ("perhaps", SHOWN_SENTENCE), ("somewhere", None), ("the capital", None), ("thanks", None)],
)
def test_a_later_question_recovers_what_was_shown_as_an_answer(question: str, quotation: str | None) -> None:
    """The same as the page sends in its history: the headline, or nothing."""
    assert recover_quotation(message_for(answer_to(question)).content) == quotation


@given(MARKDOWN, st.sampled_from([Status.ANSWERED, Status.UNSURE]))
def test_any_quotation_is_recovered(text: str, status: Status) -> None:
    """Apart from white space, whatever Markdown would make of it."""
    answer = with_words(replace(answer_to("Who?"), status=status), text.strip() or "x")
    assert answer.answer
    recovered = recover_quotation(message_for(answer).content)
    assert recovered is not None
    assert recovered.split() == answer.answer.text.split()


@pytest.mark.parametrize("words", ["Possible answers", "The first source answers this"])
def test_words_that_begin_like_a_status_are_recovered(words: str) -> None:
    """They are not taken for the line that introduces a possible answer."""
    assert recover_quotation(message_for(with_words(answer_to("Who?"), words)).content) == words


def test_the_answer_of_another_model_is_kept() -> None:
    """A conversation may have begun elsewhere."""
    assert recover_quotation("The *film* is by Seshita.\n\nAsk me more.") == "The *film* is by Seshita.\n\nAsk me more."
    assert recover_quotation("") is None


@given(MARKDOWN)
def test_a_text_is_rendered_as_it_is(text: str) -> None:
    """Nothing of a document becomes a link, an image, a tag, a heading or a list in a front end."""
    shown = list_texts(escape_text(text))
    assert "\n".join(shown).split() == text.split()
    assert len(shown) <= 1


@given(MARKDOWN)
def test_a_text_survives_its_escaping(text: str) -> None:
    """Apart from white space."""
    assert unescape_text(escape_text(text)).split() == text.split()


@pytest.mark.parametrize("text", ["Seshita (2017), 5 * 3 = 15, a_b, $5", "C:\\dir", "at 10 % – yes!"])
def test_plain_text_stays_plain(text: str) -> None:
    """Programs and terminals see no needless backslash."""
    assert escape_text(text) == text
