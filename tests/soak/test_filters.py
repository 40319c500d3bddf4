"""Filters find all that match, however large the collection is."""

import pytest

from index.generation.generation import GenerationContents
from index.search.stores.faiss_ivf import FaissIVFStore
from tests.qa.ranking.tagged import STEPS, check_all_that_match_are_found, make_contents, tag_documents


@pytest.fixture(scope="module")
def contents(soak: bool) -> GenerationContents:
    return make_contents(tag_documents(1_000_000 if soak else 1_000), FaissIVFStore)


@pytest.mark.parametrize("tag", STEPS)
@pytest.mark.parametrize("question", ["sentence", "yak"])
def test_as_many_passages_are_found_as_match(contents: GenerationContents, tag: str, question: str) -> None:
    """Of a million passages with ten vectors each; the short form has a thousand."""
    check_all_that_match_are_found(contents, tag, question)
