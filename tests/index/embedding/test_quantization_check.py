"""Vectors of a quantized encoder compared with those of the float32 model."""

import numpy as np
import pytest

from index.embedding.quantization_check import (
    MIN_COSINE,
    MIN_MEAN_COSINE,
    MIN_SHORT_COSINE,
    SHORT_TOKENS,
    QuantizationReport,
    check_quantization,
)
from index.embedding.sentence_transformer import SentenceTransformerEncoder
from index.embedding.tokens import normalize_rows
from index.errors import QuantizationError
from index.types import Embeddings, Encoder
from tests.doubles import WordEncoder
from tests.index.embedding.test_ctranslate2 import SENTENCES

# Every length takes a minute. Short texts are furthest off, so more of their lengths are compared; both ends are in.
LENGTHS = (*range(3, 13), *range(13, 64, 10), 96, 160, 256)


@pytest.mark.slow
def test_int8_vectors_are_close_to_float32_at_every_length(encoder: Encoder) -> None:
    """From 3 tokens to 256, and the nearest neighbours of a text are the same."""
    found = check_quantization(encoder, SentenceTransformerEncoder(), SENTENCES, LENGTHS)
    assert found.mean_cosine is not None
    assert found.min_cosine is not None
    assert found.min_short_cosine is not None
    assert found.mean_cosine >= MIN_MEAN_COSINE
    assert found.min_cosine >= MIN_COSINE
    assert found.min_short_cosine >= MIN_SHORT_COSINE
    assert found.shared_neighbors > 0.9


class TruncatingEncoder(WordEncoder):
    """Encodes only the first half of a text's words."""

    def encode_questions(self, texts: list[str]) -> Embeddings:  # type: ignore[override]
        return super().encode_questions([" ".join(text.split()[: len(text.split()) // 2]) for text in texts])


class NoisyEncoder(WordEncoder):
    """Adds to every vector a component of a given size that no word has."""

    def __init__(self, noise: float) -> None:
        super().__init__()
        self.noise = noise

    def encode_questions(self, texts: list[str]) -> Embeddings:  # type: ignore[override]
        encoded = super().encode_questions(texts)
        vectors = encoded.vectors.copy()
        vectors[:, 0] += self.noise
        return Embeddings(normalize_rows(vectors), encoded.tokens)


def test_an_encoder_with_other_neighbours_is_rejected() -> None:
    """The error names the measure, its value and the limit."""
    with pytest.raises(QuantizationError, match=r"a share of common nearest neighbours of 0\.\d+, below 0\.8"):
        check_quantization(TruncatingEncoder(), WordEncoder(), SENTENCES)


def test_an_encoder_with_the_same_vectors_passes() -> None:
    """All measures are 1; without lengths only neighbours are compared."""
    same = check_quantization(WordEncoder(), WordEncoder(), SENTENCES)
    measures = (same.shared_neighbors, same.mean_cosine, same.min_cosine, same.min_short_cosine)
    np.testing.assert_allclose(np.array(measures, dtype=float), 1, atol=1e-5)
    assert check_quantization(WordEncoder(), WordEncoder(), ["one"], ()) == QuantizationReport(None, None, None, 1.0)


class PairingEncoder(WordEncoder):
    """Encodes the texts of each pair to nearly the same vector."""

    def __init__(self, *pairs: str) -> None:
        super().__init__()
        self.pairs = pairs

    def encode_questions(self, texts: list[str]) -> Embeddings:  # type: ignore[override]
        encoded = super().encode_questions(texts)
        paired = super().encode_questions([next(pair for pair in self.pairs if text in pair) for text in texts])
        return Embeddings(normalize_rows(10 * paired.vectors + encoded.vectors), encoded.tokens)


def test_a_text_is_not_its_own_neighbour(monkeypatch: pytest.MonkeyPatch) -> None:
    """If each text is nearest to another one in int8, none of the neighbours is the same."""
    monkeypatch.setattr("index.embedding.quantization_check.NEIGHBORS", 1)
    quantized, model = PairingEncoder("cat dog", "sun moon"), PairingEncoder("cat sun", "dog moon")
    assert check_quantization(model, model, ["cat", "dog", "sun", "moon"], ()).shared_neighbors == 1
    with pytest.raises(QuantizationError, match=r"neighbours of 0\.000"):
        check_quantization(quantized, model, ["cat", "dog", "sun", "moon"], ())


def test_vectors_must_be_close_even_if_neighbours_are_the_same() -> None:
    """Noise that all vectors share moves no neighbour, but the cosine shows it."""
    assert check_quantization(NoisyEncoder(0.1), WordEncoder(), SENTENCES).mean_cosine == pytest.approx(0.995, abs=2e-3)
    with pytest.raises(QuantizationError, match=r"a mean cosine of 0\.9[78]\d, below 0\.99"):
        check_quantization(NoisyEncoder(0.2), WordEncoder(), SENTENCES)


def test_a_single_text_that_differs_is_noticed() -> None:
    """One long text below its limit, or one short text below its lower limit, is enough."""

    class OneWrong(WordEncoder):
        """Encodes texts of ``wrong`` tokens with noise."""

        def __init__(self, wrong: int, noise: float) -> None:
            super().__init__()
            self.wrong, self.noisy = wrong, NoisyEncoder(noise)

        def encode_questions(self, texts: list[str]) -> Embeddings:  # type: ignore[override]
            encoded = [
                (self.noisy if len(text.split()) + 2 == self.wrong else super(OneWrong, self)).encode_questions([text])
                for text in texts
            ]
            return Embeddings(np.vstack([e.vectors for e in encoded]), tuple(t for e in encoded for t in e.tokens))

    lengths = range(3, 60)
    for wrong, noise, limit in ((SHORT_TOKENS, 0.25, 0.98), (SHORT_TOKENS - 1, 0.35, 0.96)):
        with pytest.raises(QuantizationError, match=rf"a cosine.* of 0\.9\d+, below {limit}"):
            check_quantization(OneWrong(wrong, noise), WordEncoder(), [SENTENCES[0]], lengths)
    check_quantization(OneWrong(SHORT_TOKENS - 1, 0.25), WordEncoder(), [SENTENCES[0]], lengths)
