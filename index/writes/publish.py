"""Serve a generation that was held or rolled back."""

from index.errors import GenerationNotFound
from index.generation.directory import IndexDirectory
from index.writes.batches import BatchQueue
from index.writes.journal import Journal


def publish_generation(directory: IndexDirectory, name: str | None = None) -> str:
    """Serve a generation from now on, by default the newest, and return its name.

    Raises GenerationNotFound, DamagedGeneration, BuildInProgress while another one is built, or JournalError.
    """
    directory.require_current()
    with directory.acquire_lock():
        names = directory.list_generations()
        chosen = name or names[-1]
        if chosen not in names:
            raise GenerationNotFound(f"no generation {chosen!r} in {directory.root}; it has {', '.join(names)}")
        directory.serve_named(chosen)
        BatchQueue(Journal(directory.root)).publish(chosen)
    return chosen


def is_pinned(directory: IndexDirectory) -> bool:
    """Return whether a newer generation than the served one waits, because it is held or was rolled back.

    Then another one must not be served without a yes: it would bring back what was rolled back.
    """
    names = directory.list_generations()
    return bool(names) and names[-1] != directory.find_current()
