"""One built index on disk: written once, never changed, verified whenever it is opened."""

import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import DamagedGeneration
from index.lexical import LexicalIndex
from index.manifest import FileProof, Manifest
from index.stores import STORES
from index.tokens import TokenIndex
from index.types import Document, Heading, Kind, Passage, Span, Store

DOCUMENTS, PASSAGES, UNITS, KEYS = "documents.jsonl", "passages.jsonl", "units.npy", "keys.npy"
STORE, LEXICAL, TOKENS = "store", "lexical", "tokens"

UnitTable = NDArray[np.int64]
"""One row a unit: position of its passage, start, end; in the order of the store's rows."""
Keys = NDArray[np.uint8]
"""One row a unit: the first 16 bytes of the sha256 of the text that was embedded."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a generation holds, beside what its manifest says."""

    documents: tuple[Document, ...]
    passages: tuple[Passage, ...]
    units: UnitTable
    keys: Keys
    store: Store
    lexical: LexicalIndex
    tokens: TokenIndex

    @property
    def whole_units(self) -> list[int]:
        """The unit of each passage that is all of its sentences."""
        spans = {(p, start, end): unit for unit, (p, start, end) in enumerate(self.units.tolist())}
        edges = ((i, p.sentences[0].start, p.sentences[-1].end) for i, p in enumerate(self.passages))
        return [spans[edge] for edge in edges]


@dataclass(frozen=True, slots=True)
class Generation:
    """An opened generation."""

    folder: Path
    manifest: Manifest
    contents: Contents

    @classmethod
    def open(cls, folder: Path) -> "Generation":
        """Checks every byte against the manifest, then reads.

        Raises DamagedGeneration or ForeignGeneration; never returns part of one.
        """
        manifest = Manifest.read(folder)
        manifest.check_files(folder)
        return cls(folder, manifest, _read(folder, manifest))


def write(folder: Path, contents: Contents, describe: Callable[[Mapping[str, FileProof]], Manifest]) -> Manifest:
    """Writes all files into the empty ``folder`` and syncs them; raises OSError.

    ``describe`` makes the manifest from the proofs of the files; it is written last, so a
    folder with a manifest is a whole generation.
    """
    _write_lines(folder / DOCUMENTS, (asdict(document) for document in contents.documents))
    _write_lines(folder / PASSAGES, (asdict(passage) for passage in contents.passages))
    np.save(folder / UNITS, contents.units, allow_pickle=False)
    np.save(folder / KEYS, contents.keys, allow_pickle=False)
    contents.store.save(folder / STORE)
    contents.lexical.save(folder / LEXICAL)
    contents.tokens.save(folder / TOKENS)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    for path in [*files, *{path.parent for path in files}]:
        sync(path)
    manifest = describe({path.relative_to(folder).as_posix(): FileProof.of(path) for path in files})
    manifest.write(folder)
    sync(folder / "manifest.json")
    sync(folder)
    return manifest


def sync(path: Path) -> None:
    """Waits until a file's bytes, or a folder's names, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def _read(folder: Path, manifest: Manifest) -> Contents:
    try:
        return Contents(
            documents=tuple(_document(row) for row in _lines(folder / DOCUMENTS)),
            passages=tuple(_passage(row) for row in _lines(folder / PASSAGES)),
            units=np.load(folder / UNITS, allow_pickle=False),
            keys=np.load(folder / KEYS, allow_pickle=False),
            store=STORES[manifest.settings["store"]]().load(folder / STORE),
            lexical=LexicalIndex.load(folder / LEXICAL),
            tokens=TokenIndex.load(folder / TOKENS),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        # Every byte is as it was written, so the program that wrote it was at fault.
        raise DamagedGeneration(f"{folder} cannot be read ({error}); rebuild it with: python -m index build") from error


def _lines(path: Path) -> Iterable[dict[str, Any]]:
    with path.open(encoding="utf-8", newline="\n") as file:
        for line in file:
            yield json.loads(line)


def _document(row: dict[str, Any]) -> Document:
    headings = tuple(Heading(**heading) for heading in row.pop("headings"))
    return Document(**{**row, "headings": headings, "pages": tuple(row["pages"])})


def _passage(row: dict[str, Any]) -> Passage:
    sentences = tuple(Span(**span) for span in row.pop("sentences"))
    return Passage(**{**row, "sentences": sentences, "kind": Kind(row["kind"])})
