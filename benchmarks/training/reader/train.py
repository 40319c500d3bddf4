"""The training loop: which words answer, that a text does not answer, and which of two texts answers better.

It writes a checkpoint every few hundred steps and continues from it if it was stopped: what a step draws depends on its
number alone, so the result is the same. The small reader and its teacher are trained alike; the small one may learn
from the teacher's logits, too.
"""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy
from torch.utils.data import DataLoader, Dataset

from benchmarks.training.reader.distill import label_pairs, measure_divergence, measure_relevance_divergence
from benchmarks.training.reader.examples import Example, ExampleSet, Passage, draw_passage, draw_wrong_passage
from benchmarks.training.reader.network import Logits, Network, has_bfloat16
from index.types import Span
from qa.evaluation.data.rewordings import vary_question
from qa.reader.pairs import PairTokenizer, TokenPair

# Pairs that go through the network together; a GPU needs more of them to be busy.
AT_ONCE, AT_ONCE_ON_GPU = 16, 128
# Processes that draw batches for a GPU: drawing takes longer than its steps.
GPU_WORKERS = 12
HEADS_FASTER = 2.5
WARM_UP_STEPS = 150
# The rate is constant until the last steps, so that training can be prolonged from where it has begun to fall
# (Hägele et al. 2024, "Scaling Laws and Compute-Optimal Training Beyond Fixed Training Durations").
COOL_DOWN = 0.25
MAX_TOKENS = 256
# The share of answerable questions that are shown a wrong passage, too, and the weight of its span loss.
WRONG_SHARE = 0.6
NO_ANSWER_WEIGHT = 0.5
# The weight of the teacher's labels, if there is a teacher; the given ones have the rest.
TEACHER_SHARE = 0.5
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
    """A token pair and its texts; the tokens of its answer, first and last, or (0, 0) for none; None if not known."""

    pair: TokenPair
    target: tuple[int, int] | None
    relevant: bool | None
    texts: tuple[str, tuple[str, str]]


# Of each question of a batch, the pair with its passage and perhaps one with a wrong passage.
Batch = Sequence[Sequence[LabelledPair]]


class Batches(Dataset[Batch]):
    """The batches of all steps: each depends on the number of its step alone."""

    def __init__(self, found: ExampleSet, tokenizer: PairTokenizer, plan: Plan) -> None:
        """Order the examples."""
        self._found, self._tokenizer, self._plan = found, tokenizer, plan
        self._order = _order_examples(len(found.examples), plan)

    def __getitem__(self, step: int) -> Batch:
        """Draw the batch of this step."""
        chance = random.Random(f"{self._plan.seed}/{step}")
        numbers = self._order[step * self._plan.batch :][: self._plan.batch]
        return [draw_pairs(self._found, self._found.examples[n], self._tokenizer, chance) for n in numbers]


def train(network: Network, found: ExampleSet, plan: Plan, checkpoint: Path, teacher: Network | None = None) -> None:
    """Train the network on the examples, or continue from the checkpoint; write the losses to standard output."""
    device = next(network.parameters()).device
    heads = [p for name, p in network.named_parameters() if not name.startswith("bert.")]
    body = [p for p in network.bert.parameters() if p.requires_grad]
    groups = [{"params": body, "lr": plan.rate}, {"params": heads, "lr": HEADS_FASTER * plan.rate}]
    optimizer = torch.optim.AdamW(groups, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _scale_rate(step, plan.steps))
    network.eval()  # no dropout: few passes over many examples do not need it (measured: it halves the speed)
    begun = _resume(checkpoint, network, optimizer, schedule)
    sums = torch.zeros(3, device=device)
    for step, batch in enumerate(_load_batches(Batches(found, network.tokenizer, plan), begun, plan, device), begun):
        for part in _split_batch(batch, AT_ONCE_ON_GPU if device.type == "cuda" else AT_ONCE):
            with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda" or has_bfloat16()):
                losses = torch.stack(compute_losses(network, part, teacher)) / plan.batch
            losses.sum().backward()  # type: ignore[no-untyped-call]
            sums += losses.detach()
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


def _load_batches(batches: Batches, begun: int, plan: Plan, device: torch.device) -> Iterable[Batch]:
    """Return the batches of the steps that are left."""
    steps = range(begun, plan.steps)
    if device.type != "cuda":
        return map(batches.__getitem__, steps)
    return DataLoader(batches, batch_size=None, sampler=steps, num_workers=GPU_WORKERS, collate_fn=_pass_batch)


def _pass_batch(batch: Batch) -> Batch:
    # A loader would look for arrays in it.
    return batch


