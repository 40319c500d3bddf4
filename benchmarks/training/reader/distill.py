"""Distillation: the small network learns what the teacher makes of a pair (Hinton et al. 2015).

The teacher reads every pair when it is drawn. Labels written in advance would cost as much, since no two passes draw
the same passages, and would have to be packed and carried.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import kl_div, log_softmax, logsigmoid

from benchmarks.training.reader.network import NEVER, Logits, Network, PaddedPairs, pad_pairs
from qa.reader.pairs import MAX_TOKENS, PairTokenizer, TokenPair

# Logits are divided by it, so that the runners-up of the teacher count, too.
TEMPERATURE = 2.0
# MPNet marks a pair with one token more than BERT, so it sees the same words with one token more.
TEACHER_MAX_TOKENS = MAX_TOKENS + 1


class AlignedPairs(NamedTuple):
    """The pairs as the teacher's tokenizer makes them, and where its tokens are.

    ``places`` has the teacher's token for each token of the student, shape (pairs, tokens of the student): the first
    for the first, and word for word. ``same`` is False for a pair whose words both split differently, which has none.
    """

    padded: PaddedPairs
    places: Tensor
    same: Tensor


def align_pairs(
    tokenizer: PairTokenizer, texts: Sequence[tuple[str, tuple[str, str]]], pairs: Sequence[TokenPair], tokens: int
) -> AlignedPairs:
    """Encode for the teacher the question and passage of each of the student's pairs, padded to so many tokens."""
    own = [next(tokenizer.encode_pairs(question, [passage], TEACHER_MAX_TOKENS)) for question, passage in texts]
    places = torch.zeros(len(pairs), tokens, dtype=torch.long)
    same = torch.tensor([its.offsets == pair.offsets for its, pair in zip(own, pairs, strict=True)])
    for row, (its, pair) in enumerate(zip(own, pairs, strict=True)):
        if same[row]:
            count = len(pair.offsets)
            places[row, pair.first : pair.first + count] = torch.arange(its.first, its.first + count)
    return AlignedPairs(pad_pairs(own), places, same)


@torch.no_grad()
def label_pairs(teacher: Network, aligned: AlignedPairs, student: Tensor) -> Logits:
    """Return the teacher's logits at the student's tokens.

    ``student`` are the student's start logits, shape (pairs, tokens).
    """
    start, end, relevance = teacher(aligned.padded)
    places, outside = aligned.places.to(student.device), student <= NEVER
    moved = [logits.gather(1, places).masked_fill(outside, NEVER) for logits in (start, end)]
    return moved[0], moved[1], relevance


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
