"""Synthetic collections, their recall, and the sections of a measured document."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks import documents
from benchmarks.documents import write_head, write_section
from benchmarks.speed.scale_stores import measure_recall
from benchmarks.speed.synthetic import Material, Synthetic
from index.build.inventory import Inventory
from index.build.publish import BuildInputs, publish_generation
from index.generation.directory import IndexDirectory
from index.generation.integrity import find_violations
from index.search.late_interaction import learn_projection
from index.search.stores.exact import ExactStore
from index.settings import IndexSettings
from qa.evaluation.fingerprint import stamp_line
from tests.doubles import WordEncoder

TEXTS = [f"Sentence {number} says 猫 {number * 7}." for number in range(50)]

STAMP = "<!-- measured with the program 0 -->"


def test_a_synthetic_collection_is_a_sound_generation(tmp_path: Path) -> None:
    """It keeps every invariant of a built one, and each passage has a unit for its whole text."""
    encoder = WordEncoder()
    synthetic = Synthetic(Material(TEXTS, encoder.encode_passages(TEXTS).vectors), 47)
    directory = IndexDirectory(tmp_path / "index")
    contents = synthetic.build_contents(
        ExactStore(synthetic.draw_vectors().astype(np.float32)), learn_projection(encoder)
    )
    settings = IndexSettings(index=str(directory.root), store="exact")
    with directory.acquire_lock():
        publish_generation(directory, contents, BuildInputs("synthetic", "", Inventory(), settings, encoder))
    generation = directory.open_current()
    assert find_violations(generation) == []
    assert (len(generation.contents.documents), len(generation.contents.passages)) == (3, 47)
    assert np.all(generation.contents.whole_passage_units >= 0)


def test_recall_is_the_share_of_the_nearest() -> None:
    """An exact store finds all of them, a store with wrong vectors few."""
    vectors = Synthetic(Material(TEXTS, WordEncoder().encode_passages(TEXTS).vectors), 40).draw_vectors()
    asked = vectors[:5].astype(np.float32)
    assert measure_recall(ExactStore(vectors.astype(np.float32)), vectors, asked) == pytest.approx(1, abs=0.05)
    assert measure_recall(ExactStore(-vectors.astype(np.float32)), vectors, asked) < 0.5


def test_a_section_is_replaced_and_the_rest_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Writing the rest keeps the sections; every part carries the stamp of the program."""
    monkeypatch.setattr(documents, "stamp_line", lambda *_program: STAMP)
    page = tmp_path / "page.md"
    page.write_text("# How fast\n\nold\n", encoding="utf-8")
    write_section(page, "scale", "first")
    write_section(page, "other", "beside")
    write_section(page, "scale", "second\n")
    text = page.read_text(encoding="utf-8")
    section = f"<!-- scale: begin -->\n{STAMP}\nsecond\n<!-- scale: end -->"
    assert text.startswith(f"# How fast\n\nold\n\n{section}")
    assert "first" not in text
    write_head(page, "# How fast\n\nnew\n")
    assert page.read_text(encoding="utf-8") == f"{STAMP}\n{text.replace('old', 'new')}"


def test_a_part_names_the_program_that_it_depends_on(tmp_path: Path) -> None:
    """What is not about speed is not as old as what is."""
    page = tmp_path / "page.md"
    write_head(page, "# Follow-ups", "search")
    write_section(page, "other", "beside", "answers")
    stamps = [line for line in page.read_text(encoding="utf-8").splitlines() if "measured with" in line]
    assert stamps == [stamp_line("search"), stamp_line("answers")]
