"""Questions into vectors."""

import numpy as np

from index.types import Encoder
from qa.query.encode import encode_questions

LONG = "I was wondering about many things on this fine day, and then about some more of them. " * 20


def test_a_question_longer_than_the_model_takes_is_read_to_its_end(encoder: Encoder) -> None:
    """Two long questions that differ at their ends differ, though the model alone cuts both to the same."""
    questions = [f"{LONG} Who directed the film?", f"{LONG} What do walruses eat?"]
    assert min(encoder.count_tokens(questions)) > encoder.max_tokens
    cut = encoder.encode_questions(questions).vectors
    whole = [one.vectors[0] for one in encode_questions(encoder, questions)]
    assert float(cut[0] @ cut[1]) > 0.9999
    assert float(whole[0] @ whole[1]) < 0.99


def test_vectors_are_of_unit_length_in_the_order_of_the_questions(encoder: Encoder) -> None:
    """One row a question, long or short, each of length 1."""
    questions = ["film", LONG, "🙂" * 600, "Who directed the film?"]
    vectors = np.concatenate([one.vectors for one in encode_questions(encoder, questions)])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    for question, vector in zip(questions, vectors, strict=True):
        assert float(encode_questions(encoder, [question])[0].vectors[0] @ vector) > 0.9999


def test_the_tokens_of_a_question_are_all_of_its_words(encoder: Encoder) -> None:
    """Special ones left out, each with a vector of length 1; those of a long question go on to its end."""
    short, long = encode_questions(encoder, ["Who directed the film?", f"{LONG} Who directed the film?"])
    assert len(short.tokens[0].ids) == 5
    np.testing.assert_array_equal(long.tokens[0].ids[-5:], short.tokens[0].ids)
    for one in (short, long):
        assert np.allclose(np.linalg.norm(one.tokens[0].vectors, axis=1), 1, atol=1e-5)
        assert len(one.tokens[0].ids) == len(one.tokens[0].vectors)
