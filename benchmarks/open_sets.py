"""The open sets that the reader learns from: questions with a context, and the words in it that answer, or none.

A reading set is a file of ``DATA/reading``, a ranking set a folder whose documents answer without known words. Which
rows are trained on is decided by article, over all sets together; a context that is also in an article of another part
is never trained on.
"""

import gzip
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.splits import Part, assign_part
from index.types import Span

FOLDER = Path("reading")
# The first set has sources of their own parts; the articles of the others are unique over all sets.
FIRST_SET = "train"
OWN_SENTENCES = "squad-train-sentences"
SQUAD_SENTENCES = Path("squad-sentences")
STORIES = Path("fairytaleqa-train")
ARTICLE_SENTENCES = 160
# A shorter sentence may be in an article by chance.
MIN_SENTENCE = 40
SETS = (
    "squad-train",
    OWN_SENTENCES,
    "squad-dev",
    "squadshifts-wiki",
    "squadshifts-reddit",
    "squadshifts-amazon",
    "nq-oracle",
    "nq-swap",
    "disfl-qa",
    "covidqa",
    "doqa",
    "quoref-contrast",
    "qadiscourse",
    FIRST_SET,
)


# Ranking sets, and the most questions of each that are drawn, in their order.
RANKING_SETS = {"feedbackqa": 3000, "medquad": 2500, "selqa-sentences": 2400, "nq-complex": 3000}


@dataclass(frozen=True, slots=True)
class ReadingQuestion:
    """A question, its context, and the spans of it that answer.

    Without ``answers`` the context does not answer or, if it is ``relevant``, its answering words are not known.
    ``source`` is the set, or the part of the first set that the question comes from.
    """

    source: str
    article: str
    title: str
    context: str
    question: str
    answers: tuple[Span, ...]
    relevant: bool

    @property
    def words(self) -> tuple[str, ...]:
        """The words of every answer."""
        return tuple(self.context[answer.start : answer.end] for answer in self.answers)


@cache
def load_questions(data: Path) -> Mapping[Part, Sequence[ReadingQuestion]]:
    """Return the questions of all sets by the part that their article belongs to, in their order."""
    rows = [row for name in SETS for row in _read_set(data, name)]
    rows += [row for name, most in RANKING_SETS.items() for row in islice(_read_ranking_set(data / name), most)]
    parts = _assign_parts(data, rows)
    found: dict[Part, list[ReadingQuestion]] = {part: [] for part in Part}
    for row in rows:
        found[parts[row.article]].append(row)
    guarded = {row.context for part in (Part.FIT, Part.HELD_OUT) for row in found[part]}
    squad = "\n".join(_normalise(context) for context in guarded)
    found[Part.TRAIN] = [
        row
        for row in found[Part.TRAIN]
        if row.context not in guarded and not (row.source == OWN_SENTENCES and _normalise(row.context) in squad)
    ]
    return found


def _read_set(data: Path, name: str) -> Iterator[ReadingQuestion]:
    for row in read_lines(data / FOLDER / f"{name}.jsonl.gz"):
        yield ReadingQuestion(
            source=row["source"] if name == FIRST_SET else name,
            article=f"{row['source']}/{row['article']}" if name == FIRST_SET else row["article"],
            title=row["title"],
            context=row["context"],
            question=row["question"],
            answers=tuple(_parse_answers(row["answers"])),
            relevant=bool(row["answers"]),
        )


def _read_ranking_set(folder: Path) -> Iterator[ReadingQuestion]:
    """Yield one right document for every question; documents of one title are an article."""
    documents = {row["_id"]: row for row in read_lines(folder / "corpus.jsonl.gz")}
    asked = {row["_id"]: row["text"] for row in read_lines(folder / "queries.jsonl.gz")}
    seen: set[str] = set()
    for question, document, grade in read_judgements(folder):
        if grade > 0 and question not in seen:
            seen.add(question)
            row, name = documents[document], folder.name
            article = f"{name}/{row['title'].partition(':')[0] or document}"
            yield ReadingQuestion(name, article, row["title"], row["text"], asked[question], (), True)


def _parse_answers(answers: Iterable[dict[str, Any]]) -> Iterator[Span]:
    for answer in answers:
        yield Span(answer["start"], answer["start"] + len(answer["text"]))


def _assign_parts(data: Path, rows: Iterable[ReadingQuestion]) -> dict[str, Part]:
    """Return the part of every article.

    Articles of SQuAD that ``squad-sentences`` asks about are not trained on where its own questions are held out or
    fitted on. The set of single sentences is one article, and is trained on where no other part has its sentences.
    """
    parts: dict[str, Part] = {}
    sentences = {part: _list_squad_sentences(data, part) for part in (Part.HELD_OUT, Part.FIT)}
    for row in rows:
        first, _, article = row.article.partition("/")
        drawn = assign_part(first, article) if article else assign_part("reading", row.article)
        parts.setdefault(row.article, Part.TRAIN if row.article == OWN_SENTENCES else drawn)
        if row.source == "squad-train" and parts[row.article] is Part.TRAIN:
            plain = _normalise(row.context)
            for part, found in sentences.items():
                if any(sentence in plain for sentence in found):
                    parts[row.article] = part
                    break
    return parts


def _list_squad_sentences(data: Path, part: Part) -> list[str]:
    rows = enumerate(read_lines(data / SQUAD_SENTENCES / "corpus.jsonl.gz"))
    found = [_normalise(row["text"]) for number, row in rows if assign_squad_part(number) is part]
    return [sentence for sentence in found if len(sentence) >= MIN_SENTENCE]


def assign_squad_part(number: int) -> Part:
    """Return the part of the sentence of that number in ``squad-sentences``.

    The set has no titles but keeps the order of its sentences, so that as many of them as an article has count as one.
    """
    return assign_part("squad", str(number // ARTICLE_SENTENCES))


def _normalise(text: str) -> str:
    """Return the letters and figures alone: the sentences are lower-cased and tokenised."""
    return re.sub(r"[^a-z0-9]", "", text.lower())


def read_judgements(folder: Path) -> Iterator[tuple[str, str, int]]:
    """Yield the id of each question of a retrieval set with the id of a judged document, and its grade."""
    for line in (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        question, document, grade = line.split("\t")
        yield question, document, int(grade)


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a ``.jsonl.gz`` file."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)
