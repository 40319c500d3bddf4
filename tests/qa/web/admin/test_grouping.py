"""Questions that are alike are in one group, however they are ordered."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from index.text.analyzer import Analyzer
from index.types import Encoder
from qa.web.admin.grouping import QuestionGrouper, find_groups, measure_likeness
from qa.web.question_store import AskedQuestion

FRANCE = ["What is the capital of France?", "Which city is the capital of France?", "What is France's capital city?"]
OTHERS = ["How do I reset my password?", "Where can I buy tickets?"]


@given(st.lists(st.integers(0, 3), max_size=12))
def test_each_row_is_in_one_group_with_what_is_like_it(directions: list[int]) -> None:
    """Nothing is lost, nothing is twice, and the rows of a group are in order."""
    groups = find_groups(np.eye(4)[directions] @ np.eye(4)[directions].reshape(-1, 4).T, 0.75)
    assert sorted(row for group in groups for row in group) == list(range(len(directions)))
    assert all(group == sorted(group) and len({directions[row] for row in group}) == 1 for group in groups)
    assert len(groups) == len(set(directions))


@given(st.lists(st.sets(st.sampled_from("abcd")), max_size=8))
def test_likeness_is_the_mean_of_vectors_and_words(terms: list[set[str]]) -> None:
    """It is symmetric; the same words and the same vector give 1, and no common word half of the cosine."""
    likeness = measure_likeness(np.ones((len(terms), 1), np.float32), terms)
    assert np.allclose(likeness, likeness.T)
    for row, first in enumerate(terms):
        for column, second in enumerate(terms):
            if first == second and first:
                assert np.isclose(likeness[row, column], 1)
            elif not first & second:
                assert np.isclose(likeness[row, column], 0.5)


def test_what_was_asked_most_comes_first_and_names_its_group() -> None:
    """A group counts all its questions; of equal groups the newer one comes first."""
    vectors = {"a": [1, 0, 0], "b": [1, 0, 0], "c": [0, 1, 0], "d": [0, 0, 1]}
    grouper = QuestionGrouper(lambda texts: np.array([vectors[text] for text in texts], np.float32), str.split)
    asked = [AskedQuestion("c", 2, "2026-01"), AskedQuestion("a", 1, "2026-03"), AskedQuestion("b", 2, "2026-02")]
    groups = grouper.group([*asked, AskedQuestion("d", 2, "2026-04")])
    assert [[one.question for one in group.questions] for group in groups] == [["b", "a"], ["d"], ["c"]]
    assert [(group.count, group.last) for group in groups] == [(3, "2026-03"), (2, "2026-04"), (2, "2026-01")]
    assert grouper.group([]) == []


def test_a_question_is_embedded_once() -> None:
    """Looking at the page again computes nothing."""
    seen: list[str] = []

    def embed(texts: object) -> object:
        seen.extend(texts)  # type: ignore[arg-type]
        return np.eye(len(seen), 4, dtype=np.float32)[-len(texts) :]  # type: ignore[arg-type]

    grouper = QuestionGrouper(embed, str.split)  # type: ignore[arg-type]
    for names in ("a", "ab", "ab"):
        grouper.group([AskedQuestion(name, 1, "2026") for name in names])
    assert seen == ["a", "b"]


def test_the_model_finds_questions_that_ask_for_the_same(encoder: Encoder) -> None:
    """Three ways to ask for a capital are one group, and other questions are in none with them."""
    grouper = QuestionGrouper(lambda texts: encoder.encode_questions(texts).vectors, Analyzer("english").content_terms)
    groups = grouper.group([AskedQuestion(question, 1, "2026") for question in FRANCE + OTHERS])
    assert sorted(sorted(one.question for one in group.questions) for group in groups) == sorted([
        sorted(FRANCE), *([one] for one in OTHERS)
    ])  # fmt: skip
