"""Training examples: a question, a text that answers it or only seems to, and other texts that do not.

They are packed once into a file small enough to carry to another machine; each pass over them draws its own passages
and wrong texts, so that no two passes are the same.
"""

import gzip
import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import bm25s

from benchmarks.articles import split_article_sentences
from benchmarks.open_sets import ReadingQuestion
from index.types import Span
from qa.evaluation.measures.reading import normalize_answer

# Texts that BM25 finds for a question, and how many of them without its answer are kept.
FOUND, KEPT = 16, 6
# A drawn passage has at most as many characters as one of the index, or as a whole paragraph.
SHORT_CHARS, LONG_CHARS = 450, 900
MIN_GAP_CHARS = 40


@dataclass(frozen=True, slots=True)
class Text:
    """A text with its title and the spans of its sentences."""

    title: str
    text: str
    sentences: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """A question about a text, and the spans of it that answer.

    Without ``answers`` the text does not answer or, if it is ``relevant``, its answering words are not known. If it is
    None, nothing is known, and only a teacher can label it. ``wrong`` do not answer. ``text`` and ``wrong`` are numbers
    of texts.
    """

    source: str
    question: str
    text: int
    answers: tuple[Span, ...]
    relevant: bool | None
    wrong: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage as the reader sees it: title and words, and the span of the words that answers, if any does."""

    title: str
    words: str
    answer: Span | None


@dataclass(frozen=True, slots=True)
class ExampleSet:
    """All texts, and the examples about them."""

    texts: Sequence[Text]
    examples: Sequence[Example]


def build_examples(questions: Sequence[ReadingQuestion]) -> ExampleSet:
    """Find wrong texts for every question among the texts of its source."""
    numbers: dict[tuple[str, str], int] = {}
    for one in questions:
        numbers.setdefault((one.title, one.context), len(numbers))
    texts = [Text(title, text, tuple(split_article_sentences(text))) for title, text in numbers]
    examples = []
    for source in dict.fromkeys(one.source for one in questions):
        asked = [one for one in questions if one.source == source]
        found = _find_wrong_texts(asked, numbers, texts)
        for one, wrong in zip(asked, found, strict=True):
            own = numbers[one.title, one.context]
            examples.append(Example(source, one.question, own, one.answers, one.relevant, wrong))
    return ExampleSet(texts, examples)


def _find_wrong_texts(
    asked: Sequence[ReadingQuestion], numbers: Mapping[tuple[str, str], int], texts: Sequence[Text]
) -> Iterator[tuple[int, ...]]:
    """Yield for each question the best texts by BM25 that have none of its answers."""
    pool = sorted({numbers[one.title, one.context] for one in asked})
    index = bm25s.BM25()
    index.index(_tokenize([f"{texts[n].title} {texts[n].text}" for n in pool]), show_progress=False)
    plain = {n: f" {normalize_answer(texts[n].text)} " for n in pool}
    found, _ = index.retrieve(_tokenize([one.question for one in asked]), k=min(FOUND, len(pool)), show_progress=False)
    for one, ranked in zip(asked, found, strict=True):
        own = numbers[one.title, one.context]
        answers = {f" {normalize_answer(words)} " for words in one.words}
        others = (pool[place] for place in ranked)
        yield tuple(n for n in others if n != own and not any(a in plain[n] for a in answers))[:KEPT]


def _tokenize(texts: Sequence[str]) -> Any:  # noqa: ANN401 — bm25s does not name the type
    return bm25s.tokenize(texts, stopwords="en", show_progress=False)


def draw_passage(text: Text, answers: Sequence[Span], chance: random.Random) -> Passage:
    """Draw whole sentences of the text around one of its answers; the whole text if it is short, half of the time."""
    answer = chance.choice(answers) if answers else None
    most = chance.choice((SHORT_CHARS, LONG_CHARS))
    window = _draw_window(text, answer, most, chance)
    words = text.text[window.start : window.end]
    return Passage(text.title, words, answer and Span(answer.start - window.start, answer.end - window.start))


def draw_wrong_passage(texts: Sequence[Text], example: Example, chance: random.Random) -> Passage | None:
    """Draw a passage without the answer: of another text, or the same one without the sentences that answer."""
    choices: list[Callable[[], Passage | None]] = [lambda: _draw_gap(texts[example.text], example.answers, chance)]
    if example.wrong:
        other = texts[chance.choice(example.wrong)]
        choices += [lambda: draw_passage(other, (), chance)] * 2
    return chance.choice(choices)()


def _draw_gap(text: Text, answers: Sequence[Span], chance: random.Random) -> Passage | None:
    kept = [s for s in text.sentences if not any(s.overlaps(answer) for answer in answers)]
    words = " ".join(text.text[s.start : s.end] for s in kept)[: chance.choice((SHORT_CHARS, LONG_CHARS))]
    return Passage(text.title, words, None) if answers and len(words) >= MIN_GAP_CHARS else None


def _draw_window(text: Text, answer: Span | None, most: int, chance: random.Random) -> Span:
    """Return whole sentences of at most ``most`` characters that hold the answer, which may be anywhere in them."""
    if len(text.text) <= most or not text.sentences:
        return Span(0, len(text.text))
    around = [i for i, s in enumerate(text.sentences) if answer and s.overlaps(answer)]
    first = around[0] if around else chance.randrange(len(text.sentences))
    last = around[-1] if around else first
    while True:
        grown = [(a, b) for a, b in ((first - 1, last), (first, last + 1)) if a >= 0 and b < len(text.sentences)]
        grown = [(a, b) for a, b in grown if text.sentences[b].end - text.sentences[a].start <= most]
        if not grown:
            return Span(
                min(text.sentences[first].start, answer.start if answer else len(text.text)),
                max(text.sentences[last].end, answer.end if answer else 0),
            )
        first, last = chance.choice(grown)


def keep_labelled(found: ExampleSet) -> ExampleSet:
    """Return the set without the examples that only a teacher can label."""
    return ExampleSet(found.texts, [one for one in found.examples if one.relevant is not None])


def write_examples(found: ExampleSet, path: Path) -> None:
    """Write the set as JSON lines: first the texts, then the examples."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=6) as file:
        rows = chain(map(asdict, found.texts), map(asdict, found.examples))
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def read_examples(path: Path) -> ExampleSet:
    """Read what ``write_examples`` wrote."""
    texts, examples = [], []
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            if "question" in row:
                answers = tuple(Span(**answer) for answer in row["answers"])
                examples.append(Example(**row | {"answers": answers, "wrong": tuple(row["wrong"])}))
            else:
                texts.append(Text(row["title"], row["text"], tuple(Span(**s) for s in row["sentences"])))
    return ExampleSet(texts, examples)
