"""The training loop: which words answer, that a text does not answer, and which of two texts answers better.

It writes a checkpoint every few hundred steps and continues from it if it was stopped: what a step draws depends on its
number alone, so the result is the same.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from benchmarks.training.reader.examples import Example, ExampleSet, Passage, draw_passage, draw_wrong_passage
from benchmarks.training.reader.network import Network, has_bfloat16
from index.types import Span
from qa.evaluation.data.rewordings import vary_question
from qa.reader.pairs import PairTokenizer, TokenPair

# Pairs that go through the network together.
AT_ONCE = 16
HEADS_FASTER = 2.5
WARM_UP_STEPS = 150
# The rate is constant until the last steps, so that training can be prolonged from where it has begun to fall
# (Hägele et al. 2024, "Scaling Laws and Compute-Optimal Training Beyond Fixed Training Durations").
COOL_DOWN = 0.25
MAX_TOKENS = 256
# The share of answerable questions that are shown a wrong passage, too, and the weight of its span loss.
WRONG_SHARE = 0.6
NO_ANSWER_WEIGHT = 0.5
STEPS_PER_CHECKPOINT = 250
STEPS_PER_MESSAGE = 50


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train: number of steps, examples a step, learning rate of the body, and the seed."""

    steps: int = 4000
    batch: int = 32
    rate: float = 1.5e-4
    seed: int = 0


@dataclass(frozen=True, slots=True)
class LabelledPair:
    """A token pair; the tokens of its answer, first and last, or (0, 0) for none; None if it is not known."""

    pair: TokenPair
    target: tuple[int, int] | None
    relevant: bool


def train(network: Network, tokenizer: PairTokenizer, found: ExampleSet, plan: Plan, checkpoint: Path) -> None:
    """Train the network on the examples, or continue from the checkpoint; write the losses to standard output."""
    device = next(network.parameters()).device
    heads = [p for name, p in network.named_parameters() if not name.startswith("bert.")]
    network.bert.embeddings.requires_grad_(False)  # half of all weights; few of them are met often enough to learn
    body = [p for p in network.bert.parameters() if p.requires_grad]
    groups = [{"params": body, "lr": plan.rate}, {"params": heads, "lr": HEADS_FASTER * plan.rate}]
    optimizer = torch.optim.AdamW(groups, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _scale_rate(step, plan.steps))
    network.eval()  # no dropout: few passes over many examples do not need it (measured: it halves the speed)
    begun = _resume(checkpoint, network, optimizer, schedule)
    order = _order_examples(len(found.examples), plan)
    sums = torch.zeros(3)
    for step in range(begun, plan.steps):
        chance = random.Random(f"{plan.seed}/{step}")
        numbers = order[step * plan.batch :][: plan.batch]
        batch = [draw_pairs(found, found.examples[n], tokenizer, chance) for n in numbers]
        for part in _split_batch(batch):
            with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda" or has_bfloat16()):
                losses = torch.stack(compute_losses(network, part)) / plan.batch
            losses.sum().backward()  # type: ignore[no-untyped-call]
            sums += losses.detach().cpu()
        torch.nn.utils.clip_grad_norm_([*body, *heads], 1.0)
        optimizer.step()
        optimizer.zero_grad()
        schedule.step()
        if (step + 1) % STEPS_PER_MESSAGE == 0:
            span, right, better = (sums / STEPS_PER_MESSAGE).tolist()
            click.echo(
                f"{step + 1:,} of {plan.steps:,} steps: spans {span:.3f}, right {right:.3f}, better {better:.3f}"
            )
            sums.zero_()
        if (step + 1) % STEPS_PER_CHECKPOINT == 0 or step + 1 == plan.steps:
            constant = step + 1 <= (1 - COOL_DOWN) * plan.steps
            state = _describe_state(step + 1, network, optimizer, schedule)
            for path in (checkpoint, with_constant_rate(checkpoint)) if constant else (checkpoint,):
                _write_checkpoint(path, state)


def draw_pairs(found: ExampleSet, one: Example, tokenizer: PairTokenizer, chance: random.Random) -> list[LabelledPair]:
    """Return the question, reworded, with a passage of its text and a wrong one; one of them may be all there is."""
    text = found.texts[one.text]
    passage = draw_passage(text, one.answers, chance)
    wrong = draw_wrong_passage(found.texts, one, chance) if one.relevant and chance.random() < WRONG_SHARE else None
    answer = passage.words[passage.answer.start : passage.answer.end] if passage.answer else ""
    question = vary_question(one.question, answer, chance)
    passages = [passage, wrong] if wrong else [passage]
    pairs = tokenizer.encode_pairs(question, [(p.title, p.words) for p in passages], MAX_TOKENS)
    right = LabelledPair(pairs[0], _find_target(one, passage, pairs[0]), one.relevant)
    return [right, LabelledPair(pairs[1], (0, 0), relevant=False)] if wrong else [right]


