"""Small collections with questions that they answer, and others that they do not.

Cut from ``../shared/data``: paragraphs with the exact words that answer (``reading``) and
everyday requests (``out-of-scope``). Documents are whole articles; what is drawn is seeded.
"""

import gzip
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from index.sentences import Names, sentences
from index.types import Span

SOURCES = ("fairytaleqa", "qed", "qamr")
SIZES = {"fairytaleqa": (1, 3, 10, 40), "qed": (5, 30, 200, 1000), "qamr": (2, 8, 30, 120)}
PER_COLLECTION = 240


class Sort(StrEnum):
    """Why a question is answered by the collection, or is not."""

    PRESENT = "present"
    TAKEN_OUT = "its sentence taken out"
    ELSEWHERE = "about another document of the kind"
    EVERYDAY = "an everyday request"


MIX = {Sort.PRESENT: 0.6, Sort.TAKEN_OUT: 0.1, Sort.ELSEWHERE: 0.2, Sort.EVERYDAY: 0.1}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and where its answer stands in the collection, if it does."""

    question: str
    sort: Sort
    document: str = ""
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Collection:
    """Documents by id, with titles, and the questions put to them."""

    source: str
    texts: dict[str, str]
    titles: dict[str, str]
    asked: tuple[Asked, ...]


@dataclass
class _Article:
    """The contexts of one article joined, and its questions with their answers' places."""

    id: str
    title: str
    text: str = ""
    starts: dict[str, int] = field(default_factory=dict)
    questions: list[tuple[str, Span]] = field(default_factory=list)

    def add(self, row: dict[str, Any]) -> None:
        context = row["context"]
        if context not in self.starts:
            self.text += "\n\n" if self.text else ""
            self.starts[context] = len(self.text)
            self.text += context
        answer = row["answers"][0]
        start = self.starts[context] + answer["start"]
        self.questions.append((row["question"], Span(start, start + len(answer["text"]))))


def collections(data: Path, draws: int = 3) -> Iterator[Collection]:
    """``draws`` collections of each size of each source."""
    everyday = [row["text"] for row in _lines(data / "out-of-scope" / "clinc150.jsonl.gz")]
    articles = _articles(data)
    chance = random.Random(0)
    for source in SOURCES:
        for size in SIZES[source]:
            for _ in range(draws):
                chosen = chance.sample(articles[source], min(len(articles[source]), 2 * size))
                yield _collection(source, chosen[:size], chosen[size:], everyday, chance)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def _articles(data: Path) -> dict[str, list[_Article]]:
    found: dict[str, dict[str, _Article]] = {source: {} for source in SOURCES}
    for row in _lines(data / "reading" / "train.jsonl.gz"):
        of_source = found[row["source"]]
        of_source.setdefault(row["article"], _Article(row["article"], row["title"])).add(row)
    return {source: list(articles.values()) for source, articles in found.items()}


def _collection(
    source: str,
    inside: Sequence[_Article],
    outside: Sequence[_Article],
    everyday: Sequence[str],
    chance: random.Random,
) -> Collection:
    """Of a third of the questions the answering sentences are taken out of the text."""
    asked: list[Asked] = []
    texts = {}
    for article in inside:
        most = max(4, 3 * PER_COLLECTION // len(inside))
        questions = chance.sample(article.questions, min(len(article.questions), most))
        gone = [one for one in questions if chance.random() < 1 / 3]
        texts[article.id], moved = _without(article, gone)
        asked += [Asked(question, Sort.TAKEN_OUT) for question, _ in gone]
        asked += [Asked(q, Sort.PRESENT, article.id, moved[s]) for q, s in questions if s in moved]
    elsewhere = [Asked(q, Sort.ELSEWHERE) for article in outside for q, _ in article.questions]
    kept = _balanced(asked, elsewhere, everyday, chance)
    return Collection(source, texts, {article.id: article.title for article in inside}, kept)


def _balanced(
    asked: Sequence[Asked], elsewhere: Sequence[Asked], everyday: Sequence[str], chance: random.Random
) -> tuple[Asked, ...]:
    """At most ``PER_COLLECTION`` questions, in the proportions of ``MIX``.

    The confidence is a probability under this mix; of which sort users ask how much, nobody knows.
    """
    pools = {sort: [one for one in asked if one.sort is sort] for sort in (Sort.PRESENT, Sort.TAKEN_OUT)}
    pools[Sort.ELSEWHERE] = list(elsewhere)
    pools[Sort.EVERYDAY] = [Asked(request, Sort.EVERYDAY) for request in everyday]
    total = min(PER_COLLECTION, int(len(pools[Sort.PRESENT]) / MIX[Sort.PRESENT]))
    return tuple(
        one
        for sort, share in MIX.items()
        for one in chance.sample(pools[sort], min(len(pools[sort]), round(total * share)))
    )


def _without(article: _Article, questions: Sequence[tuple[str, Span]]) -> tuple[str, dict[Span, Span]]:
    """The article's text without the sentences that answer ``questions``.

    And where the other questions' answers stand in it now.
    """
    spans = sentences(article.text, Span(0, len(article.text)), Names())
    gone = [s for s in spans if any(s.overlaps(answer) for _, answer in questions)]
    kept = [s for s in spans if s not in gone]
    text, places = "", {}
    for span in kept:
        places[span] = len(text)
        text += article.text[span.start : span.end] + " "
    moved = {}
    for _, answer in article.questions:
        home = next((s for s in kept if s.start <= answer.start and answer.end <= s.end), None)
        if home is not None:
            start = places[home] + answer.start - home.start
            moved[answer] = Span(start, start + answer.end - answer.start)
    return text.strip() or article.title or "-", moved
