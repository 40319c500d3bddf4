"""The generations that an index folder keeps, and which one is served."""

from dataclasses import dataclass

from index.errors import GenerationError
from index.generation.directory import IndexDirectory
from index.generation.manifest import Manifest


@dataclass(frozen=True, slots=True)
class GenerationInfo:
    """A generation that is kept. Times and counts are None if its manifest cannot be read.

    ``built_at`` is ISO 8601, in UTC; ``problems`` counts what was left out.
    """

    generation: str
    served: bool
    built_at: str | None = None
    documents: int | None = None
    passages: int | None = None
    units: int | None = None
    problems: int | None = None


def list_history(directory: IndexDirectory) -> list[GenerationInfo]:
    """Return the generations that are kept, newest first. Raises LostPointer."""
    current = directory.find_current()
    return [_describe(directory, name, name == current) for name in reversed(directory.list_generations())]


def _describe(directory: IndexDirectory, name: str, served: bool) -> GenerationInfo:
    try:
        manifest = Manifest.read(directory.root / name)
    except GenerationError:
        return GenerationInfo(name, served)
    documents, passages, units = (manifest.counts.get(noun) for noun in ("documents", "passages", "units"))
    return GenerationInfo(name, served, manifest.built_at, documents, passages, units, len(manifest.problems))
