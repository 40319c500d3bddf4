"""What a generation says of itself, and the proof that its files are what was written."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from math import inf
from pathlib import Path
from typing import Any

from index.errors import DamagedGeneration, ForeignGeneration
from index.types import Problem

FORMAT = 3
"""Raised whenever an older program could not read what this one writes, or the reverse."""
FILE = "manifest.json"


@dataclass(frozen=True, slots=True)
class FileProof:
    """The size in bytes and the sha256 of one file."""

    size: int
    sha256: str

    @classmethod
    def of(cls, path: Path) -> "FileProof":
        """Reads the whole file."""
        digest = sha256()
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
        return cls(path.stat().st_size, digest.hexdigest())


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything that decides what a generation answers, and how many of what it holds.

    ``corpus`` is the fingerprint of the documents, ``recipe`` of the settings and the model;
    two generations with the same of both are the same. ``store`` is the kind of vector index and its parameters.
    """

    generation: str
    built_at: str
    source: str
    corpus: str
    recipe: str
    model: str
    model_fingerprint: str
    settings: Mapping[str, Any]
    store: Mapping[str, Any]
    counts: Mapping[str, int]
    problems: tuple[Problem, ...]
    files: Mapping[str, FileProof]

    def write(self, folder: Path) -> None:
        """Writes ``manifest.json``, sealed with its own sha256."""
        body = asdict(self)
        sealed = {"format": FORMAT, "sha256": _seal(body), "manifest": body}
        (folder / FILE).write_text(json.dumps(sealed, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """Raises DamagedGeneration or ForeignGeneration, with the file's name."""
        path = folder / FILE
        try:
            sealed = json.loads(path.read_bytes())
            version, seal, body = sealed["format"], sealed["sha256"], sealed["manifest"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DamagedGeneration(f"{path} is missing or damaged ({error})") from error
        if _seal(body) != seal:
            raise DamagedGeneration(f"{path} is damaged: its contents do not have the sha256 that it states")
        if version != FORMAT:
            raise ForeignGeneration(
                f"{folder} has format {version!r}, this program reads {FORMAT}; rebuild it with: python -m index build"
            )
        return _parse(body)

    def check_files(self, folder: Path, most: float = inf) -> None:
        """Every file's size, and the sha256 of the smallest ones that have ``most`` bytes together.

        Raises DamagedGeneration, which names the first file that is not as it was written.
        """
        read = 0
        for name, proof in sorted(self.files.items(), key=lambda file: (file[1].size, file[0])):
            path, read = folder / name, read + proof.size
            if not path.is_file():
                raise DamagedGeneration(f"{path} is missing")
            if path.stat().st_size != proof.size or (read <= most and FileProof.of(path) != proof):
                raise DamagedGeneration(f"{path} is damaged: it does not have the size or the sha256 of {FILE}")


def _seal(body: Mapping[str, Any]) -> str:
    return sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()


def _parse(body: Mapping[str, Any]) -> Manifest:
    rest = {key: value for key, value in body.items() if key not in {"problems", "files"}}
    problems = tuple(Problem(**problem) for problem in body["problems"])
    files = {name: FileProof(**proof) for name, proof in body["files"].items()}
    return Manifest(**rest, problems=problems, files=files)
