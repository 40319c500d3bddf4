"""The open sets that the reader learns from: documents with questions that they answer."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.splits import Part, assign_part
from index.text.sentences import PunctuatedNames, split_into_sentences
from index.types import Span

READING = Path("reading") / "train.jsonl.gz"
STORIES = Path("fairytaleqa-train")
SENTENCES = Path("squad-sentences")
# A text without its answering sentence must keep this many characters to pass for a text.
MIN_GAP_CHARS = 40
# The sources in ``READING``, for which the words that answer are known.
WITH_WORDS = ("fairytaleqa", "qed", "qamr")
SQUAD = "squad"
SOURCES = (*WITH_WORDS, SQUAD)
# Longer texts are read in pieces, like a document.
MAX_PIECE_CHARS = 800
# SQuAD's set has no titles but keeps the order of its sentences, so this many count as an article, about as many as
# one has.
ARTICLE_SENTENCES = 160


@dataclass(frozen=True, slots=True)
class Question:
    """A question, the place of its answer (the shortest one), and all answers.

    Without ``answers`` only the sentence that answers is known, and is the ``span``.
    """

    text: str
    document: str
    span: Span
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

    @property
    def part(self) -> Part:
        """The part of the data that the article belongs to."""
        return assign_part(self.source, self.id)

    def add(self, row: dict[str, Any]) -> None:
        """Add a row of ``reading``; its context is appended to the text if it is new."""
        context = row["context"]
        if context not in self.starts:
            self.text += "\n\n" if self.text else ""
            self.starts[context] = len(self.text)
            self.text += context
        shortest = min(row["answers"], key=lambda answer: len(answer["text"]))
        start = self.starts[context] + shortest["start"]
        span = Span(start, start + len(shortest["text"]))
        self.questions.append(Question(row["question"], self.id, span, tuple(a["text"] for a in row["answers"])))


def load_articles(data: Path, source: str) -> list[Article]:
    """Return the articles of one of ``SOURCES`` in their order."""
    if source == SQUAD:
        return _load_squad(data / SENTENCES)
    found: dict[str, Article] = {}
    for row in read_lines(data / READING):
        if row["source"] == source:
            found.setdefault(row["article"], Article(source, row["article"], row["title"])).add(row)
    return list(found.values())


def _load_squad(folder: Path) -> list[Article]:
    """Join SQuAD's sentences to articles of ``ARTICLE_SENTENCES`` paragraphs, and add the questions of each."""
    found: list[Article] = []
    homes: dict[str, tuple[Article, Span]] = {}
    for row in read_lines(folder / "corpus.jsonl.gz"):
        if len(homes) % ARTICLE_SENTENCES == 0:
            found.append(Article(SQUAD, str(len(found)), ""))
        article = found[-1]
        article.text += "\n\n" if article.text else ""
        start = len(article.text)
        article.text += row["text"]
        homes[row["_id"]] = article, Span(start, len(article.text))
    asked = {row["_id"]: row["text"] for row in read_lines(folder / "queries.jsonl.gz")}
    for question, sentence, _ in read_judgements(folder):
        article, span = homes[sentence]
        article.questions.append(Question(asked[question], article.id, span, ()))
    return found


def read_judgements(folder: Path) -> Iterator[tuple[str, str, int]]:
    """Yield the id of each question of a retrieval set with the id of a judged document, and its grade."""
    for line in (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        question, document, grade = line.split("\t")
        yield question, document, int(grade)


def split_article_sentences(text: str) -> list[Span]:
    """Return the spans of the sentences of a text, without names learnt from a collection."""
    return split_into_sentences(text, Span(0, len(text)), PunctuatedNames())


def remove_answer(text: str, answer: Span) -> str:
    """Return the text without the sentences that the answer is in."""
    return " ".join(text[s.start : s.end] for s in split_article_sentences(text) if not s.overlaps(answer))


def split_pieces(text: str) -> Iterator[Span]:
    """Yield spans of whole sentences, of at most ``MAX_PIECE_CHARS`` if the sentences allow it."""
    start = end = 0
    for sentence in split_article_sentences(text):
        if end > start and sentence.end - start > MAX_PIECE_CHARS:
            yield Span(start, end)
            start = sentence.start
        end = sentence.end
    yield Span(start, end or len(text))


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a ``.jsonl.gz`` file."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)
