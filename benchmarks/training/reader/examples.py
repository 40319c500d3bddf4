"""Training examples: questions, the passage that answers, and other passages that our retrieval ranked high.

The first round uses texts whose answering words are known. The second adds SQuAD's sentences, and right passages
without wrong ones, to learn their words. Every collection is indexed and asked like a user's, so the reader learns from
passages and mistakes of the kind that it will see. One negative is harder: the right passage without the sentence that
answers.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from benchmarks.articles import (
    MIN_GAP_CHARS,
    READING,
    STORIES,
    Question,
    load_articles,
    read_judgements,
    read_lines,
    remove_answer,
    split_pieces,
)
from benchmarks.indexing import index_documents
from benchmarks.splits import Part, assign_part
from index.text.searchable_text import build_context
from index.types import Encoder, Span
from qa.engine import Engine
from qa.types import AnswerPassage, Request

DEPTH = 16
NEGATIVES = 6
BATCH = 64


@dataclass(frozen=True, slots=True)
class Text:
    """A passage as the reader sees it: title and heading, and the words."""

    context: str
    words: str


@dataclass(frozen=True, slots=True)
class Example:
    """A question, a passage that answers it, and passages that do not.

    ``answer`` is a span of the right passage's words, None if only the passage is known.
    """

    source: str
    question: str
    right: Text
    answer: Span | None
    wrong: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class AnswerPlace:
    """The span of the answer in its passage: exact words or, if not ``exact``, their sentence; None if unknown."""

    span: Span | None
    exact: bool = True


@dataclass(frozen=True, slots=True)
class SourceShare:
    """How many questions are drawn of a source, and the size of its passages."""

    source: str
    questions_an_article: int
    passage_chars: int


@dataclass(frozen=True, slots=True)
class Round:
    """One round of training: ``times`` repeats each source, ``alone`` repeats the passages without wrong ones.

    ``wrong``: passages for each right one. ``rate``: learning rate of the network's body. ``frozen``: number of its
    lowest layers that are not trained.
    """

    shares: tuple[SourceShare, ...]
    times: Mapping[str, int]
    wrong: int
    rate: float
    alone: int = 0
    frozen: int = 0
    stories: bool = True


SHORT_QED = SourceShare("qed", 9, 250)
ROUNDS = (
    Round(
        (SourceShare("qamr", 100, 200), SourceShare("qamr", 60, 500), SHORT_QED, SourceShare("qed", 9, 500)),
        times={"qamr": 1, "qed": 2, "fairytaleqa": 2},
        wrong=3,
        rate=2e-4,
    ),
    Round(
        (SourceShare("qamr", 10, 500), SHORT_QED, SourceShare("squad", 1000, 250)),
        times={"qamr": 1, "qed": 1, "squad": 1},
        wrong=3,
        rate=1.5e-4,
        alone=2,
        frozen=2,
        stories=False,
    ),
)


def build_examples(round_: Round, data: Path, encoder: Encoder, folder: Path) -> Iterator[Example]:
    """Yield the training examples of a round's sources; indexes are kept in ``folder``."""
    for share in round_.shares:
        chosen = [article for article in load_articles(data, share.source) if article.part is Part.TRAIN]
        rows = [{"_id": article.id, "title": article.title, "text": article.text} for article in chosen]
        place = folder / f"{share.source}-{share.passage_chars}"
        engine = Engine(index_documents(rows, encoder, place, share.passage_chars), encoder)
        chance = random.Random(share.passage_chars)
        asked = [one for a in chosen for one in _draw_questions(a.questions, share.questions_an_article, chance)]
        yield from _build_article_examples(share.source, asked, engine)
    if round_.stories:
        yield from _build_story_examples(data, encoder, folder / "stories")


def build_single_examples(data: Path) -> Iterator[Example]:
    """Yield, for every training question whose words are known, the piece of text that has them, without wrong ones."""
    for row in read_lines(data / READING):
        if assign_part(row["source"], row["article"]) is Part.TRAIN:
            shortest = min(row["answers"], key=lambda answer: len(answer["text"]))
            answer = Span(shortest["start"], shortest["start"] + len(shortest["text"]))
            for piece in split_pieces(row["context"]):
                if piece.start <= answer.start and answer.end <= piece.end:
                    text = Text(row["title"], row["context"][piece.start : piece.end])
                    moved = Span(answer.start - piece.start, answer.end - piece.start)
                    yield Example(row["source"], row["question"], text, moved, ())


