"""What a folder of shards keeps beside documents and units, in the files that a generation has for it."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from index.build.inventory import Inventory, read_inventory, write_inventory
from index.build.sources import Sources, read_sources, write_sources
from index.errors import ShardError
from index.generation.collection_info import COLLECTION, NO_INFO, CollectionInfo
from index.types import Vectors

# The name under which the inventory is kept, where an index has that of a generation.
SHARDS = "shards"
PROJECTION = "projection.npy"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The hashes of the files that were read, what was found in the folder, and what the collection says of itself.

    ``projection`` is that of the tokens. It is kept, because another machine that learns it from the same model rounds
    in another way, and tokens of two projections cannot be compared.
    """

    projection: Vectors
    sources: Sources = field(default_factory=dict)
    inventory: Inventory = field(default_factory=Inventory)
    collection: CollectionInfo = NO_INFO

    def write(self, folder: Path) -> None:
        """Write all of it. Raise OSError."""
        np.save(folder / PROJECTION, self.projection, allow_pickle=False)
        write_sources(folder, self.sources)
        write_inventory(folder, SHARDS, self.inventory)
        (folder / COLLECTION).unlink(missing_ok=True)
        self.collection.write(folder)

    @classmethod
    def read(cls, folder: Path) -> "Surroundings":
        """Read it. Raise ShardError if a file is missing or damaged."""
        try:
            projection = np.load(folder / PROJECTION, allow_pickle=False)
            inventory = read_inventory(folder, SHARDS) or Inventory()
            return cls(projection, read_sources(folder), inventory, CollectionInfo.read(folder))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ShardError(
                f"a file beside the shards in {folder} is missing or damaged ({error}); delete plan.json there, and "
                "embed or export again"
            ) from error
