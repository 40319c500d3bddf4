"""Open collections in a worker; of one that is served already, what is left of it if its folder is damaged or lost."""

import logging
from collections.abc import Iterator
from pathlib import Path

from index.embedding import load_generation_encoder
from index.errors import DamagedGeneration, LostPointer, NetsphereError
from index.generation.directory import IndexDirectory
from index.generation.generation import Generation
from index.types import Encoder
from qa.engine import Engine
from qa.reader import NONE, load_reader
from qa.web.collections import ServedCollection
from qa.web.kept_files import KeptFiles

log = logging.getLogger(__name__)


class CollectionOpener:
    """Opens collections with one reader, and with one encoder for all of the same model."""

    def __init__(self, model: str | None, reader: str, models: str, kept: KeptFiles) -> None:
        """Take ``model``, ``reader`` and ``models`` as ``CollectionFolders`` has them."""
        self._model, self._reader, self._models, self._kept = model, reader, models, kept
        self._encoders: dict[str, Encoder] = {}

    def open(self, name: str, root: Path, generation: str) -> ServedCollection:
        """Open a collection for the first time; raise NetsphereError, which names it, if it cannot be opened."""
        try:
            return self._load(name, root, IndexDirectory(root).open_named(generation), generation)
        except (NetsphereError, OSError) as error:
            raise NetsphereError(f"the collection {name} cannot be served: {error}") from error

    def reopen(self, name: str, root: Path, generation: str) -> ServedCollection:
        """Open a collection that is served already: the generation, its files that are kept, or the newest before it.

        Raise NetsphereError, which names the collection, if nothing is left, or if a newer generation is there.
        """
        reason: Exception | None = None
        for folder, is_kept in self._list_candidates(root, generation):
            try:
                if is_kept:
                    served = self._load_kept(name, root, folder, generation)
                else:
                    served = self._load(name, root, Generation.open(folder), generation)
            except (NetsphereError, OSError) as error:
                reason = reason or error
                continue
            if reason:
                log.error("the collection %s: %s; generation %s is still served", name, reason, folder.name)
            return served
        raise NetsphereError(f"the collection {name} cannot be served: {reason}") from reason

    def _list_candidates(self, root: Path, generation: str) -> Iterator[tuple[Path, bool]]:
        """Yield folders of generations, and whether their files are to be taken from those that are kept."""
        kept = self._kept.list_kept(root)
        yield root / generation, False
        if generation in kept:
            yield root / generation, True
        directory = IndexDirectory(root)
        try:
            if directory.find_current() not in {None, generation}:
                return  # a build has replaced it meanwhile, and the next look at the folder finds that one
            on_disk = directory.list_generations()
        except (LostPointer, OSError):
            on_disk = []
        older = {one for one in (*on_disk, *kept) if _parse_number(one) < _parse_number(generation)}
        for one in sorted(older, key=_parse_number, reverse=True):
            if one in on_disk:
                yield root / one, False
            if one in kept:
                yield root / one, True

    def _load_kept(self, name: str, root: Path, folder: Path, wanted: str) -> ServedCollection:
        with self._kept.link(folder) as view:
            opened = Generation.open(view, root=root)
            # So that readiness tells what has become of the folder, and notices if it is there again.
            opened.damage.watch(folder)
            served = self._load(name, root, opened, wanted)
            # What would be read when it is first needed is read while the view is there.
            served.engine.catalog.originals.has("")
            return served

    def _load(self, name: str, root: Path, opened: Generation, wanted: str) -> ServedCollection:
        fingerprint = opened.manifest.model_fingerprint
        if fingerprint not in self._encoders:
            self._encoders[fingerprint] = load_generation_encoder(opened.folder, opened.manifest, self._model)
        engine = Engine(opened, self._encoders[fingerprint], load_reader(self._reader, self._models) or NONE)
        found = opened.manifest.generation
        problem = (
            f"Generation {wanted} cannot be opened; {found}, which is older, is served." if found != wanted else ""
        )
        return ServedCollection(name, warm_up(engine), root, problem=problem)


def warm_up(engine: Engine) -> Engine:
    """Ask a first question, which loads the model before any visitor's."""
    try:
        for part, works in engine.check_readiness().items():
            if not works:
                log.error("the %s fails on a sentence of the index; answers will be degraded", part)
    except DamagedGeneration as error:
        # What is intact is served, questions that need the damaged part are refused, and /readyz tells.
        engine.record_damage(error)
    return engine


def _parse_number(generation: str) -> int:
    return int(generation.split("-")[0])
