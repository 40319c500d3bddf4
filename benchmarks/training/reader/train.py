"""The training loop: three losses over a question, its passage, and wrong passages."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from benchmarks.training.reader.examples import Example, Round, Text
from benchmarks.training.reader.network import Network, has_bfloat16
from index.types import Span
from qa.evaluation.data.rewordings import vary_question
from qa.reader.pairs import PairTokenizer, TokenPair

# Questions a step, and how many of their pairs go through the network together.
BATCH, AT_ONCE = 16, 8
HEADS_FASTER = 2.5
WARM_UP = 0.06
MAX_TOKENS = 224
# Weight of a wrong passage's span loss; there are three wrong passages for each right one.
NO_ANSWER_WEIGHT = 0.3


@dataclass(frozen=True, slots=True)
class PreparedExample:
    """One question with its pairs, the right passage first, and the first and last token of its answer."""

    pairs: list[TokenPair]
    target: tuple[int, int] | None


def train(
    network: Network, pairs: PairTokenizer, examples: Sequence[Example], round_: Round, say: Callable[[str], object]
) -> None:
    """Train the network on the examples, once and in their order.

    Needs no GPU; computes in bfloat16 if the processor supports it.
    """
    heads = [p for name, p in network.named_parameters() if not name.startswith("bert.")]
    for fixed in (network.bert.embeddings, *network.bert.encoder.layer[: round_.frozen]):
        fixed.requires_grad_(False)
    body = [p for p in network.bert.parameters() if p.requires_grad]
    groups = [{"params": body, "lr": round_.rate}, {"params": heads, "lr": HEADS_FASTER * round_.rate}]
    optimizer = torch.optim.AdamW(groups, fused=True)
    steps = len(examples) // BATCH
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _scale_rate(step, steps))
    network.eval()  # no dropout: one pass over the data does not need it (measured: it halves the speed)
    chance, sums = random.Random(0), torch.zeros(3)
    for step in range(steps):
        batch = [
            prepare_example(one, pairs, chance, round_.wrong) for one in examples[step * BATCH : (step + 1) * BATCH]
        ]
        for part in _split_batch(batch):
            with torch.autocast("cpu", torch.bfloat16, enabled=has_bfloat16()):
                found = compute_losses(network, part)
            torch.stack(found).sum().div(BATCH).backward()  # type: ignore[no-untyped-call]
            sums += torch.stack(found).detach() / BATCH
        torch.nn.utils.clip_grad_norm_([*body, *heads], 1.0)
        optimizer.step()
        optimizer.zero_grad()
        schedule.step()
        if step % 100 == 99:
            say(f"{step + 1:,} of {steps:,} steps; span, first, right: {[round(float(x) / 100, 3) for x in sums]}")
            sums.zero_()


def prepare_example(example: Example, pairs: PairTokenizer, chance: random.Random, max_wrong: int) -> PreparedExample:
    """Reword the question and pair it with its passage and at most ``max_wrong`` others."""
    answer = "" if example.answer is None else example.right.words[example.answer.start : example.answer.end]
    question = vary_question(example.question, answer, chance)
    wrong = chance.sample(example.wrong, min(max_wrong, len(example.wrong)))
    made = pairs.encode_pairs(question, [_show_text(text) for text in (example.right, *wrong)], MAX_TOKENS)
    return PreparedExample(made, None if example.answer is None else _find_answer_tokens(made[0], example.answer))


def compute_losses(network: Network, batch: Sequence[PreparedExample]) -> tuple[Tensor, Tensor, Tensor]:
    """Return three losses summed over the questions: span, right passage first, and relevance of each passage."""
    start, end, relevance = network([pair for one in batch for pair in one.pairs])
    span, first, right = (torch.zeros(()) for _ in range(3))
    row = 0
    for one in batch:
        rows = slice(row, row + len(one.pairs))
        row += len(one.pairs)
        if one.target:
            for logits, place in zip((start, end), one.target, strict=True):
                span = span + cross_entropy(logits[rows][0], torch.tensor(place)) / 2
        if len(one.pairs) == 1:
            continue  # a passage without wrong ones only teaches its words
        nothing = torch.zeros(len(one.pairs) - 1, dtype=torch.long)
        span = (
            span
            + NO_ANSWER_WEIGHT
            * (_sum_cross_entropy(start[rows][1:], nothing) + _sum_cross_entropy(end[rows][1:], nothing))
            / 2
        )
        labels = torch.zeros(len(one.pairs))
        labels[0] = 1.0
        first = first + cross_entropy(relevance[rows], torch.tensor(0))
        right = right + binary_cross_entropy_with_logits(relevance[rows], labels)
    return span, first, right


def _sum_cross_entropy(logits: Tensor, places: Tensor) -> Tensor:
    return cross_entropy(logits, places, reduction="sum")


def _show_text(text: Text) -> tuple[str, str]:
    return text.context, text.words


def _find_answer_tokens(pair: TokenPair, answer: Span) -> tuple[int, int] | None:
    """Return the first and last token of the answer, or None if it is beyond the limit."""
    inside = [i for i, (start, end) in enumerate(pair.offsets) if start < answer.end and answer.start < end]
    if not inside or pair.offsets[inside[-1]][1] < answer.end:
        return None
    return pair.first + inside[0], pair.first + inside[-1]


def _split_batch(batch: Sequence[PreparedExample]) -> Iterator[list[PreparedExample]]:
    """Yield questions of similar length together, to save padding, with ``AT_ONCE`` pairs or a few more."""
    some: list[PreparedExample] = []
    for one in sorted(batch, key=lambda one: max(len(pair.ids) for pair in one.pairs)):
        some.append(one)
        if sum(len(other.pairs) for other in some) >= AT_ONCE:
            yield some
            some = []
    if some:
        yield some


def _scale_rate(step: int, steps: int) -> float:
    return min((step + 1) / (WARM_UP * steps + 1), 1.0) * (1 - step / steps)
