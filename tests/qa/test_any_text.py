"""Any text, any question: what is quoted stands where the answer says."""

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.build.pipeline import build_index
from index.generation.directory import IndexDirectory
from index.generation.integrity import find_violations
from index.settings import IndexSettings
from qa.engine import Engine
from qa.types import Request, Turn
from tests.doubles import WordEncoder

WORDS = [
    "Cats sleep. ",
    "Dogs dig holes! ",
    "\n\n",
    "Yahoo! went on. ",
    "猫は眠る。",
    "مرحبا ",
    "🙂👍🏽 ",
    "e\u0301t\u00e9 ",
    "1. ",
    "# H\n\n",
    "; ",
]
CHARACTERS = st.characters(exclude_categories=("Cs", "Cc"))
TEXT = st.one_of(st.lists(st.sampled_from(WORDS), max_size=30).map("".join), st.text(CHARACTERS, max_size=200))
READABLE = TEXT.filter(str.strip)
QUESTION = st.one_of(
    st.sampled_from(["Where do cats sleep?", "猫", "yahoo", "?"]), st.text(min_size=1, max_size=60)
).filter(str.strip)


def check(engine: Engine, question: str, texts: list[str]) -> None:
    answer = engine.ask(Request(question, (Turn(texts[0][:100] or "?"),), top_k=50))
    assert answer.retrieval.failed == ()
    for passage in answer.passages:
        view = engine.catalog.get_document(passage.document.id)
        assert view is not None
        assert view.text[passage.start : passage.end] == passage.text
        assert passage.evidence
        assert all(passage.start <= s.start < s.end <= passage.end for s in passage.evidence)
    if answer.answer:
        view = engine.catalog.get_document(answer.answer.document)
        assert view is not None
        assert view.text[answer.answer.start : answer.answer.end] == answer.answer.text
        sentence = answer.answer.sentence
        assert view.text[sentence.start : sentence.end] == sentence.text
        assert sentence.start <= answer.answer.start < answer.answer.end <= sentence.end


@pytest.mark.slow
@settings(max_examples=60)
@given(st.lists(READABLE, min_size=1, max_size=3), QUESTION)
def test_everything_quoted_is_a_slice(texts: list[str], question: str) -> None:
    """Passages, evidence, answer and its sentence, for every collection and every question."""
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "corpus.jsonl"
        rows = (json.dumps({"id": f"d{i}", "text": text}) for i, text in enumerate(texts))
        corpus.write_text("\n".join(rows), encoding="utf-8")
        build_index(corpus, IndexSettings(index=f"{folder}/index"), WordEncoder())
        generation = IndexDirectory(Path(folder) / "index").open_current()
        assert find_violations(generation) == []
        check(Engine(generation, WordEncoder()), question, texts)
