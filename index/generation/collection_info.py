"""What a collection says of itself: its title, description and languages, kept in each generation."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

COLLECTION = "collection.json"


@dataclass(frozen=True, slots=True)
class CollectionInfo:
    """The title, description and languages (such as "en") of a collection; each is empty if it is not stated."""

    title: str = ""
    description: str = ""
    languages: tuple[str, ...] = ()

    def write(self, folder: Path) -> None:
        """Write it into the folder of a generation, unless nothing is stated."""
        if self != NO_INFO:
            (folder / COLLECTION).write_text(json.dumps(asdict(self), ensure_ascii=False), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> "CollectionInfo":
        """Read what ``write`` has written. Raise OSError, ValueError, KeyError or TypeError if it is damaged."""
        try:
            fields = json.loads((folder / COLLECTION).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return NO_INFO
        return cls(fields["title"], fields["description"], tuple(fields["languages"]))


NO_INFO = CollectionInfo()
