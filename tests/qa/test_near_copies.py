"""Near copies: whatever there are in a collection, an answer lists different things, and names all the others."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.build.pipeline import build_index
from index.generation.directory import IndexDirectory
from index.generation.integrity import find_violations
from index.settings import IndexSettings
from qa.engine import Engine
from qa.types import Answer, Request
from tests.doubles import WordEncoder

WORDS = [f"w{number:03}" for number in range(700)]
SECTIONS, SECTION_WORDS = 6, 40
# As similar as copies of documents are.
NEAR = 0.8
PLACES = st.tuples(st.integers(0, SECTIONS - 1), st.integers(0, SECTION_WORDS - 1))
# Of each document its versions: the places of changed words, and the year, if it is known.
VERSIONS = st.lists(
    st.lists(
        st.tuples(st.lists(PLACES, max_size=3), st.sampled_from([None, 2021, 2022, 2023])), min_size=1, max_size=5
    ),
    min_size=2,
    max_size=4,
)


def write_collection(path: Path, documents: Sequence[Sequence[tuple[list[tuple[int, int]], int | None]]]) -> list[str]:
    """Write versions of documents as JSON lines, and return a section of each document as it was at first."""
    random, rows, sections = Random(1), list[dict[str, str]](), list[str]()
    for number, versions in enumerate(documents):
        base = [[random.choice(WORDS) for _ in range(SECTION_WORDS)] for _ in range(SECTIONS)]
        sections.append(" ".join(base[number % SECTIONS][:20]))
        for version, (places, year) in enumerate(versions):
            own = [list(words) for words in base]
            for section, place in places:
                own[section][place] = f"x{version}{place:02}"
            text = "\n\n".join(f"# Part {n}\n\n{' '.join(words)}." for n, words in enumerate(own))
            row = {"_id": f"{number}-{version}", "title": f"Title {number}", "text": text}
            rows.append(row if year is None else row | {"date": str(year)})
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return sections


def list_pieces(text: str) -> set[str]:
    folded = " ".join(text.casefold().split())
    return {folded[place : place + 9] for place in range(len(folded) - 8)}


def are_near(one: str, other: str) -> bool:
    pieces, others = list_pieces(one), list_pieces(other)
    return one == other or len(pieces & others) >= NEAR * len(pieces | others)


def list_shown(answer: Answer) -> Iterator[str]:
    for passage in answer.passages:
        yield passage.id
        yield from (copy.id for copy in passage.copies)


@settings(max_examples=20, deadline=None)
@given(documents=VERSIONS, k=st.integers(1, 12))
def test_an_answer_lists_different_things_and_names_all_others(
    tmp_path_factory: pytest.TempPathFactory, documents: list[list[tuple[list[tuple[int, int]], int | None]]], k: int
) -> None:
    """No two passages are near copies, all near copies of one are named, and as many come back as are different."""
    folder = tmp_path_factory.mktemp("near")
    sections = write_collection(folder / "all.jsonl", documents)
    encoder = WordEncoder()
    build_index(folder / "all.jsonl", IndexSettings(index=str(folder / "index")), encoder)
    generation = IndexDirectory(folder / "index").open_current()
    assert find_violations(generation) == []
    passages, engine = generation.contents.passages, Engine(generation, encoder, "none")
    texts = {passage.id: passages.get_text(row) for row, passage in enumerate(passages)}
    different = len({int(first) for first in passages.find_first_copies(range(len(passages)))})
    for question in sections:
        answer = engine.ask(Request(question, top_k=k))
        assert len(answer.passages) == min(k, different)
        for place, passage in enumerate(answer.passages):
            assert not any(are_near(passage.text, other.text) for other in answer.passages[:place])
            named = {passage.id, *(copy.id for copy in passage.copies)}
            assert {name for name, text in texts.items() if are_near(text, passage.text)} <= named
            assert passage.copies_total == len(passage.copies)
            dates = {copy.document.date for copy in passage.copies} | {passage.document.date}
            # All of them are versions of one document, and the question names none.
            if passages.near_copies.has_copies(generation.contents.documents.find_position(passage.document.id)):
                assert passage.document.date in (None, max(filter(None, dates), default=None))
        shown = list(list_shown(answer))
        assert len(set(shown)) == len(shown)
