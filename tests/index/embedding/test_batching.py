"""Embedding in bulk, with the real encoder and with one that counts words."""

from time import sleep

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.build.embed_units import mix_context
from index.build.unit_inputs import CONTEXT_WEIGHT
from index.embedding.batching import batch_by_length, embed_texts, shorten_to_fit
from index.errors import ModelError
from index.types import Encoder
from tests.doubles import WordEncoder


@given(st.lists(st.integers(1, 300), max_size=60), st.integers(10, 900))
def test_batches_hold_every_text_once_and_keep_the_budget(tokens: list[int], budget: int) -> None:
    """Longest first; padded to the longest, a batch of more than one text stays within the budget."""
    found = list(batch_by_length(tokens, budget))
    assert sorted(position for batch in found for position in batch) == list(range(len(tokens)))
    lengths = [tokens[position] for batch in found for position in batch]
    assert lengths == sorted(lengths, reverse=True)
    assert all(len(batch) == 1 or tokens[batch[0]] * len(batch) <= budget for batch in found)


def test_a_batch_has_at_most_800_tokens() -> None:
    """More is slower; exactly as many are one batch."""
    assert [len(batch) for batch in batch_by_length([100] * 9)] == [8, 1]


def test_few_batches_are_encoded_ahead() -> None:
    """One a worker in progress and one waiting, so memory does not grow with the texts."""
    encoder, ahead = WordEncoder(), list[int]()

    def measure_lead(count: int) -> None:
        if not ahead:
            sleep(0.05)  # long enough for the worker to encode all batches, if it had them
        ahead.append(len(encoder.encoded) - len(ahead))

    embed_texts(encoder, ["word " * 250] * 30, lambda count: [measure_lead(1) for _ in range(count)])
    assert len(ahead) == 30
    assert max(ahead) <= 3 * 3  # batches of three texts: the one returned and two more


def test_embedding_keeps_the_order_and_tells_how_far_it_is() -> None:
    """Sorted by length inside, in the order given outside; every text is counted once."""
    texts = ["one", "one two three four", "one two", "five " * 200, ""]
    done: list[int] = []
    vectors = embed_texts(WordEncoder(), texts, done.append)
    np.testing.assert_array_equal(vectors, WordEncoder().encode_passages(texts).vectors)
    assert sum(done) == len(texts)


def test_a_text_over_the_limit_is_an_error_and_not_cut_off() -> None:
    """Naming the text and both numbers."""
    with pytest.raises(ModelError, match="takes at most 256 tokens; a text has 302: 'word word"):
        embed_texts(WordEncoder(), ["word " * 300], lambda done: None)
    assert len(embed_texts(WordEncoder(), ["word " * 254])) == 1  # with two special tokens exactly at the limit


def test_the_real_vectors_are_of_unit_length_and_near_for_like_texts(encoder: Encoder) -> None:
    """384 dimensions; a paraphrase is nearer than anything else, whatever the batch."""
    texts = ["A man is eating food.", "Someone has a meal.", "The stock market fell sharply on Monday."]
    vectors = embed_texts(encoder, texts)
    assert vectors.shape == (3, 384)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.3
    np.testing.assert_allclose(vectors[1], encoder.encode_passages([texts[1]]).vectors[0], atol=0.02)


def test_tokens_are_counted_beyond_what_the_model_would_cut(encoder: Encoder) -> None:
    """Special tokens included; the limit is the model's own."""
    assert encoder.max_tokens == 256
    assert encoder.count_tokens(["cat", "cat " * 1000, ""]) == [3, 1002, 2]


def test_title_and_heading_are_mixed_in_lightly() -> None:
    """(text + w · context) / |text + w · context|; without a context the text alone."""
    text, context = np.array([1.0, 0.0], dtype=np.float32), np.array([0.0, 1.0], dtype=np.float32)
    np.testing.assert_allclose(mix_context(text, context), np.array([1, CONTEXT_WEIGHT]) / np.hypot(1, CONTEXT_WEIGHT))
    np.testing.assert_array_equal(mix_context(text, None), text)


def test_what_stands_above_is_cut_until_it_fits() -> None:
    """By halves, in its order, and only where it must be; an encoder that takes nothing gets nothing."""
    encoder = WordEncoder(max_tokens=6)
    texts = ["a b c d", "", "a b c d e f g h", "a b c d"]
    assert shorten_to_fit(encoder, texts) == ["a b c d", "", "a b c d", "a b c d"]
    assert shorten_to_fit(WordEncoder(max_tokens=1), ["a b"]) == [""]
    assert shorten_to_fit(encoder, []) == []


def test_a_title_of_many_tokens_fits_the_real_model(encoder: Encoder) -> None:
    """Two hundred Korean characters are three hundred tokens."""
    title = "각 " * 100
    assert encoder.count_tokens([title])[0] > encoder.max_tokens
    (cut,) = shorten_to_fit(encoder, [title])
    assert cut
    assert title.startswith(cut)
    assert encoder.max_tokens // 2 <= encoder.count_tokens([cut])[0] <= encoder.max_tokens


def test_questions_are_encoded_as_the_model_wants_them(encoder: Encoder) -> None:
    """This model has no prompts, so a question is a text like any other; unit length, one row each."""
    questions = ["Where do cats sleep?", "¿Dónde?", "😀", "猫はどこで眠る？"]
    vectors = encoder.encode_questions(questions).vectors
    np.testing.assert_allclose(vectors, embed_texts(encoder, questions), atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_nothing_to_embed_is_no_error() -> None:
    """No row, and nothing to tell of."""
    assert len(embed_texts(WordEncoder(), [], lambda done: pytest.fail("nothing was done"))) == 0
