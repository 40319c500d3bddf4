"""The training loop: the network learns the vectors that the model gives a text.

It writes a checkpoint every few hundred steps and continues from it if it was stopped; the texts of a step depend on
its number alone.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import click
import torch
from transformers import BertModel

from benchmarks.training.questions.network import compute_losses, pad_texts
from benchmarks.training.reader.network import has_bfloat16

# The loss of whole texts counts more: there is one vector of a text, and many of its tokens.
TEXTS_WEIGHT = 3.0
WARM_UP_STEPS = 200
STEPS_PER_CHECKPOINT = 250
STEPS_PER_MESSAGE = 50
# Of texts that are drawn together, those of like length are batched.
POOL = 20_000


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train: number of steps, tokens a step, learning rate, and the seed."""

    steps: int = 5000
    tokens: int = 4096
    rate: float = 8e-4
    seed: int = 0


def train(
    network: BertModel, teacher: BertModel, texts: Sequence[Sequence[int]], plan: Plan, checkpoint: Path
) -> list[tuple[int, int]]:
    """Train the network on texts, given as ids of tokens, or continue from the checkpoint; print the losses.

    Return from which step on how many were planned: a training that was stopped may go on with another plan.
    """
    trained = [weights for weights in network.parameters() if weights.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=plan.rate, betas=(0.9, 0.98), fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _scale_rate(step, plan.steps))
    begun, plans = 0, list[tuple[int, int]]()
    if checkpoint.is_file():
        state = torch.load(checkpoint, weights_only=True)
        begun, plans = int(state["step"]), [(first, steps) for first, steps in state["plans"]]
        for part, name in ((network, "network"), (optimizer, "optimizer"), (schedule, "schedule")):
            part.load_state_dict(state[name])
    if not plans or plans[-1][1] != plan.steps:
        plans.append((begun, plan.steps))
    sums = torch.zeros(2)
    for step, batch in enumerate(draw_batches(texts, plan)):
        if step < begun:
            continue
        with torch.autocast("cpu", torch.bfloat16, enabled=has_bfloat16()):
            losses = compute_losses(network, teacher, pad_texts([texts[number] for number in batch]))
        (losses[0] + TEXTS_WEIGHT * losses[1]).backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        schedule.step()
        sums += losses.detach()
        if (step + 1) % STEPS_PER_MESSAGE == 0:
            tokens, whole = (sums / STEPS_PER_MESSAGE).tolist()
            click.echo(f"{step + 1:,} of {plan.steps:,} steps: tokens {tokens:.4f}, texts {whole:.4f}")
            sums.zero_()
        if (step + 1) % STEPS_PER_CHECKPOINT == 0 or step + 1 == plan.steps:
            parts: dict[str, Any] = {"network": network, "optimizer": optimizer, "schedule": schedule}
            states: dict[str, object] = {name: part.state_dict() for name, part in parts.items()}
            write_checkpoint(checkpoint, states | {"step": step + 1, "plans": plans})
    return plans


def draw_batches(texts: Sequence[Sequence[int]], plan: Plan) -> list[list[int]]:
    """Return the numbers of the texts of each step: all texts in a random order in every pass.

    A batch has texts of like length, and at most ``plan.tokens`` tokens with its padding.
    """
    chance, batches = random.Random(plan.seed), list[list[int]]()
    while len(batches) < plan.steps:
        order = chance.sample(range(len(texts)), len(texts))
        found = [
            batch
            for start in range(0, len(order), POOL)
            for batch in _split_by_length(texts, order[start : start + POOL], plan.tokens)
        ]
        chance.shuffle(found)
        batches += found
    return batches[: plan.steps]


def _split_by_length(texts: Sequence[Sequence[int]], numbers: Sequence[int], most: int) -> list[list[int]]:
    batches = list[list[int]]()
    for length, same in groupby(sorted(numbers, key=lambda n: len(texts[n])), key=lambda n: len(texts[n])):
        for number in same:
            if not batches or (len(batches[-1]) + 1) * length > most:
                batches.append([])
            batches[-1].append(number)
    return batches


def _scale_rate(step: int, steps: int) -> float:
    """Return the share of the learning rate: it rises, and then falls to zero along a line."""
    return min((step + 1) / WARM_UP_STEPS, (steps - step) / steps)


def write_checkpoint(path: Path, state: dict[str, object]) -> None:
    """Write the state; a file half written never replaces a whole one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    torch.save(state, draft)
    draft.replace(path)
