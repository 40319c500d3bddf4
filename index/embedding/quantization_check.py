"""Check that the vectors of a quantized encoder are close enough to those of the float32 model."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from index.embedding.batching import embed_texts
from index.errors import QuantizationError
from index.types import Encoder, Vectors

# Minimum cosine between a text's int8 and float32 vectors: on average, for every text, and for texts of a word or two,
# which are below SHORT_TOKENS. Measured with all-MiniLM-L6-v2 on a processor without VNNI: whole sentences 0.994 and
# more, running text cut anywhere 0.990, single words 0.98. Rankings stay the same (docs/quality.md).
MIN_MEAN_COSINE, MIN_COSINE, MIN_SHORT_COSINE = 0.99, 0.98, 0.96
SHORT_TOKENS = 8
# Mean share of a text's nearest neighbours that must be the same in int8 and float32.
MIN_SHARED_NEIGHBORS = 0.8
NEIGHBORS = 10
# Lengths in tokens at which running text is compared. Every short one, because those are furthest off.
LENGTHS = (*range(3, 64), *range(64, 257, 8))
# Texts of the collection that are compared.
SAMPLE_SIZE = 100


@dataclass(frozen=True, slots=True)
class QuantizationReport:
    """How close int8 and float32 vectors are; the cosines are None if no lengths were compared.

    ``min_cosine`` is over texts of at least ``SHORT_TOKENS`` tokens, ``min_short_cosine`` over all;
    ``min_question_cosine`` is over texts that were encoded as questions, None if those are encoded as passages are.
    """

    mean_cosine: float | None
    min_cosine: float | None
    min_short_cosine: float | None
    shared_neighbors: float
    min_question_cosine: float | None = None


def check_quantization(
    quantized: Encoder,
    model: Encoder,
    texts: Sequence[str],
    lengths: Sequence[int] = LENGTHS,
    is_symmetric: bool = True,
) -> QuantizationReport:
    """Compare neighbours in a sample of ``texts``, and vectors of running text at each length.

    If the model is not symmetric, the sample is compared as questions, too.
    Raise QuantizationError if they differ too much.
    """
    sample = texts[:: max(1, len(texts) // SAMPLE_SIZE)][:SAMPLE_SIZE]
    shared = _measure_shared_neighbors(embed_texts(quantized, sample), embed_texts(model, sample))
    _require_at_least("share of common nearest neighbours", shared, MIN_SHARED_NEIGHBORS)
    question = None
    if sample and not is_symmetric:
        _, _, question = _check_cosines(
            _embed_questions(quantized, sample),
            _embed_questions(model, sample),
            model.count_question_tokens(sample),
            " of questions",
        )
    excerpts = _cut_excerpts(texts, model, lengths)
    if not excerpts:
        return QuantizationReport(None, None, None, shared, question)
    vectors = embed_texts(quantized, excerpts), embed_texts(model, excerpts)
    mean, least, short = _check_cosines(*vectors, model.count_tokens(excerpts))
    return QuantizationReport(mean, least, short, shared, question)


def _check_cosines(
    quantized: Vectors, model: Vectors, counts: Sequence[int], kind: str = ""
) -> tuple[float, float, float]:
    """Return the mean cosine, the least of those that are not short, and the least of all.

    Raise QuantizationError if one is too small.
    """
    cosines = np.sum(quantized * model, axis=1)
    is_short = np.array(counts) < SHORT_TOKENS
    mean, least, short = float(cosines.mean()), float(min(cosines[~is_short], default=1)), float(cosines.min())
    _require_at_least(f"mean cosine{kind}", mean, MIN_MEAN_COSINE)
    _require_at_least(f"cosine{kind}", least, MIN_COSINE)
    _require_at_least(f"cosine{kind or ' of texts'} under {SHORT_TOKENS} tokens", short, MIN_SHORT_COSINE)
    return mean, least, short


def _embed_questions(encoder: Encoder, texts: Sequence[str]) -> Vectors:
    """Return the vectors of texts as questions; both encoders cut one that is too long."""
    return np.concatenate([encoder.encode_questions([text]).vectors for text in texts])


def _require_at_least(measure: str, value: float, minimum: float) -> None:
    if value < minimum:
        raise QuantizationError(f"int8 and float32 vectors have a {measure} of {value:.3f}, below {minimum}")


def _measure_shared_neighbors(quantized: Vectors, model: Vectors) -> float:
    """Return the mean share of each row's nearest rows that are the same in both arrays."""
    count = min(NEIGHBORS, len(model) - 1)
    if count < 1:
        return 1.0
    neighbors = [_find_neighbors(vectors, count) for vectors in (quantized, model)]
    return float(np.mean([len(set(one) & set(other)) / count for one, other in zip(*neighbors, strict=True)]))


def _find_neighbors(vectors: Vectors, count: int) -> NDArray[np.int64]:
    """Return the positions of each row's nearest rows, shape (rows, count)."""
    distances = -(vectors @ vectors.T)
    np.fill_diagonal(distances, np.inf)  # no row is its own neighbour
    return np.argsort(distances, axis=1)[:, :count]


def _cut_excerpts(texts: Sequence[str], model: Encoder, lengths: Sequence[int]) -> list[str]:
    """Cut the running text of the collection into one excerpt of each length that the model takes.

    A text that is too short for all of them is repeated.
    """
    words = list(islice((word for text in texts for word in text.split()), sum(LENGTHS)))
    if not words:
        return []
    excerpts, start = [], 0
    for length in lengths:
        if length <= model.max_tokens:
            excerpt = [words[(start + offset) % len(words)] for offset in range(length)]
            excerpts.append(_trim_to_tokens(excerpt, length, model))
            start += length
    return excerpts


def _trim_to_tokens(words: Sequence[str], length: int, model: Encoder) -> str:
    """Join as many words as fit into ``length`` tokens, at least one."""
    # Each count includes the prompt and the special tokens, and so does the length.
    (added,) = model.count_tokens([""])
    ends = np.cumsum([count - added for count in model.count_tokens(words)])
    end = max(1, int(np.searchsorted(ends, length - added, side="right")))
    # Words are not always as many tokens together as alone: SentencePiece has one for the space after a prompt.
    while end > 1 and model.count_tokens([" ".join(words[:end])])[0] > length:
        end -= 1
    return " ".join(words[:end])
