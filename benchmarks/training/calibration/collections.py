"""Small collections with questions that they answer and questions that they do not.

Cut from ``../shared/data``: paragraphs with the exact words that answer (``reading``) and everyday requests
(``out-of-scope``). Documents are whole articles. Draws are seeded, so every run makes the same collections.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from benchmarks.articles import SOURCES, Article, Question, load_articles, read_lines, split_article_sentences
from benchmarks.splits import Part
from index.types import Span
from qa.evaluation.data.rewordings import make_untidy

# Documents of the collections: from a single text to as many as a source has articles for.
SIZES = {"fairytaleqa": (1, 3, 10, 40), "qed": (5, 30, 200, 1000), "qamr": (2, 8, 30, 120), "squad": (1, 2, 8, 30)}
MAX_QUESTIONS = 240
REMOVED_SHARE = 1 / 3


class QuestionKind(StrEnum):
    """Why the collection answers a question, or does not."""

    ANSWERABLE = "answerable"
    ANSWER_REMOVED = "answering sentence removed"
    OTHER_DOCUMENT = "about another document of the kind"
    OUT_OF_SCOPE = "everyday request"


# The confidence is a probability under this mix. Nobody knows which kinds users ask how often.
MIX = {
    QuestionKind.ANSWERABLE: 0.6,
    QuestionKind.ANSWER_REMOVED: 0.1,
    QuestionKind.OTHER_DOCUMENT: 0.2,
    QuestionKind.OUT_OF_SCOPE: 0.1,
}


@dataclass(frozen=True, slots=True)
class LabelledQuestion:
    """A question and the place of its answer in the collection, if it has one."""

    text: str
    kind: QuestionKind
    document: str = ""
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Collection:
    """Documents by id, with titles, and the questions asked about them."""

    source: str
    texts: dict[str, str]
    titles: dict[str, str]
    questions: tuple[LabelledQuestion, ...]

    def add_articles(self, articles: Sequence[Article]) -> "Collection":
        """Return the collection with further documents."""
        texts = self.texts | {article.id: article.text for article in articles}
        return replace(self, texts=texts, titles=self.titles | {article.id: article.title for article in articles})


def draw_collections(data: Path, asked_part: Part, draws: int = 2) -> Iterator[Collection]:
    """Yield ``draws`` collections of each size of each source, with questions about articles of ``asked_part`` only.

    The rest of a collection is filled with articles of the reader's training, about which nothing is asked.
    """
    everyday = [row["text"] for row in read_lines(data / "out-of-scope" / "clinc150.jsonl.gz")]
    chance = random.Random(0)
    for source in SOURCES:
        found = load_articles(data, source)
        asked = [article for article in found if article.part is asked_part]
        others = [article for article in found if article.part is Part.TRAIN]
        for size in SIZES[source]:
            for _ in range(draws):
                chosen = chance.sample(asked, min(len(asked), 2 * size))
                half = len(chosen) // 2
                filling = chance.sample(others, max(0, min(len(others), size - half)))
                yield _cut_collection(source, chosen[:half], chosen[half:], everyday, chance).add_articles(filling)


def _cut_collection(
    source: str,
    inside: Sequence[Article],
    outside: Sequence[Article],
    everyday: Sequence[str],
    chance: random.Random,
) -> Collection:
    """Remove a third of the answering sentences from the articles ``inside``, and label their questions."""
    questions: list[LabelledQuestion] = []
    texts = {}
    for article in inside:
        limit = max(4, 3 * MAX_QUESTIONS // len(inside))
        drawn = chance.sample(article.questions, min(len(article.questions), limit))
        removed = [s for s in split_article_sentences(article.text) if chance.random() < REMOVED_SHARE]
        unanswered = [one for one in drawn if any(s.overlaps(one.span) for s in removed)]
        texts[article.id], moved = _remove_answers(article, unanswered)
        questions += [LabelledQuestion(one.text, QuestionKind.ANSWER_REMOVED) for one in unanswered]
        questions += [
            LabelledQuestion(one.text, QuestionKind.ANSWERABLE, article.id, moved[one.span])
            for one in drawn
            if one.span in moved
        ]
    questions += [LabelledQuestion(q.text, QuestionKind.OTHER_DOCUMENT) for a in outside for q in a.questions]
    questions += [LabelledQuestion(request, QuestionKind.OUT_OF_SCOPE) for request in everyday]
    titles = {article.id: article.title for article in inside}
    return Collection(source, texts, titles, _draw_mix(questions, chance))


def _draw_mix(questions: Sequence[LabelledQuestion], chance: random.Random) -> tuple[LabelledQuestion, ...]:
    """Draw at most ``MAX_QUESTIONS`` in the proportions of ``MIX`` and make half of them untidy."""
    pools = {kind: [one for one in questions if one.kind is kind] for kind in MIX}
    answerable = len(pools[QuestionKind.ANSWERABLE]) / MIX[QuestionKind.ANSWERABLE]
    total = min(MAX_QUESTIONS, int(answerable))
    return tuple(
        replace(one, text=make_untidy(one.text, chance))
        for kind, share in MIX.items()
        for one in chance.sample(pools[kind], min(len(pools[kind]), round(total * share)))
    )


def _remove_answers(article: Article, questions: Sequence[Question]) -> tuple[str, dict[Span, Span]]:
    """Return the article's text without the sentences that answer ``questions``.

    The mapping gives the new place of every other answer that lies within one sentence.
    """
    spans = split_article_sentences(article.text)
    removed = [s for s in spans if any(s.overlaps(one.span) for one in questions)]
    kept = [s for s in spans if s not in removed]
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
