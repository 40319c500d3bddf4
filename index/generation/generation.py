"""Generation: one built index on disk, written once, never changed, and verified on every opening."""

import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.commands import format_build
from index.disk.arrays import open_array
from index.disk.checksums import write_checksums
from index.disk.sync import sync_to_disk
from index.errors import DamagedGeneration
from index.generation.collection_info import NO_INFO, CollectionInfo
from index.generation.damage import DamageMonitor
from index.generation.documents import Documents
from index.generation.manifest import FILES_AT_ONCE, MANIFEST_NAME, FileDigest, Manifest
from index.generation.passage_table import SENTENCE, SENTENCE_END
from index.generation.passages import Passages
from index.search.bm25 import BM25Index
from index.search.late_interaction import LateInteractionIndex
from index.search.stores import find_store
from index.search.stores.access import LOCAL, MILVUS, StoreAccess
from index.types import Positions, Store

DOCUMENTS, PASSAGES, STORE, LEXICAL, TOKENS = "documents", "passages", "store", "lexical", "tokens"
UNITS, KEYS, MARKED_NAMES = "units.npy", "keys.npy", "marked_names.json"

# Arrays from this size on get checksums, so that opening the generation need not read all of them.
MIN_CHECKSUM_BYTES = 1_000_000

# One row a unit, in the order of the store: position of its passage, start, end. Column by column in memory.
UnitTable = NDArray[np.int64]
# One row a unit: the first 16 bytes of the SHA-256 of the text that was embedded.
Keys = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class GenerationContents:
    """Everything in a generation except its manifest.

    ``marked_names`` counts the names that may end in a mark; see ``index.text.sentences.count_marked_names``.
    """

    documents: Documents
    passages: Passages
    units: UnitTable
    keys: Keys
    store: Store
    lexical: BM25Index
    tokens: LateInteractionIndex
    marked_names: Mapping[str, int]

    @property
    def whole_passage_units(self) -> Positions:
        """For each passage the unit that spans all of its sentences, or -1, shape (passages,)."""
        return find_whole_passage_units(self.passages, self.units)


def find_whole_passage_units(passages: Passages, units: UnitTable) -> Positions:
    """Return for each passage the unit that spans all of its sentences, or -1, shape (passages,)."""
    owners, starts, ends = units[:, 0], units[:, 1], units[:, 2]
    first, last = passages.table[:, SENTENCE], passages.table[:, SENTENCE_END] - 1
    passage_starts, passage_ends = passages.sentences[first, 0], passages.sentences[last, 1]
    rows = np.flatnonzero((starts == passage_starts[owners]) & (ends == passage_ends[owners]))
    whole = np.full(len(passages), -1, dtype=np.int64)
    whole[owners[rows]] = rows
    return whole


@dataclass(frozen=True, slots=True)
class Generation:
    """An opened generation."""

    folder: Path
    manifest: Manifest
    contents: GenerationContents
    damage: DamageMonitor
    collection: CollectionInfo = NO_INFO

    @classmethod
    def open(cls, folder: Path, hashes_all: bool = False, root: Path | None = None) -> "Generation":
        """Check the manifest and the size and hash of every file, and open it.

        Vectors, tokens and texts grow with the collection. If they are large, each block of them is verified when it is
        first read, unless ``hashes_all`` is true. ``root`` is the folder of the index, if that is not the one above.
        Raise DamagedGeneration, IncompatibleGeneration or StoreError.
        """
        manifest = Manifest.read(folder)
        damage = DamageMonitor(folder, manifest)
        manifest.check_files(folder, hashes_all)
        try:
            collection = CollectionInfo.read(folder)
            documents = Documents.load(folder / DOCUMENTS)
            contents = GenerationContents(
                documents=documents,
                passages=Passages.load(folder / PASSAGES, documents),
                units=open_array(folder / UNITS),
                keys=open_array(folder / KEYS),
                store=_open_store(manifest.settings["store"], folder / STORE, root or folder.parent),
                lexical=BM25Index.load(folder / LEXICAL),
                tokens=LateInteractionIndex.load(folder / TOKENS),
                marked_names=json.loads((folder / MARKED_NAMES).read_text(encoding="utf-8")),
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            # The sizes and hashes are right, so the fault is in the program that wrote the files.
            raise DamagedGeneration(
                f"{folder} cannot be read ({error}); rebuild it with: {format_build(manifest.source, folder.parent)}"
            ) from error
        return cls(folder, manifest, contents, damage, collection)

    def verify(self) -> None:
        """Compare the hash of every file, large ones included; raise DamagedGeneration."""
        self.manifest.check_files(self.folder, hashes_all=True)


def _open_store(name: str, folder: Path, root: Path) -> Store:
    access = StoreAccess.read(root) if name == MILVUS else LOCAL
    return find_store(name, access).load(folder)


def write_generation(
    folder: Path, contents: GenerationContents, describe: Callable[[Mapping[str, FileDigest]], Manifest]
) -> Manifest:
    """Write and sync all files into the empty ``folder``; raise OSError.

    ``describe`` builds the manifest from the digests of the files. The manifest is written last, so a folder
    that has one is a complete generation.
    """
    contents.documents.save(folder / DOCUMENTS)
    contents.passages.save(folder / PASSAGES)
    np.save(folder / UNITS, np.asfortranarray(contents.units), allow_pickle=False)
    np.save(folder / KEYS, contents.keys, allow_pickle=False)
    contents.store.save(folder / STORE)
    contents.lexical.save(folder / LEXICAL)
    contents.tokens.save(folder / TOKENS)
    names = json.dumps(dict(sorted(contents.marked_names.items())), ensure_ascii=False)
    (folder / MARKED_NAMES).write_text(names, encoding="utf-8")
    manifest = describe(_seal_files(folder))
    manifest.write(folder)
    sync_to_disk(folder / MANIFEST_NAME)
    sync_to_disk(folder)
    return manifest


def _seal_files(folder: Path) -> dict[str, FileDigest]:
    """Write the checksums of large files, sync all of them, and return their digests; raise OSError."""

    def sync_and_digest(path: Path) -> FileDigest:
        sync_to_disk(path)
        return FileDigest.from_file(path)

    with ThreadPoolExecutor(FILES_AT_ONCE) as pool:
        arrays = [path for path in _find_files(folder, "*.npy") if path.stat().st_size >= MIN_CHECKSUM_BYTES]
        list(pool.map(write_checksums, arrays))
        files = _find_files(folder, "*")
        digests = dict(zip(files, pool.map(sync_and_digest, files), strict=True))
    for path in folder.rglob("*"):
        if path.is_dir():
            sync_to_disk(path)
    return {path.relative_to(folder).as_posix(): digests[path] for path in sorted(files)}


def _find_files(folder: Path, pattern: str) -> list[Path]:
    """Return the files that match, the largest first, because it takes as long as all others together."""
    files = [path for path in folder.rglob(pattern) if path.is_file()]
    return sorted(files, key=lambda path: path.stat().st_size, reverse=True)
