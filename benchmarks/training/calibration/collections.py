"""Small collections with questions that they answer and questions that they do not.

Cut from the open sets and the handbooks: texts with the words, or only the passage, that answer, and everyday requests
(``out-of-scope``). Documents are whole articles. Draws are seeded, so every run makes the same collections.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from benchmarks.articles import Article, Question, group_articles, split_article_sentences
from benchmarks.handbooks import load_handbook_questions
from benchmarks.open_sets import ReadingQuestion, load_questions, read_lines
from benchmarks.splits import Part
from index.types import Span
from qa.evaluation.data.rewordings import make_untidy

# Documents of the collections of each source, from a single text to as many as it has, or 20,000 sentences.
SIZES: Mapping[str, Sequence[int]] = {
    "handbooks": (1, 6, 30, 146),
    "squad-train": (1, 8, 60),
    "squad-dev": (1, 4, 12),
    "squadshifts-wiki": (1, 4, 12),
    "squadshifts-reddit": (20, 400),
    "squadshifts-amazon": (20, 400),
    "nq-oracle": (10, 100, 1000),
    "covidqa": (2, 20),
    "doqa": (20, 200),
    "quoref-contrast": (4, 40),
    "fairytaleqa": (1, 8, 40),
    "qed": (10, 200),
    "qamr": (4, 60),
    "feedbackqa": (60, 1000),
    "medquad": (100, 3000),
    "selqa-sentences": (50, 1000),
    "nq-complex": (100, 2000),
}
MAX_QUESTIONS = 200
REMOVED_SHARE = 1 / 3


class QuestionKind(StrEnum):
    """Why the collection answers a question, or does not."""

    ANSWERABLE = "answerable"
    NEAR_MISS = "written to look answerable"
    ANSWER_REMOVED = "answering sentence removed"
    OTHER_DOCUMENT = "about another document of the kind"
    OUT_OF_SCOPE = "everyday request"


# The confidence is a probability under this mix. Nobody knows which kinds users ask how often.
MIX = {
    QuestionKind.ANSWERABLE: 0.6,
    QuestionKind.NEAR_MISS: 0.1,
    QuestionKind.ANSWER_REMOVED: 0.1,
    QuestionKind.OTHER_DOCUMENT: 0.15,
    QuestionKind.OUT_OF_SCOPE: 0.05,
}


@dataclass(frozen=True, slots=True)
class LabelledQuestion:
    """A question, the places in the collection that answer, if it has any, and the accepted words, if known."""

    text: str
    kind: QuestionKind
    document: str = ""
    places: tuple[Span, ...] = ()
    answers: tuple[str, ...] = ()


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


def draw_collections(data: Path, asked_part: Part) -> Iterator[Collection]:
    """Yield a collection of each size of each source, with questions about articles of ``asked_part`` only.

    The rest of a collection is filled with articles of the reader's training, about which nothing is asked.
    """
    everyday = [row["text"] for row in read_lines(data / "out-of-scope" / "clinc150.jsonl.gz")]
    asked, others = (_load_articles(data, part) for part in (asked_part, Part.TRAIN))
    chance = random.Random(0)
    for source, sizes in SIZES.items():
        for size in sizes:
            chosen = chance.sample(asked[source], min(len(asked[source]), 2 * size))
            inside = max(1, min(size, len(chosen) * 2 // 3))
            filling = chance.sample(others[source], max(0, min(len(others[source]), size - inside)))
            yield _cut_collection(chosen[:inside], chosen[inside:], everyday, chance).add_articles(filling)


def _load_articles(data: Path, part: Part) -> dict[str, list[Article]]:
    """Return the articles of one part by source."""
    questions: list[ReadingQuestion] = [*load_questions(data)[part], *load_handbook_questions(part)]
    found: dict[str, list[Article]] = {}
    for article in group_articles(questions):
        found.setdefault(article.source, []).append(article)
    return found


def _cut_collection(
    inside: Sequence[Article], outside: Sequence[Article], everyday: Sequence[str], chance: random.Random
) -> Collection:
    """Remove a third of the answering sentences from the articles ``inside``, and label their questions."""
    questions: list[LabelledQuestion] = []
    texts = {}
    for article in inside:
        limit = max(4, 3 * MAX_QUESTIONS // len(inside))
        drawn = chance.sample(article.questions, min(len(article.questions), limit))
        sentences = [s for s in split_article_sentences(article.text) if chance.random() < REMOVED_SHARE]
        # A whole context that answers cannot be taken out without the other answers in it.
        removed = [one for one in drawn if one.answers and _are_inside(one, sentences)]
        texts[article.id], moved = _remove_answers(article, removed)
        questions += [LabelledQuestion(one.text, QuestionKind.ANSWER_REMOVED) for one in removed]
        questions += [LabelledQuestion(one.text, QuestionKind.NEAR_MISS) for one in drawn if not one.places]
        for one in drawn:
            places = tuple(moved[place] for place in one.places if place in moved)
            if places:
                questions.append(LabelledQuestion(one.text, QuestionKind.ANSWERABLE, article.id, places, one.answers))
    questions += [LabelledQuestion(q.text, QuestionKind.OTHER_DOCUMENT) for a in outside for q in a.questions]
    questions += [LabelledQuestion(request, QuestionKind.OUT_OF_SCOPE) for request in everyday]
    titles = {article.id: article.title for article in inside}
    return Collection(inside[0].source, texts, titles, _draw_mix(questions, chance))


def _are_inside(question: Question, sentences: Sequence[Span]) -> bool:
    return all(any(sentence.overlaps(place) for sentence in sentences) for place in question.places)


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

    The mapping gives the new place of every other answer whose sentences are all kept. Without questions the text
    stays as it is: whatever is between its sentences counts, too.
    """
    places = {place for one in article.questions for place in one.places}
    if not questions:
        return article.text, {place: place for place in places}
    gone = [s for s in split_article_sentences(article.text) if any(s.overlaps(p) for q in questions for p in q.places)]
    text, moved, end = "", {}, 0
    for sentence in [*gone, Span(len(article.text), len(article.text))]:
        for place in places:
            if end <= place.start and place.end <= sentence.start:
                moved[place] = Span(place.start - end + len(text), place.end - end + len(text))
        text += article.text[end : sentence.start]
        end = sentence.end
    return (text, moved) if text.strip() else (article.title or "-", {})
