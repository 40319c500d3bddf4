"""The generations of an index in a database: written by a build, served by every machine that reaches the database.

A generation is a collection that holds its manifest; its files are in another one, each once, and its vectors in a
third, which the store has made. An alias names the generation that is served, and publishing moves the alias, which
the database does at once for everybody.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from index.errors import DamagedGeneration, GenerationError, StoreError
from index.generation.manifest import MANIFEST_NAME, FileDigest, Manifest
from index.search.stores.access import StoreAccess
from index.search.stores.milvus.connection import Connection
from index.search.stores.milvus.store import VECTORS
from index.sharing.chunks import KEY, MAX_KEY_BYTES, MAX_TEXT_BYTES, TEXT, DatabaseFiles

# Vectors that no generation names belong to a build that is going on, or to one that was stopped and may go on.
MAX_UNUSED_S = 24 * 3600
SEAL = "manifest"


class SharedGenerations:
    """Generations in one database, by the names that they have in an index folder."""

    def __init__(self, access: StoreAccess) -> None:
        """Ask nothing of the database yet."""
        self._connection, self._prefix = Connection(access), access.name
        self._files = DatabaseFiles(self._connection, f"{access.name}_files")
        self._alias = f"{access.name}_current"

    def list_names(self) -> list[str]:
        """Return the names of all complete generations, oldest first."""
        return sorted(name for name in self._list_collections() if self._read_seal(name) is not None)

    def find_current(self) -> str | None:
        """Return the name of the generation that is served; None if there is none yet."""
        collection = self._connection.find_alias(self._alias)
        return None if collection is None else self._name_generation(collection)

    def push(self, name: str, folder: Path) -> None:
        """Write the generation in ``folder`` under a name; what the database has already is not written again."""
        manifest = Manifest.read(folder)
        sealed = FileDigest.from_file(folder / MANIFEST_NAME)
        self._files.prepare()
        files = {folder / file: digest for file, digest in manifest.files.items()}
        self._files.write({**files, folder / MANIFEST_NAME: sealed})
        collection = self._name_collection(name)
        self._connection.create_texts(collection, KEY, MAX_KEY_BYTES, TEXT, MAX_TEXT_BYTES)
        self._connection.write_texts(collection, [{KEY: SEAL, TEXT: json.dumps(asdict(sealed))}])

    def pull(self, name: str, folder: Path, known: Mapping[FileDigest, Path]) -> None:
        """Write a generation into an empty folder; files that are in ``known`` are linked from there.

        Raise StoreError if it is not in the database, and OSError. Nothing is verified here: opening it does.
        """
        self._files.prepare()
        self._read_manifest(name, folder)
        for file, digest in Manifest.read(folder).files.items():
            path = folder / file
            path.parent.mkdir(parents=True, exist_ok=True)
            if digest not in known or not _link(known[digest], path):
                self._files.read(path, digest)

    def set_current(self, name: str) -> None:
        """Have a generation served from now on by everybody; raise StoreError if it is not complete."""
        if name not in self._list_collections() or self._read_seal(name) is None:
            raise StoreError(f"generation {name} is not in the database; build it again")
        self._connection.point_alias(self._alias, self._name_collection(name))

    def prune(self, keep: int) -> None:
        """Remove all generations but the ``keep`` newest and the current one, and what none of these needs."""
        current, names = self.find_current(), self.list_names()
        kept = {*names[-keep:], *([current] if current else [])}
        # One that is newer than all complete ones may be written at this moment.
        removed = [name for name in self._list_collections() if name not in kept and name < max(kept, default="")]
        digests, needed, unneeded = set[str](), set[str](), set[str]()
        with TemporaryDirectory() as folder:
            for name in kept:
                digests.add(self._read_manifest(name, Path(folder)).sha256)
                manifest = Manifest.read(Path(folder))
                digests.update(digest.sha256 for digest in manifest.files.values())
                needed.add(_name_vectors(manifest))
            for name in removed:
                with suppress(StoreError, GenerationError):  # it is half written, or half removed
                    self._read_manifest(name, Path(folder))
                    unneeded.add(_name_vectors(Manifest.read(Path(folder))))
        for name in removed:
            self._connection.drop(self._name_collection(name))
        self._remove_vectors(needed, unneeded)
        self._files.remove_all_but(frozenset(digests))

    def _remove_vectors(self, needed: set[str], unneeded: set[str]) -> None:
        """Remove collections of vectors that are unneeded, or that no build has gone on with for a day."""
        for collection in self._connection.list_collections():
            if not collection.startswith(self._prefix + VECTORS) or collection in needed:
                continue
            if collection in unneeded or self._connection.read_age_s(collection) > MAX_UNUSED_S:
                self._connection.drop(collection)

    def _read_manifest(self, name: str, folder: Path) -> FileDigest:
        seal = self._read_seal(name) if name in self._list_collections() else None
        if seal is None:
            raise StoreError(f"generation {name} is no longer in the database, or was not written to its end")
        self._files.read(folder / MANIFEST_NAME, seal)
        if FileDigest.from_file(folder / MANIFEST_NAME) != seal:
            raise DamagedGeneration(f"the manifest of generation {name} in the database is damaged; build it again")
        return seal

    def _read_seal(self, name: str) -> FileDigest | None:
        collection = self._name_collection(name)
        self._connection.create_texts(collection, KEY, MAX_KEY_BYTES, TEXT, MAX_TEXT_BYTES)
        rows = self._connection.read_texts(collection, [SEAL], (TEXT,))
        return FileDigest(**json.loads(rows[0][TEXT])) if rows else None

    def _list_collections(self) -> list[str]:
        prefix = self._name_collection("")
        return [self._name_generation(one) for one in self._connection.list_collections() if one.startswith(prefix)]

    def _name_collection(self, name: str) -> str:
        # Milvus takes letters, digits and the underscore.
        return f"{self._prefix}_generation_{name.replace('-', '_')}"

    def _name_generation(self, collection: str) -> str:
        return collection.removeprefix(self._name_collection("")).replace("_", "-")


def _link(known: Path, path: Path) -> bool:
    """Link a file to another path; return False if the file system does not."""
    try:
        path.hardlink_to(known)
    except OSError:
        return False
    return True


def _name_vectors(manifest: Manifest) -> str:
    return str(manifest.store.get("collection"))
