"""Distillation: the small network learns what the teacher makes of a pair (Hinton et al. 2015).

The teacher reads every pair when it is drawn. Labels written in advance would cost as much, since no two passes draw
the same passages, and would have to be packed and carried.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import kl_div, log_softmax, logsigmoid

from benchmarks.training.reader.network import NEVER, Logits, Network
from qa.reader.pairs import MAX_TOKENS, TokenPair

# Logits are divided by it, so that the runners-up of the teacher count, too.
TEMPERATURE = 2.0
# MPNet marks a pair with one token more than BERT, so it sees the same words with one token more.
TEACHER_MAX_TOKENS = MAX_TOKENS + 1


@torch.no_grad()
def label_pairs(
    teacher: Network, texts: Sequence[tuple[str, tuple[str, str]]], pairs: Sequence[TokenPair], student: Tensor
) -> tuple[Logits, Tensor]:
    """Return the teacher's logits of the texts, at the student's tokens, and which rows have them.

    ``texts`` are question and passage of each pair; ``student`` are the start logits of the student, shape (pairs,
    tokens). A row has none if both tokenizers split its words differently.
    """
    own = [teacher.tokenizer.encode_pairs(question, [passage], TEACHER_MAX_TOKENS)[0] for question, passage in texts]
    # The teacher's token for each token of the student: the first for the first, and word for word.
    places = torch.zeros(student.shape, dtype=torch.long)
    same = torch.tensor([its.offsets == pair.offsets for its, pair in zip(own, pairs, strict=True)])
    for row, (its, pair) in enumerate(zip(own, pairs, strict=True)):
        if same[row]:
            count = len(pair.offsets)
            places[row, pair.first : pair.first + count] = torch.arange(its.first, its.first + count)
    start, end, relevance = teacher(own)
    places, outside = places.to(student.device), student <= NEVER
    moved = [logits.gather(1, places).masked_fill(outside, NEVER) for logits in (start, end)]
    return (moved[0], moved[1], relevance), same.to(student.device)


def measure_divergence(student: Tensor, teacher: Tensor) -> Tensor:
    """Return the divergence of the student's tokens from the teacher's, shape (pairs,).

    It is multiplied so that its gradients are as large as without a temperature.
    """
    inputs, targets = (log_softmax(logits / TEMPERATURE, -1) for logits in (student, teacher))
    return TEMPERATURE**2 * kl_div(inputs, targets, reduction="none", log_target=True).sum(-1)


def measure_relevance_divergence(student: Tensor, teacher: Tensor) -> Tensor:
    """Return the divergence of the student's relevance from the teacher's, shape (pairs,)."""
    yes = teacher.sigmoid() * (logsigmoid(teacher) - logsigmoid(student))
    no = (-teacher).sigmoid() * (logsigmoid(-teacher) - logsigmoid(-student))
    return yes + no
