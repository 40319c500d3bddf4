"""Manifest of a generation: fingerprints of what it was built from, and the size and hash of each of its files."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index import __version__
from index.commands import format_build
from index.disk.checked_file import describe_damage, describe_unreadable
from index.disk.checksums import SUFFIX
from index.errors import DamagedGeneration, GenerationError, IncompatibleGeneration
from index.types import Document, Encoder, LoadProblem

if TYPE_CHECKING:
    from index.settings import IndexSettings

# Raise it if an older program cannot read what this one writes, or this one what an older one wrote.
FORMAT = 6
# Raise it if a build makes something else of the same files: the next one then makes everything anew.
RECIPE = 4
MANIFEST_NAME = "manifest.json"
# Hashing releases the interpreter lock, and waiting for the disk needs no processor.
FILES_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class FileDigest:
    """The size in bytes and the SHA-256 of one file."""

    size: int
    sha256: str

    @classmethod
    def from_file(cls, path: Path) -> "FileDigest":
        """Read the whole file."""
        with path.open("rb") as file:
            return cls(path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything that decides the answers of a generation, and the number of its documents, passages and units.

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
    problems: tuple[LoadProblem, ...]
    files: Mapping[str, FileDigest]

    def write(self, folder: Path) -> None:
        """Write ``manifest.json`` with the SHA-256 of its own contents."""
        body = asdict(self)
        sealed = {"format": FORMAT, "sha256": _hash_body(body), "manifest": body}
        (folder / MANIFEST_NAME).write_text(json.dumps(sealed, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """Read and check ``manifest.json``; raise DamagedGeneration or IncompatibleGeneration, which name the file."""
        path = folder / MANIFEST_NAME
        try:
            sealed = json.loads(path.read_bytes())
            version, stated_hash, body = sealed["format"], sealed["sha256"], sealed["manifest"]
        except (FileNotFoundError, ValueError, KeyError, TypeError) as error:
            raise DamagedGeneration(f"{path} is missing or damaged ({error})") from error
        except OSError as error:
            raise describe_unreadable(path, error) from error
        if _hash_body(body) != stated_hash:
            raise DamagedGeneration(f"{path} is damaged: its contents do not have the sha256 that it states")
        if version != FORMAT:
            raise IncompatibleGeneration(
                f"{folder} has format {version!r}, this program reads {FORMAT}; rebuild it with: "
                f"{format_build(body.get('source'), folder.parent)}"
            )
        problems = tuple(LoadProblem(**problem) for problem in body["problems"])
        files = {name: FileDigest(**digest) for name, digest in body["files"].items()}
        return cls(**body | {"problems": problems, "files": files})

    @property
    def is_of_this_version(self) -> bool:
        """Whether a build of this version makes the same of the same documents, settings and model."""
        return self.recipe == _fingerprint_recipe(dict(self.settings), self.model, self.model_fingerprint)

    def check_files(self, folder: Path, hashes_all: bool = False) -> None:
        """Compare the size of every file, and the SHA-256 of those without checksums, or of all.

        A file with checksums is large, and what is read of it is verified when it is read. Raise DamagedGeneration,
        which names the largest of the files that are missing or have changed.
        """

        def check(name: str) -> None:
            has_checksums = f"{name}{SUFFIX}" in self.files
            check_file(folder / name, self.files[name], reads_it=hashes_all or not has_checksums)

        # The largest first: it takes as long as all others together.
        names = sorted(self.files, key=lambda name: self.files[name].size, reverse=True)
        with ThreadPoolExecutor(FILES_AT_ONCE) as pool:
            list(pool.map(check, names))


def read_source(folder: Path) -> str | None:
    """Return what a generation was built from; None if its manifest cannot be read."""
    try:
        return Manifest.read(folder).source
    except GenerationError:
        return None


def check_file(path: Path, digest: FileDigest, reads_it: bool = True) -> None:
    """Compare the size of a file with its digest and, if it is to be read, its SHA-256; raise DamagedGeneration."""
    try:
        is_damaged = path.stat().st_size != digest.size or (reads_it and FileDigest.from_file(path) != digest)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise DamagedGeneration(f"{path} is missing") from error
    except OSError as error:
        raise describe_unreadable(path, error) from error
    if is_damaged:
        raise describe_damage(path, f"it does not have the size or the sha256 of {MANIFEST_NAME}")


def fingerprint_documents(documents: Iterable[Document]) -> str:
    """Return the hex digest of the fingerprints of documents, in order, as ``Documents.fingerprint`` has it."""
    return hashlib.sha256(b"".join(bytes.fromhex(document.fingerprint) for document in documents)).hexdigest()


def fingerprint_recipe(settings: "IndexSettings", encoder: Encoder) -> str:
    """Return the hex digest of what a build does, the settings that decide answers, and the model."""
    return _fingerprint_recipe(settings.answer_settings, encoder.name, encoder.fingerprint)


def _fingerprint_recipe(settings: Mapping[str, Any], model: str, model_fingerprint: str) -> str:
    recipe = [FORMAT, RECIPE, __version__, settings, model, model_fingerprint]
    return hashlib.sha256(json.dumps(recipe, sort_keys=True).encode()).hexdigest()


def _hash_body(body: Mapping[str, Any]) -> str:
    text = json.dumps(body, sort_keys=True, ensure_ascii=False)
    # The JSON of a damaged manifest may hold lone surrogates; they must not raise another error.
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
