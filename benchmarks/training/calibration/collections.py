"""Small collections with questions that they answer, and others that they do not.

Cut from ``../shared/data``: paragraphs with the exact words that answer (``reading``) and
everyday requests (``out-of-scope``). Documents are whole articles; what is drawn is seeded.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from benchmarks.articles import SOURCES, Article, Question, articles, lines, sentences_of
from benchmarks.splits import Part
from index.types import Span
from qa.evaluation.data.rewordings import untidy

SIZES = {"fairytaleqa": (1, 3, 10, 40), "qed": (5, 30, 200, 1000), "qamr": (2, 8, 30, 120), "squad": (1, 2, 8, 30)}
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

    def joined(self, articles: Sequence[Article]) -> "Collection":
        """With further documents."""
        texts = self.texts | {article.id: article.text for article in articles}
        return replace(self, texts=texts, titles=self.titles | {article.id: article.title for article in articles})


def collections(data: Path, asked_of: Part, draws: int = 2) -> Iterator[Collection]:
    """``draws`` collections of each size of each source; only articles of one part are asked about.

    The rest of a collection is filled with articles that the reader was trained on, and with no questions on them.
    """
    everyday = [row["text"] for row in lines(data / "out-of-scope" / "clinc150.jsonl.gz")]
    chance = random.Random(0)
    for source in SOURCES:
        found = articles(data, source)
        ours = [article for article in found if article.part is asked_of]
        others = [article for article in found if article.part is Part.TRAIN]
        for size in SIZES[source]:
            for _ in range(draws):
                chosen = chance.sample(ours, min(len(ours), 2 * size))
                half = len(chosen) // 2
                filling = chance.sample(others, max(0, min(len(others), size - half)))
                yield _collection(source, chosen[:half], chosen[half:], everyday, chance).joined(filling)


def _collection(
    source: str,
    inside: Sequence[Article],
    outside: Sequence[Article],
    everyday: Sequence[str],
    chance: random.Random,
) -> Collection:
    """A third of the sentences is taken out of the text, and with them what they answer."""
    asked: list[Asked] = []
    texts = {}
    for article in inside:
        most = max(4, 3 * PER_COLLECTION // len(inside))
        questions = chance.sample(article.questions, min(len(article.questions), most))
        out = [s for s in sentences_of(article.text) if chance.random() < 1 / 3]
        gone = [one for one in questions if any(s.overlaps(one.span) for s in out)]
        texts[article.id], moved = _without(article, gone)
        asked += [Asked(one.text, Sort.TAKEN_OUT) for one in gone]
        asked += [Asked(q.text, Sort.PRESENT, article.id, moved[q.span]) for q in questions if q.span in moved]
    elsewhere = [Asked(one.text, Sort.ELSEWHERE) for article in outside for one in article.questions]
    kept = _balanced(asked, elsewhere, everyday, chance)
    return Collection(source, texts, {article.id: article.title for article in inside}, kept)


def _balanced(
    asked: Sequence[Asked], elsewhere: Sequence[Asked], everyday: Sequence[str], chance: random.Random
) -> tuple[Asked, ...]:
    """At most ``PER_COLLECTION`` questions, in the proportions of ``MIX``, half of them untidy.

    The confidence is a probability under this mix; of which sort users ask how much, nobody knows.
    """
    pools = {sort: [one for one in asked if one.sort is sort] for sort in (Sort.PRESENT, Sort.TAKEN_OUT)}
    pools[Sort.ELSEWHERE] = list(elsewhere)
    pools[Sort.EVERYDAY] = [Asked(request, Sort.EVERYDAY) for request in everyday]
    total = min(PER_COLLECTION, int(len(pools[Sort.PRESENT]) / MIX[Sort.PRESENT]))
    return tuple(
        replace(one, question=untidy(one.question, chance))
        for sort, share in MIX.items()
        for one in chance.sample(pools[sort], min(len(pools[sort]), round(total * share)))
    )


def _without(article: Article, questions: Sequence[Question]) -> tuple[str, dict[Span, Span]]:
    """The article's text without the sentences that answer ``questions``.

    And where the other questions' answers stand in it now.
    """
    spans = sentences_of(article.text)
    gone = [s for s in spans if any(s.overlaps(one.span) for one in questions)]
    kept = [s for s in spans if s not in gone]
    text, places = "", {}
    for span in kept:
        places[span] = len(text)
        text += article.text[span.start : span.end] + " "
    moved = {}
    for answer in (one.span for one in article.questions):
        home = next((s for s in kept if s.start <= answer.start and answer.end <= s.end), None)
        if home is not None:
            start = places[home] + answer.start - home.start
            moved[answer] = Span(start, start + answer.end - answer.start)
    return text.strip() or article.title or "-", moved
