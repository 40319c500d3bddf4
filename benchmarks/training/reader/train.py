"""The training loop: which words answer, that a text does not answer, and which of two texts answers better.

It writes a checkpoint every few hundred steps and continues from it if it was stopped: what a step draws depends on its
number alone, so the result is the same. The small reader and its teacher are trained alike; the small one may learn
from the teacher's logits, too.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy
from torch.utils.data import DataLoader

from benchmarks.training.reader.batches import Batches, Part, Plan
from benchmarks.training.reader.distill import label_pairs, measure_divergence, measure_relevance_divergence
from benchmarks.training.reader.examples import ExampleSet
from benchmarks.training.reader.network import Logits, Network, has_bfloat16

# Pairs that go through the network together; a GPU needs more of them to be busy, of like lengths all the same.
AT_ONCE, AT_ONCE_ON_GPU = 16, 96
# Processes that draw batches for a GPU: drawing takes longer than its steps.
GPU_WORKERS = 12
HEADS_FASTER = 2.5
WARM_UP_STEPS = 150
# The rate is constant until the last steps, so that training can be prolonged from where it has begun to fall
# (Hägele et al. 2024, "Scaling Laws and Compute-Optimal Training Beyond Fixed Training Durations").
COOL_DOWN = 0.25
# The weight of the teacher's labels, if there is a teacher; the given ones have the rest.
TEACHER_SHARE = 0.5
STEPS_PER_CHECKPOINT = 250
STEPS_PER_MESSAGE = 50


def train(network: Network, found: ExampleSet, plan: Plan, checkpoint: Path, teacher: Network | None = None) -> int:
    """Train the network on the examples, or continue from the checkpoint; write the losses to standard output.

    Return how many of the steps had a teacher: those before the checkpoint may have had none.
    """
    device = next(network.parameters()).device
    heads = [p for name, p in network.named_parameters() if not name.startswith("bert.")]
    body = [p for p in network.bert.parameters() if p.requires_grad]
    groups = [{"params": body, "lr": plan.rate}, {"params": heads, "lr": HEADS_FASTER * plan.rate}]
    optimizer = torch.optim.AdamW(groups, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _scale_rate(step, plan.steps))
    network.eval()  # no dropout: few passes over many examples do not need it (measured: it halves the speed)
    begun, taught = _resume(checkpoint, network, optimizer, schedule)
    sums = torch.zeros(3, device=device)
    at_once = AT_ONCE_ON_GPU if device.type == "cuda" else AT_ONCE
    batches = Batches(found, network.tokenizer, plan, at_once, teacher.tokenizer if teacher else None)
    steps = range(begun, plan.steps)
    for step, batch in zip(steps, _load_batches(batches, steps, device), strict=True):
        for part in batch:
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
            counts = {"step": step + 1, "taught": taught + (step + 1 - begun if teacher else 0)}
            state = counts | _describe_state(network, optimizer, schedule)
            for path in (checkpoint, with_constant_rate(checkpoint)) if constant else (checkpoint,):
                _write_checkpoint(path, state)
    return taught + (plan.steps - begun if teacher else 0)


def _load_batches(batches: Batches, steps: range, device: torch.device) -> Iterable[Sequence[Part]]:
    """Return the batches of these steps."""
    if device.type != "cuda":
        return map(batches.__getitem__, steps)
    return DataLoader(batches, batch_size=None, sampler=steps, num_workers=GPU_WORKERS, collate_fn=_pass_batch)


def _pass_batch(batch: Sequence[Part]) -> Sequence[Part]:
    # Its tensors stay as they are.
    return batch


def compute_losses(network: Network, part: Part, teacher: Network | None = None) -> tuple[Tensor, Tensor, Tensor]:
    """Return three losses summed over the questions.

    Of the spans, of the relevance of each passage, and of the right passage being better than the wrong one. With a
    teacher, the first two are mixed with the divergences from its logits.
    """
    logits = network(part.padded)
    device = logits[0].device
    span, right = _compute_given_losses(logits, part)
    if teacher:
        taught = _compute_divergences(logits, part, teacher)
        span, right = (torch.lerp(a, b, TEACHER_SHARE) for a, b in zip((span, right), taught, strict=True))
    ours, theirs = part.contests.to(device, non_blocking=True).unbind(1)
    relevance = logits[2]
    return span, right, torch.nn.functional.softplus(relevance[theirs] - relevance[ours]).sum()


def _compute_given_losses(logits: Logits, part: Part) -> tuple[Tensor, Tensor]:
    """Return the losses of the spans and of the relevance where these are known."""
    start, end, relevance = logits
    labels = (part.targets, part.span_weights, part.relevant, part.relevance_weights)
    targets, span_weights, relevant, weights = (label.to(start.device, non_blocking=True) for label in labels)
    span = (
        cross_entropy(start, targets[:, 0], reduction="none") + cross_entropy(end, targets[:, 1], reduction="none")
    ) / 2
    right = binary_cross_entropy_with_logits(relevance, relevant, weights, reduction="sum") / 2
    return (span * span_weights).sum(), right


def _compute_divergences(logits: Logits, part: Part, teacher: Network) -> tuple[Tensor, Tensor]:
    """Return the divergences from the teacher in the spans and in the relevance."""
    if part.taught is None:
        raise ValueError("the batches have nothing for a teacher: give its tokenizer to Batches")
    start, end, relevance = logits
    taught = label_pairs(teacher, part.taught, start)
    span = (measure_divergence(start, taught[0]) + measure_divergence(end, taught[1])) / 2
    right = measure_relevance_divergence(relevance, taught[2]).sum() / 2
    weights, same = (each.to(start.device, non_blocking=True) for each in (part.weights, part.taught.same))
    return (span * weights * same).sum(), right


def _scale_rate(step: int, steps: int) -> float:
    return min((step + 1) / WARM_UP_STEPS, 1.0, (steps - step) / (COOL_DOWN * steps))


def with_constant_rate(checkpoint: Path) -> Path:
    """Return the path of the last checkpoint before the rate began to fall, from which more steps go on."""
    return checkpoint.with_suffix(".constant.pt")


def _describe_state(
    network: Network,
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
) -> dict[str, Any]:
    return {
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
) -> tuple[int, int]:
    """Load the checkpoint if there is one; return the number of steps done, and how many of them had a teacher."""
    if not path.is_file():
        return 0, 0
    state = torch.load(path, map_location=next(network.parameters()).device, weights_only=True)
    network.load_trained(state["network"])
    optimizer.load_state_dict(state["optimizer"])
    schedule.load_state_dict(state["schedule"])
    return int(state["step"]), int(state["taught"])
