"""What was measured, kept as JSON so that a change of wording needs no measuring."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from qa.evaluation.types import Interval

FILE = "comparison.json"


@dataclass(frozen=True, slots=True)
class CollectionResult:
    """What a peer reached on one collection."""

    scores: Mapping[str, Interval]
    median_s: float
    resident_mb: float
    index_mb: float


@dataclass(frozen=True, slots=True)
class PeerResult:
    """A row: what a peer reached on each collection, or why it could not be run."""

    title: str
    packages: Sequence[str]
    needs: str = ""
    python: str = ""
    environment_mb: float = 0.0
    torch_mb: float = 0.0
    collections: Mapping[str, CollectionResult] = field(default_factory=dict)
    failed: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """All rows in their order, the program that was compared, and the numbers of questions and documents."""

    program: str
    date: str
    asked: Mapping[str, Mapping[str, int]]
    peers: Sequence[PeerResult]

    def add(self, result: PeerResult) -> "Comparison":
        """Return the comparison with this row, in the place of an older one if there is one."""
        titles = [peer.title for peer in self.peers]
        if result.title not in titles:
            return replace(self, peers=[*self.peers, result])
        return replace(self, peers=[result if peer.title == result.title else peer for peer in self.peers])

    def write(self, folder: Path) -> None:
        """Write the file into the folder."""
        text = json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / FILE).write_text(text, encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> "Comparison":
        """Read what ``write`` wrote; raise FileNotFoundError."""
        fields = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return cls(**fields | {"peers": [_parse_peer(peer) for peer in fields["peers"]]})


def _parse_peer(fields: dict[str, Any]) -> PeerResult:
    collections = {
        name: CollectionResult(
            **own | {"scores": {measure: Interval(**interval) for measure, interval in own["scores"].items()}}
        )
        for name, own in fields["collections"].items()
    }
    return PeerResult(**fields | {"collections": collections})
