"""What a collection says of itself, such as its title and its languages, kept in each generation."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

COLLECTION = "collection.json"


@dataclass(frozen=True, slots=True)
class CollectionInfo:
    """The title, description and languages (such as "en") of a collection; each is empty if it is not stated.

    ``origin`` is where its documents are from, an address or words, and ``license`` what they may be used for.
    ``questions`` are some that somebody has written for its visitors.
    """

    title: str = ""
    description: str = ""
    languages: tuple[str, ...] = ()
    origin: str = ""
    license: str = ""
    questions: tuple[str, ...] = ()

    def write(self, folder: Path) -> None:
        """Write it into the folder of a generation, unless nothing is stated."""
        if self != NO_INFO:
            (folder / COLLECTION).write_text(json.dumps(self._select_fields(), ensure_ascii=False), encoding="utf-8")

    def _select_fields(self) -> dict[str, object]:
        """Return the fields to write: the first three, which older programs need, and those that are stated."""
        return {name: value for name, value in asdict(self).items() if value or name in OLDEST_FIELDS}

    @classmethod
    def read(cls, folder: Path) -> "CollectionInfo":
        """Read what ``write`` has written. Raise OSError, ValueError, KeyError or TypeError if it is damaged."""
        try:
            fields = json.loads((folder / COLLECTION).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return NO_INFO
        return cls(
            fields["title"],
            fields["description"],
            tuple(fields["languages"]),
            fields.get("origin", ""),
            fields.get("license", ""),
            tuple(fields.get("questions", ())),
        )


OLDEST_FIELDS = ("title", "description", "languages")
NO_INFO = CollectionInfo()
