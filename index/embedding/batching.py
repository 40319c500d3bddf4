"""Embed many texts with any encoder, in batches of texts of similar length."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

from index.errors import ModelError
from index.progress import NO_PROGRESS, Advance
from index.types import Embeddings, Encoder, Tokens, Vectors

# Measured: larger batches do not fit into the processor's second-level cache and take longer per text.
MAX_BATCH_TOKENS = 800


def batch_by_length(lengths: Sequence[int], max_tokens: int = MAX_BATCH_TOKENS) -> Iterator[list[int]]:
    """Yield batches of positions such that texts of similar length share a batch of at most ``max_tokens``.

    Padding counts: each text of a batch is as long as the longest. A text over ``max_tokens`` is a batch of its own.
    """
    batch: list[int] = []
    # Longest first: memory peaks at the start, and a progress bar does not slow down towards its end.
    for position in sorted(range(len(lengths)), key=lambda position: -lengths[position]):
        if batch and lengths[batch[0]] * (len(batch) + 1) > max_tokens:
            yield batch
            batch = []
        batch.append(position)
    if batch:
        yield batch


def shorten_to_fit(encoder: Encoder, texts: Sequence[str]) -> list[str]:
    """Cut each text in half until the encoder takes all of it.

    For context that is mixed into vectors only. Text that can be quoted is never cut.
    """
    shortened = {text: text for text in texts}
    too_long = list(shortened)
    while too_long:
        counts = encoder.count_tokens([shortened[text] for text in too_long])
        pairs = zip(too_long, counts, strict=True)
        too_long = [text for text, count in pairs if shortened[text] and count > encoder.max_tokens]
        shortened |= {text: shortened[text][: len(shortened[text]) // 2] for text in too_long}
    return [shortened[text] for text in texts]


def embed_texts(
    encoder: Encoder,
    texts: Sequence[str],
    advance: Advance = NO_PROGRESS,
    handle_tokens: Callable[[str, Tokens], object] = lambda text, tokens: None,
) -> Vectors:
    """Return the vectors of all texts in their order, shape (texts, dimension).

    ``advance`` is called with the number of texts of each batch, ``handle_tokens`` with each text and its tokens.
    Raise ModelError if a text is longer than the model takes, which would silently cut it.
    """
    lengths = encoder.count_tokens(texts)
    if lengths and max(lengths) > encoder.max_tokens:
        longest = texts[lengths.index(max(lengths))]
        raise ModelError(
            f"{encoder.name} takes at most {encoder.max_tokens} tokens; a text has {max(lengths)}: {longest[:80]!r}…"
        )
    vectors: Vectors | None = None
    for batch, encoded in _encode_batches(encoder, texts, batch_by_length(lengths)):
        if vectors is None:
            vectors = np.empty((len(texts), encoded.vectors.shape[1]), dtype=np.float32)
        vectors[batch] = encoded.vectors
        for position, tokens in zip(batch, encoded.tokens, strict=True):
            handle_tokens(texts[position], tokens)
        advance(len(batch))
    return vectors if vectors is not None else np.empty((0, 0), dtype=np.float32)


def _encode_batches(
    encoder: Encoder, texts: Sequence[str], batches: Iterable[list[int]]
) -> Iterator[tuple[list[int], Embeddings]]:
    """Yield each batch of positions with its encoded texts, in order; the encoder's workers run in parallel."""

    def encode_batch(batch: list[int]) -> Embeddings:
        return encoder.encode_passages([texts[position] for position in batch])

    pending: deque[tuple[list[int], Future[Embeddings]]] = deque()
    with ThreadPoolExecutor(encoder.workers) as pool:
        for batch in batches:
            pending.append((batch, pool.submit(encode_batch, batch)))
            # One batch per worker in progress and one waiting: no worker is idle, and memory stays bounded.
            if len(pending) > 2 * encoder.workers:
                first, future = pending.popleft()
                yield first, future.result()
        yield from ((batch, future.result()) for batch, future in pending)
