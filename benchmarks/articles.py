"""Articles put together again from the contexts of the questions about them, and texts without their answers."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from benchmarks.open_sets import ReadingQuestion
from index.text.sentences import PunctuatedNames, split_into_sentences
from index.types import Span

# A text without its answering sentence must keep this many characters to pass for a text.
MIN_GAP_CHARS = 40


@dataclass(frozen=True, slots=True)
class Question:
    """A question, the places in its article that answer, and the accepted words.

    Without ``places`` the article does not answer. Without ``answers`` only a whole context is known to answer.
    """

    text: str
    document: str
    places: tuple[Span, ...]
    answers: tuple[str, ...]


@dataclass
class Article:
    """A text with a title, its source, and the questions about it."""

    source: str
    id: str
    title: str
    text: str = ""
    questions: list[Question] = field(default_factory=list)
    starts: dict[str, int] = field(default_factory=dict)

    def add(self, one: ReadingQuestion) -> None:
        """Add a question; its context is appended to the text if it is new."""
        if one.context not in self.starts:
            self.text += "\n\n" if self.text else ""
            self.starts[one.context] = len(self.text)
            self.text += one.context
        start = self.starts[one.context]
        places = tuple(Span(start + answer.start, start + answer.end) for answer in one.answers)
        whole = (Span(start, start + len(one.context)),) if one.relevant else ()
        self.questions.append(Question(one.question, self.id, places or whole, one.words))


def group_articles(questions: Iterable[ReadingQuestion]) -> list[Article]:
    """Return the articles that the questions are about, in their order."""
    found: dict[tuple[str, str], Article] = {}
    for one in questions:
        found.setdefault((one.source, one.article), Article(one.source, one.article, one.title)).add(one)
    return list(found.values())


def split_article_sentences(text: str) -> list[Span]:
    """Return the spans of the sentences of a text, without names learnt from a collection."""
    return split_into_sentences(text, Span(0, len(text)), PunctuatedNames())


def remove_answer(text: str, answer: Span) -> str:
    """Return the text without the sentences that the answer is in."""
    return " ".join(text[s.start : s.end] for s in split_article_sentences(text) if not s.overlaps(answer))
