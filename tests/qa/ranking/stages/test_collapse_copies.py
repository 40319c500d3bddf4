"""Hits with the same text become one."""

from types import SimpleNamespace

import numpy as np

from index.build.copies import CopyGroup
from index.build.near_passages import mark_near_copies
from index.generation.documents import Documents
from index.generation.near_copies import NearCopies
from index.generation.passages import Passages
from index.text.analyzer import Analyzer
from index.types import Document, Passage, Span
from qa.query.understand import understand
from qa.ranking.fusion import Hit
from qa.ranking.stages.collapse_copies import CollapseCopies
from qa.types import Request
from tests.qa.ranking.test_retriever import build_passages

QUERY = understand(Request("cats"), Analyzer())
COLLAPSE = CollapseCopies(SimpleNamespace(passages=build_passages(["Cats.", "Dogs.", "cats.", "Birds.", "CATS."])))


def hit(passage: int, score: float, dense_rank: int = 1) -> Hit:
    return Hit(passage, score, score / 2, 2 * score, dense_rank, dense_rank)


def test_the_first_of_equal_copies_is_kept() -> None:
    """With the score of the best one, whose place it takes, and the ranks among what is left."""
    hits = [hit(4, 2.0, 1), hit(2, 1.995, 2), hit(0, 1.99, 3), hit(1, 1.2, 4), hit(3, 1.0, 5)]
    kept = COLLAPSE(QUERY, hits)
    assert [(one.passage, one.score) for one in kept] == [(0, 2.0), (1, 1.2), (3, 1.0)]
    assert [(one.dense_rank, one.lexical_rank) for one in kept] == [(1, 1), (2, 2), (3, 3)]


def test_a_copy_that_matches_better_is_kept() -> None:
    """Its title says what the question asks for; how much better is a share of the best hit of all."""
    assert [one.passage for one in COLLAPSE(QUERY, [hit(4, 2.0), hit(0, 1.97)])] == [4]
    assert [one.passage for one in COLLAPSE(QUERY, [hit(1, 2.0), hit(4, 0.11), hit(0, 0.1)])] == [1, 0]


def test_without_copies_nothing_changes() -> None:
    """The very same hits are returned; there may be none."""
    hits = [hit(1, 2.0), hit(0, 1.0)]
    assert COLLAPSE(QUERY, hits) is hits
    assert COLLAPSE(QUERY, []) == []


def test_near_copies_are_one_hit() -> None:
    """The better one with its own text, or the first of those that are about as good, as with copies."""
    near = NearCopies(np.array([[0, 0], [3, 0]]), np.array([[3, 0]]))
    passages = build_passages(["Cats sleep.", "Dogs.", "Dogs.", "Cats slept."]).with_near_copies(near)
    collapse = CollapseCopies(SimpleNamespace(passages=passages))
    hits = [hit(3, 2.0, 1), hit(1, 1.5, 2), hit(0, 1.4, 3), hit(2, 1.3, 4)]
    assert [(one.passage, one.score) for one in collapse(QUERY, hits)] == [(3, 2.0), (1, 1.5)]
    assert [(one.passage, one.score) for one in collapse(QUERY, [hit(3, 2.0), hit(0, 1.99)])] == [(0, 2.0)]


def test_a_newer_version_about_something_else_is_not_shown() -> None:
    """An entry that took the place of the one that the question is about; the question about that one finds it."""
    texts = [
        f"The allowance for {place} euros, paid with the salary of the month."
        for place in ("France is 31", "Poland is 21")
    ]
    documents = [
        Document(f"{n}.md", text, "Travel rules", {"date": f"{2023 + n}-01-01"}) for n, text in enumerate(texts)
    ]
    whole = [Passage(one.id, 0, len(one.text), (Span(0, len(one.text)),)) for one in documents]
    passages = mark_near_copies(Passages.build(whole, Documents.build(documents)), [CopyGroup(("0.md", "1.md"), False)])
    assert passages.find_copies(0).tolist() == [0, 1]
    collapse = CollapseCopies(SimpleNamespace(passages=passages))
    assert [(one.passage, one.score) for one in collapse(QUERY, [hit(0, 1.0), hit(1, 0.6)])] == [(0, 1.0)]
    assert [(one.passage, one.score) for one in collapse(QUERY, [hit(0, 1.0), hit(1, 0.7)])] == [(1, 1.0)]
    assert [(one.passage, one.score) for one in collapse(QUERY, [hit(1, 1.0), hit(0, 0.9)])] == [(1, 1.0)]