def draw_pairs(found: ExampleSet, one: Example, tokenizer: PairTokenizer, chance: random.Random) -> list[LabelledPair]:
    """Return the question, reworded, with a passage of its text and a wrong one; one of them may be all there is."""
    text = found.texts[one.text]
    passage = draw_passage(text, one.answers, chance)
    draws_wrong = one.relevant is not False and chance.random() < WRONG_SHARE
    wrong = draw_wrong_passage(found.texts, one, chance) if draws_wrong else None
    answer = passage.words[passage.answer.start : passage.answer.end] if passage.answer else ""
    question = vary_question(one.question, answer, chance)
    texts = [(p.title, p.words) for p in ([passage, wrong] if wrong else [passage])]
    pairs = tokenizer.encode_pairs(question, texts, MAX_TOKENS)
    drawn = [LabelledPair(pairs[0], _find_target(one, passage, pairs[0]), one.relevant, (question, texts[0]))]
    if wrong:
        known = one.relevant is not None
        drawn.append(LabelledPair(pairs[1], (0, 0) if known else None, False if known else None, (question, texts[1])))
    return drawn


def compute_losses(network: Network, batch: Batch, teacher: Network | None = None) -> tuple[Tensor, Tensor, Tensor]:
    """Return three losses summed over the questions.

    Of the spans, of the relevance of each passage, and of the right passage being better than the wrong one. With a
    teacher, the first two are mixed with the divergences from its logits.
    """
    rows = [one for pairs in batch for one in pairs]
    logits = network([one.pair for one in rows])
    weights = torch.tensor([_weigh_span(one, pairs) for pairs in batch for one in pairs], device=logits[0].device)
    span, right = _compute_given_losses(logits, rows, weights)
    if teacher:
        taught = _compute_divergences(logits, rows, weights, teacher)
        span, right = (torch.lerp(a, b, TEACHER_SHARE) for a, b in zip((span, right), taught, strict=True))
    relevance = logits[2]
    firsts = [n for n, one in enumerate(rows[:-1]) if one.relevant and not rows[n + 1].relevant and _follows(batch, n)]
    better = torch.nn.functional.softplus(relevance[[n + 1 for n in firsts]] - relevance[firsts]).sum()
    return span, right, better


def _compute_given_losses(logits: Logits, rows: Sequence[LabelledPair], weights: Tensor) -> tuple[Tensor, Tensor]:
    """Return the losses of the spans and of the relevance if these are known."""
    start, end, relevance = logits
    known = [n for n, one in enumerate(rows) if one.target is not None]
    targets = torch.tensor([rows[n].target for n in known], dtype=torch.long, device=start.device).reshape(-1, 2)
    span = (
        cross_entropy(start[known], targets[:, 0], reduction="none")
        + cross_entropy(end[known], targets[:, 1], reduction="none")
    ) / 2
    judged = [n for n, one in enumerate(rows) if one.relevant is not None]
    labels = torch.tensor([bool(rows[n].relevant) for n in judged], dtype=torch.float, device=start.device)
    right = binary_cross_entropy_with_logits(relevance[judged], labels, reduction="sum") / 2
    return (span * weights[known]).sum(), right


def _compute_divergences(
    logits: Logits, rows: Sequence[LabelledPair], weights: Tensor, teacher: Network
) -> tuple[Tensor, Tensor]:
    """Return the divergences from the teacher in the spans and in the relevance."""
    start, end, relevance = logits
    taught, same = label_pairs(teacher, [one.texts for one in rows], [one.pair for one in rows], start)
    span = (measure_divergence(start, taught[0]) + measure_divergence(end, taught[1])) / 2
    right = measure_relevance_divergence(relevance, taught[2]).sum() / 2
    return (span * weights * same).sum(), right


def _follows(batch: Batch, row: int) -> bool:
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
        return (0, 0) if one.relevant is False else None
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


def _split_batch(batch: Batch, at_once: int) -> Iterator[list[Sequence[LabelledPair]]]:
    """Yield questions of similar length together, to save padding, with ``at_once`` pairs or one more."""
    some: list[Sequence[LabelledPair]] = []
    for pairs in sorted(batch, key=lambda pairs: max(len(one.pair.ids) for one in pairs)):
        some.append(pairs)
        if sum(map(len, some)) >= at_once:
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
        "network": network.list_trained(),
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
    """Load the checkpoint if there is one, and return the number of steps done."""
    if not path.is_file():
        return 0
    state = torch.load(path, map_location=next(network.parameters()).device, weights_only=True)
    network.load_trained(state["network"])
    optimizer.load_state_dict(state["optimizer"])
    schedule.load_state_dict(state["schedule"])
    return int(state["step"])
