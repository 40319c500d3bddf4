"""Sketches of texts: equal for copies, and as similar as the texts are."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import index.text.sketch as sketch
from index.text.sketch import PIECE_CHARS, estimate_similarities, sketch_texts

words = st.text(alphabet="abcdeß猫 ", min_size=1, max_size=6)
texts = st.lists(words, min_size=1, max_size=60)


def pieces(text: str) -> set[str]:
    folded = " ".join(text.casefold().split()) + " "
    return {folded[i : i + PIECE_CHARS] for i in range(len(folded) - PIECE_CHARS + 1)}


@given(texts)
def test_a_sketch_knows_neither_case_nor_white_space(words: list[str]) -> None:
    """Nor whether the text was read in one block or in many."""
    text = " ".join(words)
    one, other = sketch_texts([text, "\n ".join(words).upper().replace("SS", "ß") + "\t"], 2)
    assert one["digest"].tolist() == other["digest"].tolist()
    assert one["parts"].tolist() == other["parts"].tolist()
    before, sketch.BLOCK_CHARS = sketch.BLOCK_CHARS, 7
    try:
        (again,) = sketch_texts([text], 1)
    finally:
        sketch.BLOCK_CHARS = before
    assert again["digest"].tolist() == one["digest"].tolist()
    assert again["parts"].tolist() == one["parts"].tolist()


def test_the_estimate_is_near_the_share_of_common_pieces() -> None:
    """Over texts of any similarity, within what chance explains; other texts have other digests."""
    rng = np.random.default_rng(1)
    vocabulary = ["".join(rng.choice(list("abcdefghijkl"), rng.integers(2, 9))) for _ in range(2000)]
    for changed in (0.01, 0.05, 0.2, 1.0):
        errors = []
        for _ in range(20):
            one = rng.choice(vocabulary, 200)
            other = np.where(rng.random(200) < changed, rng.choice(vocabulary, 200), one)
            a, b = " ".join(one), " ".join(other)
            sketches = sketch_texts([a, b], 2)
            assert (sketches[0]["digest"].tolist() == sketches[1]["digest"].tolist()) == (a == b)
            share = len(pieces(a) & pieces(b)) / len(pieces(a) | pieces(b))
            errors.append(estimate_similarities(sketches, np.array([0]), np.array([1]))[0] - share)
        assert abs(np.mean(errors)) < 0.03
        assert np.std(errors) < 0.07


def test_any_text_has_a_sketch() -> None:
    """Also one of a character, or of symbols; short texts that differ are not similar."""
    sketches = sketch_texts(["a", "b", "…", "猫", "ab cd"], 5)
    one, other = np.triu_indices(5, 1)
    assert (estimate_similarities(sketches, one, other) < 0.5).all()
