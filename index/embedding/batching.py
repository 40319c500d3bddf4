"""The bulk embedding of texts with any encoder."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

from index.errors import ModelError
from index.types import Embeddings, Encoder, Tokens, Vectors

BATCH_TOKENS = 800  # measured: larger batches fall out of the processor's second-level cache


def batch_by_length(tokens: Sequence[int], budget: int = BATCH_TOKENS) -> Iterator[list[int]]:
    """Positions grouped so that texts of like length share a batch of about ``budget`` tokens.

    Longest first: memory peaks at the start and a progress bar never slows towards its end.
    """
    batch: list[int] = []
    for position in sorted(range(len(tokens)), key=lambda p: -tokens[p]):
        longest = tokens[batch[0]] if batch else tokens[position]
        if batch and longest * (len(batch) + 1) > budget:
            yield batch
            batch = []
        batch.append(position)
    if batch:
        yield batch


def shorten_to_fit(encoder: Encoder, texts: Sequence[str]) -> list[str]:
    """The texts in their order, each cut by halves until the encoder takes it whole.

    Only for what is mixed in beside the words that are quoted: those are never cut.
    """
    cut = {text: text for text in texts}
    long = list(cut)
    while long:
        tokens = encoder.count_tokens([cut[text] for text in long])
        long = [text for text, count in zip(long, tokens, strict=True) if cut[text] and count > encoder.max_tokens]
        cut |= {text: cut[text][: len(cut[text]) // 2] for text in long}
    return [cut[text] for text in texts]


def embed_texts(
    encoder: Encoder,
    texts: Sequence[str],
    advance: Callable[[int], object] = lambda done: None,
    keep: Callable[[str, Tokens], object] = lambda text, tokens: None,
) -> Vectors:
    """Vectors of all texts in their order; ``advance`` is told how many more are done, ``keep`` the tokens of each.

    Raises ModelError rather than let the model cut a text off at its limit.
    """
    tokens = encoder.count_tokens(texts)
    if tokens and max(tokens) > encoder.max_tokens:
        longest = texts[tokens.index(max(tokens))]
        raise ModelError(f"{encoder.name} takes {encoder.max_tokens} tokens, not {max(tokens)}: {longest[:80]!r}…")
    vectors: Vectors | None = None
    for batch, encoded in _encoded(encoder, texts, batch_by_length(tokens)):
        if vectors is None:
            vectors = np.empty((len(texts), encoded.vectors.shape[1]), dtype=np.float32)
        vectors[batch] = encoded.vectors
        for position, one in zip(batch, encoded.tokens, strict=True):
            keep(texts[position], one)
        advance(len(batch))
    return vectors if vectors is not None else np.empty((0, 0), dtype=np.float32)


def _encoded(
    encoder: Encoder, texts: Sequence[str], wanted: Iterable[list[int]]
) -> Iterator[tuple[list[int], Embeddings]]:
    """Each batch with what it became, in order; as many at once as the encoder has workers, and as many waiting."""

    def encode(batch: list[int]) -> Embeddings:
        return encoder.encode_passages([texts[position] for position in batch])

    under_way: deque[tuple[list[int], Future[Embeddings]]] = deque()
    with ThreadPoolExecutor(encoder.workers) as pool:
        for batch in wanted:
            under_way.append((batch, pool.submit(encode, batch)))
            if len(under_way) > 2 * encoder.workers:
                done, found = under_way.popleft()
                yield done, found.result()
        yield from ((done, found.result()) for done, found in under_way)
