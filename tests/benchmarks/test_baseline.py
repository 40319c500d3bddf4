"""The baseline works as the documents describe it."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.speed import baseline
from benchmarks.speed.baseline import CHUNK_CHARS, Baseline, split_chunks
from benchmarks.speed.servers import count_passages, run_server

TEXTS = ["The film was directed by Ann Lee. " * 20, "Green tea is brewed at eighty degrees.", ""]


def test_chunks_are_cut_by_characters() -> None:
    """Chunks join to the whole text; all but the last have the same size."""
    assert "".join(split_chunks(TEXTS)) == "".join(TEXTS)
    assert [len(chunk) for chunk in split_chunks(TEXTS)] == [CHUNK_CHARS, len(TEXTS[0]) - CHUNK_CHARS, len(TEXTS[1])]


@pytest.mark.slow
def test_it_finds_what_is_near_and_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks are sorted by cosine; saved vectors are not computed again and give the same results, also over HTTP."""
    built = Baseline.load_or_build(TEXTS, tmp_path)
    found = built.ask("How hot should tea water be?", k=5)
    assert found[0].text == TEXTS[1]
    assert len(found) == 3
    assert np.all(np.diff([one.score for one in found]) <= 0) and found[0].score <= 1.001
    monkeypatch.setattr(baseline.Baseline, "build", None)
    assert Baseline.load_or_build(TEXTS, tmp_path).ask("How hot should tea water be?") == found
    with run_server("-m", "benchmarks.speed.baseline", "0", str(tmp_path)) as address:
        assert count_passages(address, "How hot should tea water be?") == 3
