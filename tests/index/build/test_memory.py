"""What a build takes in memory, and that the sizes of its blocks decide nothing else."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.build.pipeline import build_index
from index.generation.directory import IndexDirectory
from index.generation.generation import Generation
from index.settings import IndexSettings
from index.types import Document, Embeddings
from tests.doubles import WordEncoder
from tests.traced import trace_peak

# Of each passage, 550 were measured: a row of 104 bytes and 16 for each sentence, and for each of four units 24, a key
# of 16 and what sorting the keys takes for a moment. Its text alone would add 500.
MAX_PASSAGE_BYTES = 800
FEW, MANY = 200, 800
WORDS = "cats dogs birds sleep dig sing on in under mats holes trees softly loudly today again red blue old new".split()


class ForgetfulEncoder(WordEncoder):
    """Does not collect what it encodes."""

    def encode_passages(self, texts: Sequence[str]) -> Embeddings:
        return self.encode_questions(texts)


def set_blocks(patch: pytest.MonkeyPatch, rows: int) -> None:
    """Let everything that is read, sorted or embedded at once have ``rows`` rows, and nothing be read as a whole."""
    for name in ("MAX_LOADED_SPOOL_BYTES", "MAX_LOADED_BYTES", "MAX_UNMAPPED_BYTES"):
        patch.setattr(f"index.disk.arrays.{name}", 0)
    patch.setattr("index.disk.arrays.BLOCK_BYTES", 64 * rows)
    patch.setattr("index.search.postings.BLOCK_ENTRIES", rows)
    patch.setattr("index.build.embed_units.COMMIT_UNITS", rows)
    patch.setattr("index.build.embed_units.READ_UNITS", rows)
    for name in ("RECENT_PASSAGES", "RECENT_CONTEXTS"):
        patch.setattr(f"index.build.unit_inputs.{name}", rows)


def write_passages(folder: Path, count: int) -> None:
    """Write passages of three sentences, each with other words than the others, in files of a hundred."""
    folder.mkdir()
    size = len(WORDS)
    for first in range(0, count, 100):
        numbers = [3 * place + sentence for place in range(first, first + 100) for sentence in range(3)]
        sentences = [
            " ".join(WORDS[n // size**k % size] for k in range(4)).capitalize()
            + " while we all wait for the ferry that comes over the lake in the evening of every day of this long year."
            for n in numbers
        ]
        paragraphs = [" ".join(sentences[place : place + 3]) for place in range(0, len(sentences), 3)]
        (folder / f"{first:05}.txt").write_text("\n\n".join(paragraphs), encoding="utf-8")


def measure_build(folder: Path, count: int) -> tuple[int, int]:
    """Return the passages and the peak of the memory that Python and numpy allocate during a build."""
    write_passages(folder / f"{count}", count)
    with trace_peak() as peak:
        recipe = IndexSettings(index=str(folder / f"index-{count}"))
        report = build_index(folder / f"{count}", recipe, ForgetfulEncoder())
        return report.manifest.counts["passages"], peak()


def test_memory_grows_by_a_row_for_each_passage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not by its text, its vectors, its tokens or its postings."""
    set_blocks(monkeypatch, 128)
    monkeypatch.setattr("index.search.stores.faiss_auto.MAX_FLAT_ROWS", 0)
    monkeypatch.setattr("index.search.stores.faiss_ivf.MIN_TRAINING_ROWS", 700)
    monkeypatch.setattr("index.search.stores.faiss_ivf.BLOCK_ROWS", 128)
    measure_build(tmp_path, 100)  # what is loaded once
    few, least = measure_build(tmp_path, FEW)
    many, most = measure_build(tmp_path, MANY)
    assert (few, many) == (FEW, MANY)
    assert (most - least) / (many - few) < MAX_PASSAGE_BYTES


SENTENCES = [
    "Cats sleep on mats.",
    "The Yahoo! portal is old.",
    "We read the Yahoo! page.",
    "Öl und Käse: 5 €.",
    "日本語。",
]
TEXTS = st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=8).map("\n\n".join)
COLLECTIONS = st.dictionaries(st.sampled_from("abcd"), TEXTS, min_size=1)


def build_twice(folder: Path, before: dict[str, str], after: dict[str, str]) -> list[Generation]:
    """Build a collection, and then one from it, whose other documents stay."""
    generations = []
    for texts in (before, after):
        overrides = {name: Document(name, text, f"Title {name}") for name, text in texts.items()}
        build_index(None, IndexSettings(index=str(folder)), ForgetfulEncoder(), overrides=overrides)
        generations.append(IndexDirectory(folder).open_current())
    return generations


@settings(max_examples=10)
@given(COLLECTIONS, COLLECTIONS, st.integers(1, 9))
def test_the_sizes_of_blocks_change_no_byte(before: dict[str, str], after: dict[str, str], rows: int) -> None:
    """Of no file, in a build from scratch and in one from the generation before."""
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        usual = build_twice(Path(folder, "usual"), before, after)
        set_blocks(patch, rows)
        small = build_twice(Path(folder, "small"), before, after)
        assert [one.manifest.files for one in small] == [one.manifest.files for one in usual]
