"""The benchmark of a whole build."""

from pathlib import Path

import numpy as np

from benchmarks.speed.whole_build import describe, measure_build
from benchmarks.speed.whole_build_child import CheapEncoder, WholeBuild
from index.types import Encoder

TEXT = "The lynx sleeps in the old barn all day.\n\nAt night it walks to the river and drinks."


def test_a_build_in_its_own_process_tells_what_it_took(tmp_path: Path) -> None:
    """Its counts are those of the generation, and its memory grows from what was there before."""
    (tmp_path / "texts").mkdir()
    for number in range(3):
        (tmp_path / "texts" / f"{number}.txt").write_text(f"{TEXT} It has {number} young.", encoding="utf-8")
    found = measure_build(tmp_path)
    assert found.documents == 3 and found.units > found.passages >= 3
    assert found.peak_mb >= found.before_mb > 0 and found.seconds > 0 and found.disk_mb > 0
    assert not list(tmp_path.glob("index/.*sqlite"))


def test_the_stand_in_counts_tokens_as_the_model_and_gives_unit_vectors(encoder: Encoder) -> None:
    """So that passages are as many as in a real build, also for a text without words."""
    cheap = CheapEncoder(encoder)
    assert cheap.count_tokens([TEXT]) == encoder.count_tokens([TEXT])
    vectors = cheap.encode_passages([TEXT, "lynx", " "]).vectors
    np.testing.assert_allclose(np.linalg.norm(vectors[:2], axis=1), 1, atol=1e-5)
    assert np.isfinite(vectors).all()


def test_the_section_has_every_figure() -> None:
    """In units that people read."""
    text = describe(WholeBuild(31_300, 1_006_606, 4_299_876, 1100.0, 114.0, 1494.6, 9448.0), 387.1)
    for figure in ("31,300 files", "387 MB", "1,006,606 passages", "18 minutes", "1,495 MB", "114 MB", "9.4 GB"):
        assert figure in text.replace("\n", " ")