def _draw_questions(asked: Sequence[Question], most: int, chance: random.Random) -> list[Question]:
    return chance.sample(list(asked), min(most, len(asked)))


def _retrieve_passages(engine: Engine, questions: Sequence[str]) -> Iterator[tuple[AnswerPassage, ...]]:
    """Yield the passages found for each question without the reader."""
    rest = iter(questions)
    while batch := list(islice(rest, BATCH)):
        for answer in engine.ask_many([Request(question, top_k=DEPTH, mode="fast") for question in batch]):
            yield answer.passages


def _build_article_examples(source: str, asked: Sequence[Question], engine: Engine) -> Iterator[Example]:
    for one, found in zip(asked, _retrieve_passages(engine, [one.text for one in asked]), strict=True):
        right = [p for p in found if p.document.id == one.document and _lies_within(one.span, p)]
        wrong = [p for p in found if p.document.id != one.document or not one.span.overlaps(Span(p.start, p.end))]
        if right:
            place = AnswerPlace(_move_span(one.span, right[0]), exact=bool(one.answers))
            yield _build_example(source, one.text, right[0], place, wrong)


def _build_story_examples(data: Path, encoder: Encoder, folder: Path) -> Iterator[Example]:
    """Yield FairytaleQA's training questions: the section is known for all, the words for some."""
    sections = list(read_lines(data / STORIES / "corpus.jsonl.gz"))
    engine = Engine(index_documents(sections, encoder, folder), encoder)
    relevant: dict[str, set[str]] = {}
    for question, document, _ in read_judgements(data / STORIES):
        relevant.setdefault(question, set()).add(document)
    rows = [
        row for row in read_lines(data / STORIES / "queries.jsonl.gz") if _is_for_training(relevant.get(row["_id"]))
    ]
    spans = _find_story_spans(data, {section["text"]: section["_id"] for section in sections})
    for row, found in zip(rows, _retrieve_passages(engine, [row["text"] for row in rows]), strict=True):
        right = [passage for passage in found if passage.document.id in relevant[row["_id"]]]
        wrong = [passage for passage in found if passage.document.id not in relevant[row["_id"]]]
        exact = [
            (p, span) for p in right for span in spans.get((row["text"], p.document.id), ()) if _lies_within(span, p)
        ]
        if exact:
            passage, span = exact[0]
            yield _build_example("fairytaleqa", row["text"], passage, AnswerPlace(_move_span(span, passage)), wrong)
        elif right and not any((row["text"], passage.document.id) in spans for passage in right):
            yield _build_example("fairytaleqa", row["text"], right[0], AnswerPlace(None), wrong)


def _is_for_training(documents: set[str] | None) -> bool:
    return bool(documents) and all(assign_part("fairytaleqa", d.split("#")[0]) is Part.TRAIN for d in documents or ())


def _find_story_spans(data: Path, sections: Mapping[str, str]) -> dict[tuple[str, str], tuple[Span, ...]]:
    """Return the spans of the answers by question and section."""
    found: dict[tuple[str, str], tuple[Span, ...]] = {}
    for row in read_lines(data / READING):
        if row["source"] == "fairytaleqa":
            key = (row["question"], sections[row["context"]])
            spans = (Span(a["start"], a["start"] + len(a["text"])) for a in row["answers"])
            found[key] = tuple(sorted(spans, key=lambda span: span.end - span.start))
    return found


def _lies_within(span: Span, passage: AnswerPassage) -> bool:
    return passage.start <= span.start and span.end <= passage.end


def _move_span(span: Span, passage: AnswerPassage) -> Span:
    return Span(span.start - passage.start, span.end - passage.start)


def _build_example(
    source: str, question: str, right: AnswerPassage, place: AnswerPlace, wrong: Sequence[AnswerPassage]
) -> Example:
    above = _build_passage_context(right)
    rest = remove_answer(right.text, place.span) if place.span else ""
    others = [Text(_build_passage_context(passage), passage.text) for passage in wrong]
    if len(rest) >= MIN_GAP_CHARS:
        others.insert(0, Text(above, rest))
    answer = place.span if place.exact else None
    return Example(source, question, Text(above, right.text), answer, tuple(others[:NEGATIVES]))


def _build_passage_context(passage: AnswerPassage) -> str:
    return build_context(passage.document.title, passage.heading or "")
