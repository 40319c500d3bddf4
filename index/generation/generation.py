"""One built index on disk: written once, never changed, verified whenever it is opened."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.disk.string_table import mapped
from index.errors import DamagedGeneration
from index.generation.documents import Documents
from index.generation.manifest import FileProof, Manifest
from index.generation.passages import SENTENCE, SENTENCE_END, Passages
from index.search.bm25 import LexicalIndex
from index.search.late_interaction import TokenIndex
from index.search.stores import STORES
from index.types import Positions, Store

DOCUMENTS, PASSAGES, STORE, LEXICAL, TOKENS = "documents", "passages", "store", "lexical", "tokens"
UNITS, KEYS = "units.npy", "keys.npy"

HASHED = 256_000_000
"""Bytes that are hashed when a generation is opened, about half a second's worth: all of one of 10,000 passages.

What is beyond them was hashed before it was published, and is again by ``python -m index verify``.
"""

UnitTable = NDArray[np.int64]
"""One row a unit: position of its passage, start, end; in the order of the store's rows, column by column in memory."""
Keys = NDArray[np.uint8]
"""One row a unit: the first 16 bytes of the sha256 of the text that was embedded."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a generation holds, beside what its manifest says."""

    documents: Documents
    passages: Passages
    units: UnitTable
    keys: Keys
    store: Store
    lexical: LexicalIndex
    tokens: TokenIndex

    @property
    def whole_units(self) -> Positions:
        """The unit of each passage that is all of its sentences, shape (passages,)."""
        of, starts, ends = (self.units[:, column] for column in range(3))
        first, last = (self.passages.table[:, column] for column in (SENTENCE, SENTENCE_END))
        from_first, to_last = self.passages.sentences[first, 0], self.passages.sentences[last - 1, 1]
        rows = np.flatnonzero((starts == from_first[of]) & (ends == to_last[of]))
        whole = np.full(len(self.passages), -1, dtype=np.int64)
        whole[of[rows]] = rows
        return whole


@dataclass(frozen=True, slots=True)
class Generation:
    """An opened generation."""

    folder: Path
    manifest: Manifest
    contents: Contents

    @classmethod
    def open(cls, folder: Path, hashed: float = HASHED) -> "Generation":
        """Checks the manifest, all sizes, and the sha256 of ``hashed`` bytes of files, smallest first; then reads.

        Raises DamagedGeneration or ForeignGeneration; never returns part of one.
        """
        manifest = Manifest.read(folder)
        manifest.check_files(folder, hashed)
        return cls(folder, manifest, _read(folder, manifest))


def write(folder: Path, contents: Contents, describe: Callable[[Mapping[str, FileProof]], Manifest]) -> Manifest:
    """Writes all files into the empty ``folder`` and syncs them; raises OSError.

    ``describe`` makes the manifest from the proofs of the files; it is written last, so a
    folder with a manifest is a whole generation.
    """
    contents.documents.save(folder / DOCUMENTS)
    contents.passages.save(folder / PASSAGES)
    np.save(folder / UNITS, np.asfortranarray(contents.units), allow_pickle=False)
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


def _read(folder: Path, manifest: Manifest) -> Contents:
    try:
        documents = Documents.load(folder / DOCUMENTS)
        return Contents(
            documents=documents,
            passages=Passages.load(folder / PASSAGES, documents),
            units=mapped(folder / UNITS),
            keys=np.asarray(np.load(folder / KEYS, mmap_mode="r", allow_pickle=False)),
            store=STORES[manifest.settings["store"]]().load(folder / STORE),
            lexical=LexicalIndex.load(folder / LEXICAL),
            tokens=TokenIndex.load(folder / TOKENS),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        # Every byte is as it was written, so the program that wrote it was at fault.
        raise DamagedGeneration(f"{folder} cannot be read ({error}); rebuild it with: python -m index build") from error
