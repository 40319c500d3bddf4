"""The baseline works, and is what it is said to be."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.speed import recipe
from benchmarks.speed.recipe import CHUNK, Recipe, chunks_of
from benchmarks.speed.servers import answer, serving

TEXTS = ["The film was directed by Ann Lee. " * 20, "Green tea is brewed at eighty degrees.", ""]


def test_chunks_are_cut_by_characters() -> None:
    """All of a text, in pieces of one size but for the last."""
    assert "".join(chunks_of(TEXTS)) == "".join(TEXTS)
    assert [len(chunk) for chunk in chunks_of(TEXTS)] == [CHUNK, len(TEXTS[0]) - CHUNK, len(TEXTS[1])]


@pytest.mark.slow
def test_it_finds_what_is_near_and_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Best first, by cosine; what is kept is not embedded again and finds the same, over HTTP as well."""
    built = Recipe.kept(TEXTS, tmp_path)
    found = built.ask("How hot should tea water be?", k=5)
    assert found[0].text == TEXTS[1]
    assert len(found) == 3
    assert np.all(np.diff([one.score for one in found]) <= 0) and found[0].score <= 1.001
    monkeypatch.setattr(recipe.Recipe, "build", None)
    assert Recipe.kept(TEXTS, tmp_path).ask("How hot should tea water be?") == found
    with serving("-m", "benchmarks.speed.recipe", "0", str(tmp_path)) as address:
        assert answer(address, "How hot should tea water be?") == 3
