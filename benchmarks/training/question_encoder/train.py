"""Trains encoders of questions: the cosine of their vector and that of all layers, on questions and sentences."""

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import torch
from tokenizers import Tokenizer
from torch import Tensor

from benchmarks.training.question_encoder.network import SentenceEncoder
from benchmarks.training.reader.examples import ExampleSet
from qa.evaluation.data.rewordings import vary_question

MAX_TOKENS = 64
# Batches drawn together and sorted by length, to save padding.
TOGETHER = 16
WARM_UP_STEPS = 100
STEPS_PER_MESSAGE = 100
MIN_SENTENCE_CHARS = 20


def list_texts(found: ExampleSet, seed: int = 0) -> list[str]:
    """Return each question as it is and reworded, and the sentences of all texts."""
    chance = random.Random(seed)
    texts = dict.fromkeys(one.question for one in found.examples)
    texts |= dict.fromkeys(vary_question(question, "", chance) for question in list(texts))
    for text in found.texts:
        sentences = (text.text[s.start : s.end] for s in text.sentences)
        texts |= dict.fromkeys(sentence for sentence in sentences if len(sentence) >= MIN_SENTENCE_CHARS)
    return list(texts)


def train_encoders(
    base: Path, texts: Sequence[str], layers: Sequence[int], *, steps: int, batch: int, rate: float
) -> dict[int, SentenceEncoder]:
    """Return a trained encoder of so many layers each; one teacher serves all of them."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    teacher = SentenceEncoder(base).to(device).eval().requires_grad_(False)
    students = {count: SentenceEncoder(base, count).to(device).eval() for count in layers}
    for student in students.values():
        student.bert.embeddings.requires_grad_(False)
    trained = [p for student in students.values() for p in student.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=rate, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: scale_rate(step, steps))
    sums = torch.zeros(len(students), device=device)
    for step, (ids, mask) in zip(range(steps), draw_batches(base, texts, batch), strict=False):
        ids, mask = ids.to(device, non_blocking=True), mask.to(device, non_blocking=True)
        with torch.autocast(device, torch.bfloat16, enabled=device == "cuda"):
            with torch.no_grad():
                wanted = teacher(ids, mask)
            losses = torch.stack([(1 - (student(ids, mask) * wanted).sum(-1)).mean() for student in students.values()])
        losses.sum().backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        optimizer.zero_grad()
        schedule.step()
        sums += losses.detach()
        if (step + 1) % STEPS_PER_MESSAGE == 0:
            means = ", ".join(
                f"{n} layers {1 - s:.4f}" for n, s in zip(students, (sums / STEPS_PER_MESSAGE).tolist(), strict=True)
            )
            click.echo(f"{step + 1:,} of {steps:,} steps: cosines of {means}")
            sums.zero_()
    return students


def scale_rate(step: int, steps: int) -> float:
    """Return the share of the learning rate: rising, then falling to zero in a line."""
    return min((step + 1) / WARM_UP_STEPS, (steps - step) / steps)


def draw_batches(base: Path, texts: Sequence[str], batch: int, seed: int = 0) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield batches of token ids and masks without end: all texts in a random order in every pass."""
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    rows = [encoding.ids for encoding in tokenizer.encode_batch_fast(list(texts))]
    chance = random.Random(seed)
    while True:
        order = chance.sample(range(len(rows)), len(rows))
        for start in range(0, len(order), batch * TOGETHER):
            some = sorted(order[start : start + batch * TOGETHER], key=lambda n: len(rows[n]))
            parts = [some[place : place + batch] for place in range(0, len(some), batch)]
            chance.shuffle(parts)
            yield from (pad_rows([rows[n] for n in part]) for part in parts)


def pad_rows(rows: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Return ids and mask, shape (rows, tokens of the longest, to a multiple of 8)."""
    longest = -(-max(map(len, rows)) // 8) * 8
    ids = torch.tensor([[*row, *[0] * (longest - len(row))] for row in rows])
    lengths = torch.tensor([len(row) for row in rows])
    return ids, (torch.arange(longest)[None] < lengths[:, None]).long()
