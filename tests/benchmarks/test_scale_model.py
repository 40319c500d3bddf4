"""The model of collections past one machine, and the page that it writes."""

from pathlib import Path

import pytest

from benchmarks.scale_model.__main__ import FIGURES, PAGE
from benchmarks.scale_model.assumptions import Kind, list_assumptions, list_values
from benchmarks.scale_model.checks import Check, describe_collection, list_checks
from benchmarks.scale_model.document import render_page
from benchmarks.scale_model.figures import Collection, Figures, measure_generation, read_speed
from benchmarks.scale_model.storage import (
    HNSW,
    count_vector_bytes,
    measure_folder,
    measure_index,
)
from benchmarks.scale_model.units import format_bytes, name_count, round_number, wrap_prose
from benchmarks.speed.part import PAGE as SPEED_PAGE
from index.build.pipeline import build_index
from index.settings import IndexSettings
from tests.doubles import WordEncoder

ROOT = Path(__file__).parents[2]
LOADED = Figures.load(ROOT / FIGURES)
GIVEN = list_values(LOADED)
# How far figures may be from those of the page about speed, and the model from what was measured.
DRIFT, TOLERANCE = 1.5, 1.3


# The page


def test_the_page_is_what_the_program_writes() -> None:
    """No number or table of it was changed by hand; ``python -m benchmarks.scale_model`` writes it again."""
    assert (ROOT / PAGE).read_text(encoding="utf-8") == render_page(LOADED)


def test_the_figures_are_still_about_those_of_the_page_on_speed() -> None:
    """A part that was measured again and differs by half is a reason to write this page again."""
    now = read_speed((ROOT / SPEED_PAGE).read_text(encoding="utf-8"))
    assert {name: value for name, value in LOADED.speed.items() if not 1 / DRIFT < value / now[name] < DRIFT} == {}


def test_every_assumption_says_what_it_is_and_from_where() -> None:
    """A file of this project that is named as the source exists; what is documented elsewhere has an address."""
    assumptions = list_assumptions(LOADED)
    assert all(one.meaning and one.source and one.value > 0 for one in assumptions)
    assert {one.kind for one in assumptions} == {*Kind}
    files = [
        word for one in assumptions for word in one.source.split("`") if "/" in word and word.endswith((".py", ".md"))
    ]
    assert [name for name in files if "://" not in name and not (ROOT / name).is_file()] == []
    assert files


def test_every_assumption_is_used() -> None:
    """Each name is read by a module of the model, so none stays in the table that changes nothing."""
    modules = [path.read_text(encoding="utf-8") for path in (ROOT / "benchmarks/scale_model").glob("*.py")]
    assert [name for name in GIVEN if not any(f'"{name}"' in module for module in modules)] == []


def test_every_assumption_is_in_the_page() -> None:
    """So a reader can judge each of them."""
    page = (ROOT / PAGE).read_text(encoding="utf-8")
    assert [name for name in GIVEN if f"| `{name}` |" not in page] == []


# What was measured


@pytest.mark.parametrize("one", LOADED.collections, ids=lambda one: one.name)
def test_the_rows_of_a_generation_have_the_bytes_that_are_assumed(one: Collection) -> None:
    """From the numbers of a collection itself follow the bytes of its folder, within a thousandth."""
    folder = measure_folder(one.passages, describe_collection(one, GIVEN), with_vectors=False)
    assert folder == pytest.approx(one.all_bytes - one.store_bytes, rel=0.001)


@pytest.mark.parametrize("check", [*list_checks(LOADED, GIVEN)], ids=lambda check: f"{check.name}, {check.what}")
def test_the_model_gives_what_was_measured(check: Check) -> None:
    """Bytes of real collections and of synthetic ones of up to a million passages, within a third."""
    assert 1 / TOLERANCE < check.ratio < TOLERANCE


def test_a_generation_is_measured(tmp_path: Path) -> None:
    """All its bytes are counted once: those of each collection, those that the model computes, the store and the rest."""
    text = "The red fox runs. A blue bird sings.\n\nThe old tree falls down."
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.txt").write_text(text, encoding="utf-8")
    settings = IndexSettings(index=str(tmp_path / "index"))
    manifest = build_index(tmp_path / "texts", settings, WordEncoder()).manifest
    found = measure_generation("small", tmp_path / "index" / manifest.generation)
    assert (found.documents, found.passages, found.units) == (1, manifest.counts["passages"], manifest.counts["units"])
    assert found.sentences == 3
    assert found.text_bytes == len(text)
    assert found.words == 13 + 1, "those of the text and of its title"
    assert found.all_bytes == sum(file.size for file in manifest.files.values())
    assert 0 < found.other_bytes < found.all_bytes - found.store_bytes - found.fixed_bytes


def test_the_bytes_of_vectors_are_those_of_faiss() -> None:
    """A graph of M = 16 needs the vector, its links and little more."""
    memory, _ = measure_index(HNSW, 1, GIVEN)
    assert memory == count_vector_bytes(GIVEN) + GIVEN["hnsw_link_bytes"] + GIVEN["graph_row_bytes"]
    assert count_vector_bytes(GIVEN) == 4 * 384


# Numbers in words


@pytest.mark.parametrize(
    ("count", "written"),
    [
        (1e6, "1 million"),
        (54_347_826, "54 million"),
        (2**31, "2.1 billion"),
        (778_531, "779,000"),
        (1e10, "10 billion"),
    ],
)
def test_passages_are_counted_by_name(count: float, written: str) -> None:
    """Two or three digits, as people say them."""
    assert name_count(count) == written


def test_numbers_have_the_digits_that_matter() -> None:
    """Small ones more of them, large ones three."""
    assert [round_number(one) for one in (0.0239, 0.5, 9.94, 10.6, 382.6, 12_345)] == [
        "0.02",
        "0.5",
        "9.9",
        "11",
        "383",
        "12,300",
    ]
    assert [format_bytes(one) for one in (12, 1536, 8.15e11, 8.2e16)] == ["12 bytes", "1.5 kB", "815 GB", "82 PB"]


def test_prose_is_wrapped_and_tables_are_not() -> None:
    """An item of a list is indented below its mark."""
    row = f"| {'a' * 130} |"
    page = f"# Title\n\n{row}\n{row}\n\n* {'one ' * 40}\n* two\n\n1. {'six ' * 40}\n"
    wrapped = wrap_prose(page).splitlines()
    assert row in wrapped
    assert {len(line) <= 120 for line in wrapped if line != row} == {True}
    assert sum(line.startswith("  one") for line in wrapped) == 1
    assert sum(line.startswith("   six") for line in wrapped) == 1
    assert "* two" in wrapped