def compute_losses(network: Network, batch: Sequence[Sequence[LabelledPair]]) -> tuple[Tensor, Tensor, Tensor]:
    """Return three losses summed over the questions.

    Of the spans, of the relevance of each passage, and of the right passage being better than the wrong one.
    """
    rows = [one for pairs in batch for one in pairs]
    start, end, relevance = network([one.pair for one in rows])
    known = [n for n, one in enumerate(rows) if one.target is not None]
    targets = torch.tensor([rows[n].target for n in known], device=start.device).reshape(-1, 2)
    weights = torch.tensor([_weigh_span(one, pairs) for pairs in batch for one in pairs if one.target is not None])
    span = (
        cross_entropy(start[known], targets[:, 0], reduction="none")
        + cross_entropy(end[known], targets[:, 1], reduction="none")
    ) / 2
    labels = torch.tensor([float(one.relevant) for one in rows], device=start.device)
    right = binary_cross_entropy_with_logits(relevance, labels, reduction="sum") / 2
    firsts = [n for n, one in enumerate(rows[:-1]) if one.relevant and not rows[n + 1].relevant and _follows(batch, n)]
    better = torch.nn.functional.softplus(relevance[[n + 1 for n in firsts]] - relevance[firsts]).sum()
    return (span * weights.to(span.device)).sum(), right, better


def _follows(batch: Sequence[Sequence[LabelledPair]], row: int) -> bool:
    """Return whether the row after this one is of the same question."""
    for pairs in batch:
        if row < len(pairs):
            return row + 1 < len(pairs)
        row -= len(pairs)
    return False


def _weigh_span(one: LabelledPair, pairs: Sequence[LabelledPair]) -> float:
    return 1.0 if one is pairs[0] else NO_ANSWER_WEIGHT


def _find_target(one: Example, passage: Passage, pair: TokenPair) -> tuple[int, int] | None:
    if passage.answer is None:
        return None if one.relevant else (0, 0)
    return _find_answer_tokens(pair, passage.answer)


def _find_answer_tokens(pair: TokenPair, answer: Span) -> tuple[int, int] | None:
    """Return the first and last token of the answer, or None if it is beyond the limit."""
    inside = [i for i, (start, end) in enumerate(pair.offsets) if start < answer.end and answer.start < end]
    if not inside or pair.offsets[inside[-1]][1] < answer.end:
        return None
    return pair.first + inside[0], pair.first + inside[-1]


def _order_examples(count: int, plan: Plan) -> list[int]:
    """Return the numbers of the examples step after step, all of them in a random order in every pass."""
    passes = -(-plan.steps * plan.batch // count)
    return [n for number in range(passes) for n in random.Random(f"{plan.seed}/{number}").sample(range(count), count)]


def _split_batch(batch: Sequence[Sequence[LabelledPair]]) -> Iterator[list[Sequence[LabelledPair]]]:
    """Yield questions of similar length together, to save padding, with ``AT_ONCE`` pairs or one more."""
    some: list[Sequence[LabelledPair]] = []
    for pairs in sorted(batch, key=lambda pairs: max(len(one.pair.ids) for one in pairs)):
        some.append(pairs)
        if sum(map(len, some)) >= AT_ONCE:
            yield some
            some = []
    if some:
        yield some


def _scale_rate(step: int, steps: int) -> float:
    return min((step + 1) / WARM_UP_STEPS, 1.0, (steps - step) / (COOL_DOWN * steps))


def with_constant_rate(checkpoint: Path) -> Path:
    """Return the path of the last checkpoint before the rate began to fall, from which more steps go on."""
    return checkpoint.with_suffix(".constant.pt")


def _describe_state(
    step: int,
    network: Network,
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
) -> dict[str, Any]:
    return {
        "step": step,
        "network": network.state_dict(),
        "optimizer": optimizer.state_dict(),
        "schedule": schedule.state_dict(),
    }


def _write_checkpoint(path: Path, state: Mapping[str, Any]) -> None:
    """Write the state; a file half written never replaces a whole one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    torch.save(state, draft)
    draft.replace(path)


def _resume(
    path: Path, network: Network, optimizer: torch.optim.Optimizer, schedule: torch.optim.lr_scheduler.LRScheduler
) -> int:
    """Load the checkpoint, if there is one, and return the number of steps done."""
    if not path.is_file():
        return 0
    state = torch.load(path, map_location=next(network.parameters()).device, weights_only=True)
    network.load_state_dict(state["network"])
    optimizer.load_state_dict(state["optimizer"])
    schedule.load_state_dict(state["schedule"])
    return int(state["step"])
