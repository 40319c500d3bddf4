"""The batches of training: questions with passages that answer them and that do not, drawn and made tensors.

All that needs no network is done here, so that other processes can do it for a GPU.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor
from torch.utils.data import Dataset

from benchmarks.training.reader.distill import AlignedPairs, align_pairs
from benchmarks.training.reader.examples import Example, ExampleSet, Passage, draw_passage, draw_wrong_passage
from benchmarks.training.reader.network import PaddedPairs, pad_pairs
from index.types import Span
from qa.evaluation.data.rewordings import vary_question
from qa.reader.pairs import PairTokenizer, TokenPair

MAX_TOKENS = 256
# The share of answerable questions that are shown a wrong passage, too, and the weight of its span loss.
WRONG_SHARE = 0.6
NO_ANSWER_WEIGHT = 0.5


@dataclass(frozen=True, slots=True)
class LabelledPair:
    """A token pair and its texts; the tokens of its answer, first and last, or (0, 0) for none; None if not known."""

    pair: TokenPair
    target: tuple[int, int] | None
    relevant: bool | None
    texts: tuple[str, tuple[str, str]]


# Of each question, the pair with its passage and perhaps one with a wrong passage.
Questions = Sequence[Sequence[LabelledPair]]


class Part(NamedTuple):
    """Pairs that go through the network together, and their labels.

    ``targets`` has the first and last token of each answer, shape (pairs, 2). ``span_weights`` are 0 where they are not
    known, ``relevance_weights`` where the relevance (0 or 1) is not. ``contests`` has the rows of a right passage
    and of a wrong one for the same question, shape (contests, 2). ``taught`` is what a teacher reads.
    """

    padded: PaddedPairs
    targets: Tensor
    weights: Tensor
    span_weights: Tensor
    relevant: Tensor
    relevance_weights: Tensor
    contests: Tensor
    taught: AlignedPairs | None


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train: number of steps, examples a step, learning rate of the body, and the seed."""

    steps: int = 4000
    batch: int = 32
    rate: float = 1.5e-4
    seed: int = 0


class Batches(Dataset[list[Part]]):
    """The batches of all steps: each depends on the number of its step alone."""

    def __init__(
        self,
        found: ExampleSet,
        tokenizer: PairTokenizer,
        plan: Plan,
        at_once: int,
        teacher: PairTokenizer | None = None,
    ) -> None:
        """Order the examples: all of them in a random order in every pass.

        A batch comes in parts of ``at_once`` pairs. With the tokenizer of a teacher, they have what it reads.
        """
        self._found, self._tokenizer, self._plan = found, tokenizer, plan
        self._at_once, self._teacher = at_once, teacher
        self._order = _order_examples(len(found.examples), plan)

    def __getitem__(self, step: int) -> list[Part]:
        """Draw the batch of this step."""
        chance = random.Random(f"{self._plan.seed}/{step}")
        numbers = self._order[step * self._plan.batch :][: self._plan.batch]
        drawn = [draw_pairs(self._found, self._found.examples[n], self._tokenizer, chance) for n in numbers]
        return [build_part(some, self._teacher) for some in _split_by_length(drawn, self._at_once)]


def draw_pairs(found: ExampleSet, one: Example, tokenizer: PairTokenizer, chance: random.Random) -> list[LabelledPair]:
    """Return the question, reworded, with a passage of its text and a wrong one; one of them may be all there is."""
    text = found.texts[one.text]
    passage = draw_passage(text, one.answers, chance)
    draws_wrong = one.relevant is not False and chance.random() < WRONG_SHARE
    wrong = draw_wrong_passage(found.texts, one, chance) if draws_wrong else None
    answer = passage.words[passage.answer.start : passage.answer.end] if passage.answer else ""
    question = vary_question(one.question, answer, chance)
    texts = [(p.title, p.words) for p in ([passage, wrong] if wrong else [passage])]
    pairs = list(tokenizer.encode_pairs(question, texts, MAX_TOKENS))
    drawn = [LabelledPair(pairs[0], _find_target(one, passage, pairs[0]), one.relevant, (question, texts[0]))]
    if wrong:
        known = one.relevant is not None
        drawn.append(LabelledPair(pairs[1], (0, 0) if known else None, False if known else None, (question, texts[1])))
    return drawn


def build_part(questions: Questions, teacher: PairTokenizer | None = None) -> Part:
    """Return the pairs of some questions as tensors, with what the teacher with this tokenizer reads."""
    rows = [one for pairs in questions for one in pairs]
    firsts = {id(pairs[0]) for pairs in questions}
    padded = pad_pairs([one.pair for one in rows])
    weights = torch.tensor([1.0 if id(one) in firsts else NO_ANSWER_WEIGHT for one in rows])
    known, judged = (
        torch.tensor([label is not None for label in labels])
        for labels in ([one.target for one in rows], [one.relevant for one in rows])
    )
    contests = [
        (row, row + 1)
        for row, (one, other) in enumerate(pairwise(rows))
        if one.relevant and not other.relevant and id(other) not in firsts
    ]
    return Part(
        padded,
        targets=torch.tensor([one.target or (0, 0) for one in rows]),
        weights=weights,
        span_weights=weights * known,
        relevant=torch.tensor([float(bool(one.relevant)) for one in rows]),
        relevance_weights=judged.float(),
        contests=torch.tensor(contests, dtype=torch.long).reshape(-1, 2),
        taught=_align_rows(teacher, rows, padded) if teacher else None,
    )


def _align_rows(teacher: PairTokenizer, rows: Sequence[LabelledPair], padded: PaddedPairs) -> AlignedPairs:
    return align_pairs(teacher, [one.texts for one in rows], [one.pair for one in rows], padded.ids.shape[1])


def _find_target(one: Example, passage: Passage, pair: TokenPair) -> tuple[int, int] | None:
    if passage.answer is None:
        return (0, 0) if one.relevant is False else None
    return _find_answer_tokens(pair, passage.answer)


def _find_answer_tokens(pair: TokenPair, answer: Span) -> tuple[int, int] | None:
    """Return the first and last token of the answer, or None if it is beyond the limit."""
    inside = [i for i, (start, end) in enumerate(pair.offsets) if start < answer.end and answer.start < end]
    if not inside or pair.offsets[inside[-1]][1] < answer.end:
        return None
    return pair.first + inside[0], pair.first + inside[-1]


def _order_examples(count: int, plan: Plan) -> list[int]:
    """Return the numbers of the examples step after step."""
    passes = -(-plan.steps * plan.batch // count)
    return [n for turn in range(passes) for n in random.Random(f"{plan.seed}/{turn}").sample(range(count), count)]


def _split_by_length(questions: Questions, at_once: int) -> Iterator[Questions]:
    """Yield questions of similar length together, to save padding, with ``at_once`` pairs or one more."""
    some: list[Sequence[LabelledPair]] = []
    for pairs in sorted(questions, key=lambda pairs: max(len(one.pair.ids) for one in pairs)):
        some.append(pairs)
        if sum(map(len, some)) >= at_once:
            yield some
            some = []
    if some:
        yield some
