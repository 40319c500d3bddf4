"""The network in whole numbers of a byte beside the same network in float32."""

import numpy as np
import pytest
import torch

from index.embed import DEFAULT_MODEL, model_folder
from qa.reader.compiled import Compiled
from qa.reader.network import opened
from qa.reader.pairs import Pairs
from qa.reader.reader import SHIPPED

BASE = model_folder(DEFAULT_MODEL)
TEXTS = [
    ("Film", "The film premiered in May. It was directed by Ann Lee and filmed in Kyoto."),
    ("", "Green tea is brewed at eighty degrees and left to stand for two minutes."),
    ("Film · Cast", "Bo and Cy lend their voices. " * 12),
    ("Japan", "Kyoto."),
]


@pytest.mark.slow
@pytest.mark.parametrize("question", ["Who directed the film?", "where filmed", "Is tea brewed in May?"])
def test_rounding_moves_no_logit_far_and_no_answer(question: str) -> None:
    """Alone or in a batch of other lengths: the same first and last word, relevance within half a logit."""
    network = opened(BASE, SHIPPED)
    fast = Compiled(network, BASE)
    pairs = Pairs(BASE / "tokenizer.json")(question, TEXTS)
    with torch.inference_mode():
        exact = [logits.numpy() for logits in network(pairs)]
    start, end, relevance = fast(pairs)
    np.testing.assert_allclose(relevance, exact[2], atol=0.5)
    for row, pair in enumerate(pairs):
        words = slice(pair.first, pair.first + len(pair.offsets))
        lone = fast([pair])
        for rounded, alone, wanted in ((start, lone[0], exact[0]), (end, lone[1], exact[1])):
            np.testing.assert_allclose(rounded[row, words], wanted[row, words], atol=1.0)
            np.testing.assert_allclose(alone[0, words], rounded[row, words], atol=0.5)
