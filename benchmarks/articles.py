"""The open sets that the reader learns from, as documents with questions whose answers stand in them."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.splits import Part, part
from index.sentences import Names, sentences
from index.types import Span

READING = Path("reading") / "train.jsonl.gz"
STORIES = Path("fairytaleqa-train")
LEAST_LEFT = 40
"""Characters that must be left of a text without its answering sentence, so that it can be taken for the text."""
SOURCES = ("fairytaleqa", "qed", "qamr")
"""Of ``READING``."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question, where its answer stands (the shortest given), and all of the answers."""

    text: str
    document: str
    span: Span
    answers: tuple[str, ...]


@dataclass
class Article:
    """A text with a title, from which source it is, and the questions about it."""

    source: str
    id: str
    title: str
    text: str = ""
    questions: list[Question] = field(default_factory=list)
    starts: dict[str, int] = field(default_factory=dict)

    @property
    def part(self) -> Part:
        """What it is for."""
        return part(self.source, self.id)

    def add(self, row: dict[str, Any]) -> None:
        """One row of ``reading``: its context joins the text where it is not there yet."""
        context = row["context"]
        if context not in self.starts:
            self.text += "\n\n" if self.text else ""
            self.starts[context] = len(self.text)
            self.text += context
        shortest = min(row["answers"], key=lambda answer: len(answer["text"]))
        start = self.starts[context] + shortest["start"]
        span = Span(start, start + len(shortest["text"]))
        self.questions.append(Question(row["question"], self.id, span, tuple(a["text"] for a in row["answers"])))


def articles(data: Path, source: str) -> list[Article]:
    """The articles of one of ``SOURCES``, in their order."""
    found: dict[str, Article] = {}
    for row in lines(data / READING):
        if row["source"] == source:
            found.setdefault(row["article"], Article(source, row["article"], row["title"])).add(row)
    return list(found.values())


def sentences_of(text: str) -> list[Span]:
    """As a text is cut that stands alone."""
    return sentences(text, Span(0, len(text)), Names())


def gap(text: str, answer: Span) -> str:
    """The text without the sentences in which the answer stands."""
    return " ".join(text[s.start : s.end] for s in sentences_of(text) if not s.overlaps(answer))


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a ``.jsonl.gz``."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)
