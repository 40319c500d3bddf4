"""Write what was built as a generation, check it, and publish it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path

import numpy as np

from index.build.copies import CopyGroup, write_copies
from index.build.inventory import Inventory, write_skipped
from index.build.sources import Sources, write_sources
from index.embedding import ENCODER_FOLDER
from index.errors import BuildError, NetsphereError
from index.generation.collection_info import NO_INFO, CollectionInfo
from index.generation.directory import IndexDirectory
from index.generation.generation import Generation, GenerationContents, write_generation
from index.generation.manifest import FileDigest, Manifest, fingerprint_recipe
from index.settings import IndexSettings
from index.text.sketch import SKETCH_DTYPE, Sketches
from index.types import Encoder


@dataclass(frozen=True, slots=True)
class BuildInputs:
    """Everything that decides a generation; ``corpus`` is the fingerprint of its documents."""

    source: str
    corpus: str
    inventory: Inventory
    settings: IndexSettings
    encoder: Encoder
    sources: Sources = field(default_factory=dict)
    sketches: Sketches = field(default_factory=lambda: np.empty(0, SKETCH_DTYPE))
    copies: tuple[CopyGroup, ...] = ()
    collection: CollectionInfo = NO_INFO

    @property
    def recipe(self) -> str:
        """Fingerprint of everything except the documents."""
        return fingerprint_recipe(self.settings, self.encoder)

    @property
    def fingerprint(self) -> str:
        """Fingerprint of the documents and the recipe."""
        return sha256((self.corpus + self.recipe).encode()).hexdigest()

    def make_manifest(self, name: str, contents: GenerationContents, files: Mapping[str, FileDigest]) -> Manifest:
        """Describe a generation that was built from these inputs."""
        return Manifest(
            generation=name,
            built_at=datetime.now(UTC).isoformat(timespec="seconds"),
            source=self.source,
            corpus=self.corpus,
            recipe=self.recipe,
            model=self.encoder.name,
            model_fingerprint=self.encoder.fingerprint,
            settings=self.settings.answer_settings,
            store=contents.store.description,
            counts={
                "documents": len(contents.documents),
                "passages": len(contents.passages),
                "units": len(contents.units),
            },
            problems=self.inventory.problems,
            files=files,
        )


def publish_generation(directory: IndexDirectory, contents: GenerationContents, inputs: BuildInputs) -> Manifest:
    """Write a generation, check it, and serve it unless it is held; raise BuildError if it cannot be written."""
    name = directory.choose_name(inputs.fingerprint)
    try:
        with directory.create_draft() as draft:
            inputs.encoder.save(draft / ENCODER_FOLDER)
            write_sources(draft, inputs.sources)
            write_copies(draft, inputs.sketches, inputs.copies)
            write_skipped(draft, inputs.inventory)
            inputs.collection.write(draft)
            manifest = write_generation(draft, contents, partial(inputs.make_manifest, name, contents))
            Generation.open(draft, hashes_all=True)
            directory.publish_draft(draft, name, serve=not inputs.settings.hold)
    # NetsphereError: the disk gave back other bytes than were written, or the database does not take them.
    except (OSError, NetsphereError) as error:
        raise make_write_error(directory.root, error) from error
    return manifest


def make_write_error(root: Path, error: Exception) -> BuildError:
    """Return the error of a build that could not write."""
    return BuildError(f"the new index could not be written to {root}: {error}; the old one stays")
