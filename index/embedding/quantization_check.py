"""Whether an encoder that was made fast is still the model that it was made of."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.embedding.batching import embed_texts
from index.errors import QuantizationError
from index.types import Encoder, Vectors

LEAST_MEAN, LEAST_COSINE, LEAST_SHORT, SHORT = 0.99, 0.98, 0.96, 8
"""A text's two vectors must be so near: on average, at the least, and for a text under ``SHORT`` tokens, a word or two.

Whole sentences come out at 0.994 and more, running text cut anywhere at 0.990, single words at 0.98 (all-MiniLM-L6-v2,
a processor without VNNI); what is found stays the same (``docs/quality.md``).
"""
LEAST_SHARED, FIRST = 0.8, 10
"""Of the ``FIRST`` texts nearest to a text so many, on average, must be the same."""
LENGTHS = (*range(3, 64), *range(64, 257, 8))
"""In tokens. All of the longer ones, too, are gone through for the default model by its test, not at a build."""
SAMPLE = 100


@dataclass(frozen=True, slots=True)
class QuantizationReport:
    """Mean and least cosine of texts of ``SHORT`` tokens and more, least of shorter ones; the share of neighbours kept.

    The cosines are None where lengths were not gone through.
    """

    mean: float | None
    cosine: float | None
    short: float | None
    shared: float


def check_quantization(
    fast: Encoder, model: Encoder, texts: Sequence[str], lengths: Sequence[int] = LENGTHS
) -> QuantizationReport:
    """Compare on a sample of a collection's texts and on running text of each length; raise QuantizationError."""
    some = list(texts[:: max(1, len(texts) // SAMPLE)])[:SAMPLE]
    shared = _shared(_vectors(fast, some), _vectors(model, some))
    _least("the texts nearest to a text", shared, LEAST_SHARED)
    cut = _cut(texts, model, lengths)
    if not cut:
        return QuantizationReport(None, None, None, shared)
    cosines = np.sum(_vectors(fast, cut) * _vectors(model, cut), axis=1)
    is_short = np.array(model.count_tokens(cut)) < SHORT
    mean, least, short = (float(x) for x in (cosines.mean(), min(cosines[~is_short], default=1), cosines.min()))
    _least("the vectors of texts, on average,", mean, LEAST_MEAN)
    _least("the vectors of texts", least, LEAST_COSINE)
    _least(f"the vectors of texts under {SHORT} tokens", short, LEAST_SHORT)
    return QuantizationReport(mean, least, short, shared)


def _least(what: str, found: float, least: float) -> None:
    if found < least:
        raise QuantizationError(f"in int8, {what} agree with float32 to {found:.3f}, not to {least}")


def _vectors(encoder: Encoder, texts: Sequence[str]) -> Vectors:
    return embed_texts(encoder, texts)


def _shared(fast: Vectors, model: Vectors) -> float:
    """How many of each row's nearest rows are the same, on average; a row is not its own neighbour."""
    first = min(FIRST, len(model) - 1)
    if first < 1:
        return 1.0
    near = [np.argsort(-(rows @ rows.T) + 9 * np.eye(len(rows)), axis=1)[:, :first] for rows in (fast, model)]
    return float(np.mean([len(set(a) & set(b)) / first for a, b in zip(*near, strict=True)]))


def _cut(texts: Sequence[str], model: Encoder, lengths: Sequence[int]) -> list[str]:
    """Running text of the collection, cut to each length that the model takes; it begins anew where it ends."""
    words = " ".join(texts).split()[: sum(LENGTHS)]
    taken = [length for length in lengths if words and length <= model.max_tokens]
    starts = np.cumsum([0, *taken])
    some = (
        [words[(start + place) % len(words)] for place in range(n)] for start, n in zip(starts, taken, strict=False)
    )
    return [_fitting(own, length, model) for own, length in zip(some, taken, strict=True)]


def _fitting(words: Sequence[str], length: int, model: Encoder) -> str:
    """As many of the words as ``length`` tokens hold, one at least."""
    counts = np.cumsum([count - 2 for count in model.count_tokens(words)])
    return " ".join(words[: max(1, int(np.searchsorted(counts, length - 2, side="right")))])
