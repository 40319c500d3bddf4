"""Passages of copies of a document that say nearly the same are near copies, each of one other at most."""

import tracemalloc
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np

from index.build.copies import CopyGroup
from index.build.near_passages import mark_near_copies
from index.generation.documents import Documents
from index.generation.near_copies import NearCopies
from index.generation.passages import Passages
from index.types import Document, Passage, Span

FRANCE, SPAIN = "The daily allowance in France is 28.00 EUR.", "The daily allowance in Spain is 35.00 EUR."
LEAVE, DOGS = "Every employee has 27 days of paid leave a year.", "Dogs are kept on a lead in the whole building."


def build(*documents: Sequence[str]) -> Passages:
    """Build documents of which each line is a passage."""
    texts = [Document(f"{n}.txt", "\n".join(lines)) for n, lines in enumerate(documents)]
    passages = []
    for document, lines in zip(texts, documents, strict=True):
        start = 0
        for line in lines:
            passages.append(Passage(document.id, start, start + len(line), (Span(start, start + len(line)),)))
            start += len(line) + 1
    return Passages.build(passages, Documents.build(texts))


def group(*numbers: int) -> CopyGroup:
    return CopyGroup(tuple(f"{number}.txt" for number in numbers), False)


def test_a_changed_passage_is_a_near_copy_of_what_it_was() -> None:
    """And not of a similar one about something else, whatever the order; the same text is a copy as before."""
    passages = build([FRANCE, SPAIN, LEAVE], [SPAIN.replace("35", "36"), LEAVE, FRANCE.replace("28", "30")])
    assert passages.find_first_copies(range(6)).tolist() == [0, 1, 2, 3, 2, 5]
    marked = mark_near_copies(passages, [group(0, 1)])
    assert marked.find_first_copies(range(6)).tolist() == [0, 1, 2, 1, 2, 0]
    assert marked.find_first_same(range(6)).tolist() == [0, 1, 2, 3, 2, 5]
    assert marked.find_copies(5).tolist() == marked.find_copies(0).tolist() == [0, 5]
    assert marked.find_copies(4).tolist() == [2, 4]
    assert marked.repeats.tolist() == [3, 4, 5]
    assert marked.choose_repeated(np.arange(6)).tolist() == list(range(6))


def test_documents_that_are_no_copies_are_not_compared() -> None:
    """Two that have little in common may say the same of two things; identical ones need no comparison."""
    passages = build([FRANCE], [FRANCE.replace("28", "30")])
    assert mark_near_copies(passages, []).find_first_copies([0, 1]).tolist() == [0, 1]
    same = build([FRANCE, LEAVE], [FRANCE, LEAVE])
    marked = mark_near_copies(same, [CopyGroup(("0.txt", "1.txt"), True)])
    assert marked.near_copies.firsts.tolist() == []
    assert marked.near_copies.find_groups(np.array([0, 1])).tolist() == [0, 1]


def test_of_two_documents_a_passage_has_one_counterpart() -> None:
    """The most similar one; the other is another thing, and so is what has only a few words in common."""
    changed = FRANCE.replace("28.00", "30.00")
    passages = build([FRANCE], [changed, FRANCE.replace("28.00 EUR", "30.00 CHF")], [f"In winter {DOGS.lower()}"])
    marked = mark_near_copies(passages, [group(0, 1, 2)])
    assert marked.find_first_copies(range(4)).tolist() == [0, 0, 2, 3]


def test_three_versions_are_one() -> None:
    """Each is compared with the first of those that say nearly the same, not with the one before it."""
    passages = build(*[[FRANCE.replace("28", number), DOGS] for number in ("28", "30", "32")])
    marked = mark_near_copies(passages, [group(0, 1, 2)])
    assert marked.find_copies(2).tolist() == [0, 2, 4]
    assert marked.find_copies(1).tolist() == [1, 3, 5]


def test_two_texts_of_one_document_are_two_things() -> None:
    """Even if two other documents have one of them each, and wherever the document with both is."""
    hungary = "A day in Hungary is paid with 21 euros, together with the salary of the next month."
    germany = hungary.replace("Hungary is paid with 21", "Germany is paid with 28")
    passages = build([LEAVE, germany], [LEAVE, hungary], [LEAVE, germany, hungary])
    for groups in [group(0, 1, 2)], [group(0, 1)]:
        assert mark_near_copies(passages, groups).find_first_copies(range(7)).tolist() == [0, 1, 0, 3, 0, 1, 3]
    two_groups = [group(0, 1), group(2, 3)]
    passages = build([germany], [germany[:-1]], [hungary], [germany[:-1]], [germany, hungary])
    assert mark_near_copies(passages, two_groups).find_first_copies(range(6)).tolist() == [0, 0, 2, 0, 0, 2]


def test_passages_under_different_headings_are_two_things() -> None:
    """A number in a heading may change from version to version; without a heading the texts decide."""

    def count_copies(*headings: str | None) -> int:
        passages = build([FRANCE], [FRANCE.replace("28", "30")])
        own = [replace(passage, heading=heading) for passage, heading in zip(passages, headings, strict=True)]
        marked = mark_near_copies(Passages.build(own, passages.documents), [group(0, 1)])
        return len(marked.near_copies.firsts)

    assert count_copies("Trains", "Hotels") == 0
    assert count_copies("3.2 Trains in 2023", "3.3 TRAINS in 2024") == 1
    assert count_copies("Trains", None) == count_copies(None, None) == 1


def test_passages_of_one_form_are_told_apart() -> None:
    """However many of them there are: what they all have in common finds nothing, and counts as common."""
    random = Random(3)
    form = "The instrument was calibrated under the conditions of the standard and may be used until the date below."
    words = ["".join(random.choices("abcdefghijklmnop ", k=80)) for _ in range(100)]
    old = [f"{form} {word}." for word in words]
    marked = mark_near_copies(build(old, [f"{text} Second edition." for text in old]), [group(0, 1)])
    assert marked.find_first_copies(range(200)).tolist() == [*range(100), *range(100)]


def test_memory_grows_with_the_texts_and_not_with_their_pieces() -> None:
    """A piece for each character would take about 200 times the memory of the texts."""
    random = Random(4)
    words = ["".join(random.choices("abcdefghijklmnopqrstuvwxyz", k=7)) for _ in range(5000)]
    lines = [" ".join(random.choices(words, k=100)) for _ in range(400)]
    passages = build(lines, [f"{lines[7]} once more"])
    tracemalloc.start()
    try:
        marked = mark_near_copies(passages, [group(0, 1)])
        assert tracemalloc.get_traced_memory()[1] < 10 * len("".join(lines))
    finally:
        tracemalloc.stop()
    assert marked.near_copies.firsts.tolist() == [[400, 7]]


def test_an_index_of_an_earlier_version_has_none(tmp_path: Path) -> None:
    """What was not looked for is not there, and what is saved is read again."""
    assert NearCopies.load(tmp_path).find_firsts(np.array([3, 4])).tolist() == [3, 4]
    marked = mark_near_copies(build([FRANCE], [FRANCE.replace("28", "30")]), [group(0, 1)])
    marked.near_copies.save(tmp_path)
    assert NearCopies.load(tmp_path).firsts.tolist() == marked.near_copies.firsts.tolist() == [[1, 0]]
