"""Questions cut into kinds, to see on which a system fails: a way of cutting is a line in ``SLICES``."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from index.text.analyzer import Analyzer, split_into_words
from qa.evaluation.measures.statistics import bootstrap_interval
from qa.evaluation.types import Interval, Judgement, Outcome, Run

# The slice that a question belongs to; None: to none.
Cut = Callable[[Judgement], str | None]
MAX_SLICES = 12
SLICE_MEASURES = ("Hit@1", "nDCG@10", "evidence overlap", "answer F1", "abstention")
QUESTION_WORDS = ("who", "whom", "whose", "what", "which", "when", "where", "why", "how")
ANALYZER = Analyzer("english")


@dataclass(frozen=True, slots=True)
class Slice:
    """The questions of one kind: ``by`` which way of cutting, its ``name``, how many, the main measures."""

    by: str
    name: str
    count: int
    scores: Mapping[str, Interval]


def find_question_word(judgement: Judgement) -> str:
    """Return the first English question word; "none" for claims, keywords and yes-no questions."""
    words = split_into_words(judgement.question, joined=False)
    return next((_STEM.get(word, word) for word in words if word in QUESTION_WORDS), "none")


_STEM = {"whom": "who", "whose": "who"}


def bin_length(judgement: Judgement) -> str:
    """Return the range of the number of words."""
    count = len(list(split_into_words(judgement.question, joined=False)))
    return "1-4 words" if count < 5 else "5-8 words" if count < 9 else "9-14 words" if count < 15 else "15 or more"


def bin_overlap(judgement: Judgement) -> str | None:
    """Return the share of the question's content words in what answers; low if it is paraphrased."""
    asked = set(ANALYZER.content_terms(judgement.question))
    if not judgement.texts or not asked:
        return None
    share = max(len(asked & set(ANALYZER.content_terms(text))) / len(asked) for text in judgement.texts)
    return ("0-24 %", "25-49 %", "50-74 %", "75-100 %", "75-100 %")[int(share * 4)]


def find_document(judgement: Judgement) -> str | None:
    """Return the document that answers, if it is one."""
    return next(iter(judgement.documents)) if len(judgement.documents) == 1 else None


def name_kind(judgement: Judgement) -> str:
    """Return the judge's own kind, or whether the collection answers."""
    return judgement.kind or ("answerable" if judgement.answerable else "not in the collection")


SLICES: Mapping[str, Cut] = {
    "question word": find_question_word,
    "question length": bin_length,
    "words shared with what answers": bin_overlap,
    "document": find_document,
    "kind": name_kind,
}


def cut_slices(run: Run, least: int = 5) -> list[Slice]:
    """Return every slice with at least that many questions, the largest of each cut first.

    A cut that leaves a single slice says nothing and is left out.
    """
    found = []
    for by, cut in SLICES.items():
        groups: dict[str, list[Outcome]] = {}
        for outcome in run.outcomes:
            name = cut(outcome.judgement)
            if name is not None:
                groups.setdefault(name, []).append(outcome)
        kept = {name: some for name, some in groups.items() if len(some) >= least}
        found += [_score_slice(by, name, kept[name]) for name in _order_slices(kept)] if len(kept) > 1 else []
    return found


def _order_slices(groups: Mapping[str, Sequence[Outcome]]) -> list[str]:
    """Return the largest slices; ranges, which begin with a digit, in their own order."""
    largest = [name for name, _ in Counter({n: len(g) for n, g in groups.items()}).most_common(MAX_SLICES)]
    if all(name[0].isdigit() for name in largest):
        return sorted(largest, key=lambda name: int("".join(c for c in name.split("-")[0] if c.isdigit())))
    return largest


def _score_slice(by: str, name: str, outcomes: Sequence[Outcome]) -> Slice:
    values = {measure: [o.scores[measure] for o in outcomes if measure in o.scores] for measure in SLICE_MEASURES}
    return Slice(by, name, len(outcomes), {m: bootstrap_interval(found) for m, found in values.items() if found})
