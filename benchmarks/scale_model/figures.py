"""Figures that this project has measured: bytes of real generations, and rows of the page about speed.

They are kept in ``docs/scale.json``, so that the tables of ``docs/scale.md`` change only when it is written again.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Any

import click
import numpy as np

from benchmarks.documents import find_section, parse_tables
from index.generation.manifest import Manifest

# Of a row of the page: the section, the number of the table in it, the first cell of the row, and the column.
Place = tuple[str, int, str, str]
PLACES: Mapping[str, Place] = {
    "fast_ms": ("scale", 0, "100,000", "`fast` p50"),
    "fast_p95_ms": ("scale", 0, "100,000", "p95"),
    "small_fast_ms": ("latency", -1, "`fast`", "p50, ms"),
    "precise_ms": ("latency", -1, "`precise`", "p50, ms"),
    "precise_p95_ms": ("latency", -1, "`precise`", "p95, ms"),
    "dense_leg_ms": ("parts", 0, "the dense leg", "ms"),
    "lexical_leg_ms": ("parts", 0, "the lexical leg", "ms"),
    "embedded_per_second": ("bulk", 0, "a build", "passages a second"),
    "synthetic_disk_mb": ("scale", 0, "100,000", "on disk, MB"),
    "synthetic_memory_mb": ("scale", 0, "100,000", "resident, MB"),
    "update_seconds": ("scale", 0, "100,000", "update, s"),
    "rabitq_recall": ("scale", 0, "100,000", "recall@10"),
    "two_workers_mb": ("serving", -1, "`serve.py --workers 2`", "proportional, MB"),
}
# Files of a generation that have the same size in every collection of one model.
FIXED_FILES = ("encoder/", "tokens/frequencies.npy", "tokens/basis.npy", "manifest.json")
POSTING_FILES = ("lexical/data.npy", "lexical/counts.npy", "lexical/indices.npy")
# Files whose size the model computes from the numbers of rows.
COUNTED_FILES = (
    *("passages/table.npy", "passages/sentences.npy", "units.npy", "keys.npy", "lexical/lengths.npy"),
    *("tokens/ids.npy", "tokens/small.npy", "tokens/edges.npy", "documents/texts.npy", *POSTING_FILES),
    *("store/vectors.npy", "store/index.faiss", "store/milvus.json"),
)
# Vectors and codes, whose size depends on the store.
STORE_FILES = "store/"


@dataclass(frozen=True, slots=True)
class Collection:
    """What a generation holds, and its bytes: all, those of its store, those of every collection, and all others.

    ``is_example``: whether the size of a passage is taken from it; others are compared with the model. ``code`` is that
    of the vectors in the FAISS store.
    """

    name: str
    is_example: bool
    code: str
    passage_chars: int
    documents: int
    passages: int
    units: int
    sentences: int
    words: int
    tokens: int
    postings: int
    text_bytes: int
    store_bytes: int
    fixed_bytes: int
    other_bytes: int
    all_bytes: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured: some generations, and rows of the page about speed under the names of ``PLACES``."""

    collections: Sequence[Collection] = ()
    speed: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> "Figures":
        """Read them from ``docs/scale.json``. Raise OSError, or ValueError if it is not what was written."""
        saved: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["measured"]
        return cls([Collection(**one) for one in saved["collections"]], saved["speed"])

    def describe(self) -> dict[str, Any]:
        """Return them as JSON."""
        return {"collections": [asdict(one) for one in self.collections], "speed": dict(self.speed)}

    def average(self, column: str) -> float:
        """Return the mean over the examples of ``column`` for each passage."""
        return fmean(getattr(one, column) / one.passages for one in self.collections if one.is_example)

    def find_largest(self, column: str) -> float:
        """Return the largest of the collections' values of ``column``."""
        return float(max(getattr(one, column) for one in self.collections))


def measure_generation(name: str, folder: Path, *, is_example: bool = True) -> Collection:
    """Count what a generation holds. Raise IncompatibleGeneration, or OSError if a file is missing."""
    manifest = Manifest.read(folder)
    sizes = {path: file.size for path, file in manifest.files.items()}
    fixed = sum(size for path, size in sizes.items() if path.startswith(FIXED_FILES))
    known = {path for path in sizes if path.startswith((*FIXED_FILES, STORE_FILES)) or path in COUNTED_FILES}
    return Collection(
        name=name,
        is_example=is_example,
        code=str(manifest.store.get("code", "")),
        passage_chars=int(manifest.settings["passage_chars"]),
        documents=manifest.counts["documents"],
        passages=manifest.counts["passages"],
        units=manifest.counts["units"],
        sentences=_count_rows(folder / "passages/sentences.npy"),
        words=int(np.load(folder / "lexical/lengths.npy").sum()),
        tokens=_count_rows(folder / "tokens/ids.npy"),
        postings=_count_rows(folder / "lexical/indices.npy"),
        text_bytes=_count_rows(folder / "documents/texts.npy"),
        store_bytes=sum(size for path, size in sizes.items() if path.startswith(STORE_FILES)),
        fixed_bytes=fixed,
        other_bytes=sum(size for path, size in sizes.items() if path not in known),
        all_bytes=sum(sizes.values()),
    )


def _count_rows(path: Path) -> int:
    return int(np.load(path, mmap_mode="r").shape[0])


def read_speed(page: str) -> dict[str, float]:
    """Return the figures of ``PLACES`` from the text of the page about speed.

    Raise ClickException if one is missing.
    """
    return {name: _read_cell(page, place) for name, place in PLACES.items()}


def _read_cell(page: str, place: Place) -> float:
    section, number, row, column = place
    tables = parse_tables(find_section(page, section))
    try:
        cells = next(cells for cells in tables[number] if _get_name(cells) == row)
        return float(cells[column].replace(",", "").removesuffix(" ms"))
    except (IndexError, StopIteration, KeyError, ValueError) as error:
        raise click.ClickException(f"the page about speed has no figure {column!r} of {row!r} in {section}") from error


def _get_name(cells: Mapping[str, str]) -> str:
    """Return the first cell of a row, which ``parse_tables`` puts last."""
    return list(cells.values())[-1]
