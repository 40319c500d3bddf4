"""The index folders that a server was started with: which generations are served, and opening them in a worker."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from index.embedding import load_generation_encoder
from index.errors import DamagedGeneration, GenerationNotFound, NetsphereError
from index.generation.directory import IndexDirectory
from index.types import Encoder
from qa.engine import Engine
from qa.reader import NONE, load_reader
from qa.web.collections import DEFAULT_NAME, ServedCollection

log = logging.getLogger(__name__)


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
    # Whether a version was served: from then on, a collection that fails keeps its old generation.
    _has_served: bool = False
    _found: dict[str, str] = field(default_factory=dict)
    _errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of_one(cls, root: Path, model: str | None, reader: str, models: str) -> "CollectionFolders":
        """Return the folder of a collection without a name."""
        return cls({DEFAULT_NAME: root}, model, reader, models, is_named=False)

    def note_served(self) -> None:
        """Remember that a version is served."""
        self._has_served = True

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
        return found

    def open_version(self, version: str) -> list[ServedCollection]:
        """Open all collections, with one reader, and with one encoder for all of the same model.

        Raise NetsphereError, which names the collection, if one has no generation that can be opened.
        """
        if not self.is_named:
            root = self.roots[DEFAULT_NAME]
            engine = Engine.open(root, self.model, self.reader, version, self.models)
            return [ServedCollection(DEFAULT_NAME, _warm_up(engine), root, is_named=False)]
        encoders: dict[str, Encoder] = {}
        served = []
        for name, generation in (part.split("=") for part in version.split(" ")):
            engine = _warm_up(self._open_collection(name, generation, encoders))
            served.append(ServedCollection(name, engine, self.roots[name]))
        return served

    def _open_collection(self, name: str, generation: str, encoders: dict[str, Encoder]) -> Engine:
        """Open a generation or, while the collection is served already, the newest before it that can be opened."""
        directory = IndexDirectory(self.roots[name])
        try:
            return self._open_engine(directory, generation, encoders)
        except NetsphereError as error:
            if self._has_served and not isinstance(error, GenerationNotFound):
                for older in reversed([one for one in directory.list_generations() if one < generation]):
                    try:
                        engine = self._open_engine(directory, older, encoders)
                    except NetsphereError:
                        continue
                    log.error("the collection %s: %s; generation %s is still served", name, error, older)
                    return engine
            raise NetsphereError(f"the collection {name} cannot be served: {error}") from error

    def _open_engine(self, directory: IndexDirectory, generation: str, encoders: dict[str, Encoder]) -> Engine:
        opened = directory.open_named(generation)
        fingerprint = opened.manifest.model_fingerprint
        if fingerprint not in encoders:
            encoders[fingerprint] = load_generation_encoder(opened.folder, opened.manifest, self.model)
        return Engine(opened, encoders[fingerprint], load_reader(self.reader, self.models) or NONE)


def _warm_up(engine: Engine) -> Engine:
    """Ask a first question, which loads the model before any visitor's."""
    try:
        for part, works in engine.check_readiness().items():
            if not works:
                log.error("the %s fails on a sentence of the index; answers will be degraded", part)
    except DamagedGeneration as error:
        # What is intact is served, questions that need the damaged part are refused, and /readyz tells.
        engine.record_damage(error)
    return engine
