"""The index folders that a server was started with: which generations are served, and opening them in a worker."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from mmap import mmap
from pathlib import Path

from index.errors import NetsphereError
from index.generation.directory import IndexDirectory
from qa.engine import Engine
from qa.web.collection_opener import CollectionOpener, warm_up
from qa.web.collections import DEFAULT_NAME, ServedCollection
from qa.web.kept_files import KeptFiles

log = logging.getLogger(__name__)

# More than the name of a generation has.
MAX_NAME_BYTES = 64


@dataclass
class CollectionFolders:
    """Index folders, by the names of their collections; without names there is one.

    A version, as the supervisor knows it, is the generation of the only folder, or all of them with their names.
    ``model`` is where the model of an index is now, if it has moved; ``reader`` and ``models`` are as in the settings.
    """

    roots: Mapping[str, Path]
    model: str | None
    reader: str
    models: str
    is_named: bool = True
    # Whether a version was served: from then on, a collection that fails keeps what is open of it.
    _has_served: bool = False
    _found: dict[str, str] = field(default_factory=dict)
    _errors: dict[str, str] = field(default_factory=dict)
    _kept: KeptFiles = field(default_factory=KeptFiles)
    # By collection: the name of the generation that was opened last, in memory that forked workers share.
    _opened: dict[str, mmap] = field(init=False)

    def __post_init__(self) -> None:
        """Allocate the shared memory, which must be there before a worker is forked."""
        self._opened = {name: mmap(-1, MAX_NAME_BYTES) for name in self.roots}

    @classmethod
    def of(
        cls, named: Mapping[str, Path], root: Path, model: str | None, reader: str, models: str
    ) -> "CollectionFolders":
        """Return the folders that are named or, if none is, ``root`` as a collection without a name."""
        return cls(named or {DEFAULT_NAME: root}, model, reader, models, is_named=bool(named))

    def note_served(self, version: str) -> None:
        """Remember that a version is served, and release the files of those before it.

        Those of a generation that workers have opened instead, because the one of the version is damaged, are kept.
        """
        self._has_served = True
        if self.is_named:
            opened = [(name, shared[:].rstrip(b"\0").decode()) for name, shared in self._opened.items()]
            needed = [*_parse_version(version), *self._found.items(), *opened]
            self._kept.release_all_but({self.roots[name] / generation for name, generation in needed})

    def release_files(self) -> None:
        """Close the files that a forked process has inherited and does not need."""
        self._kept.release_all_but()

    def find_version(self) -> str:
        """Return the version to serve now. Raise NetsphereError, which names the collection, if there is none."""
        if not self.is_named:
            return IndexDirectory(self.roots[DEFAULT_NAME]).require_current()
        return " ".join(f"{name}={self._find_generation(name, root)}" for name, root in self.roots.items())

    def _find_generation(self, name: str, root: Path) -> str:
        try:
            found = IndexDirectory(root).require_current()
        except (NetsphereError, OSError) as error:
            if not self._has_served or name not in self._found:
                raise NetsphereError(f"the collection {name} cannot be served: {error}") from error
            if self._errors.get(name) != str(error):
                log.error("the collection %s: %s; generation %s is still served", name, error, self._found[name])
            self._errors[name] = str(error)
            return self._found[name]
        self._errors.pop(name, None)
        self._found[name] = found
        self._kept.keep(root / found)
        return found

    def open_version(self, version: str) -> list[ServedCollection]:
        """Open all collections, with one reader, and with one encoder for all of the same model.

        Raise NetsphereError, which names the collection, if one has no generation that can be opened.
        """
        if not self.is_named:
            root = self.roots[DEFAULT_NAME]
            engine = Engine.open(root, self.model, self.reader, version, self.models)
            return [ServedCollection(DEFAULT_NAME, warm_up(engine), root, is_named=False)]
        opener = CollectionOpener(self.model, self.reader, self.models, self._kept)
        open_one = opener.reopen if self._has_served else opener.open
        opened = [open_one(name, self.roots[name], generation) for name, generation in _parse_version(version)]
        for one in opened:
            generation = one.engine.catalog.describe_index().generation
            self._opened[one.name][:] = generation.encode().ljust(MAX_NAME_BYTES, b"\0")
        return opened


def _parse_version(version: str) -> list[tuple[str, str]]:
    """Return the names of the collections of a version, each with its generation."""
    return [(name, generation) for name, _, generation in (part.partition("=") for part in version.split(" "))]
