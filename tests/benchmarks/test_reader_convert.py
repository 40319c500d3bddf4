"""The int8 network compared with the same network in float32."""

import numpy as np
import pytest
import torch

from benchmarks.training.reader.convert import write_reader
from benchmarks.training.reader.network import Network
from index.embedding.model_files import DEFAULT_MODEL, find_model_folder
from qa.reader.ctranslate2 import QuantizedNetwork
from qa.reader.pairs import PairTokenizer

BASE = find_model_folder(DEFAULT_MODEL)
TEXTS = [
    ("Film", "The film premiered in May. It was directed by Ann Lee and filmed in Kyoto."),
    ("", "Green tea is brewed at eighty degrees and left to stand for two minutes."),
    ("Film · Cast", "Bo and Cy lend their voices. " * 12),
    ("Japan", "Kyoto."),
]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Network, QuantizedNetwork]:
    """Return MiniLM with random heads, in float32 and in int8."""
    torch.manual_seed(0)
    network, folder = Network(BASE).eval(), tmp_path_factory.mktemp("reader") / "compiled"
    write_reader(network, BASE, folder, {"questions": {"qed": 1}})
    return network, QuantizedNetwork(folder)


@pytest.mark.slow
@pytest.mark.parametrize("question", ["Who directed the film?", "where filmed", "Is tea brewed in May?"])
def test_rounding_moves_no_logit_far(both: tuple[Network, QuantizedNetwork], question: str) -> None:
    """Errors are small compared with the differences between passages."""
    network, fast = both
    pairs = list(PairTokenizer(BASE / "tokenizer.json").encode_pairs(question, TEXTS))
    with torch.inference_mode():
        exact = [logits.numpy() for logits in network(pairs)]
    for row, (pair, found) in enumerate(zip(pairs, fast(pairs), strict=True)):
        assert found.relevance == pytest.approx(exact[2][row], abs=0.05)
        words = slice(pair.first, pair.first + len(pair.offsets))
        for rounded, wanted in ((found.start, exact[0][row]), (found.end, exact[1][row])):
            assert np.corrcoef(rounded[words], wanted[words])[0, 1] > 0.95
