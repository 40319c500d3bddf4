"""Serve a generation that was held or rolled back, and hold what is built after a rollback."""

from index.disk.sync import sync_to_disk
from index.errors import GenerationNotFound
from index.generation.directory import IndexDirectory
from index.sharing.follow import pull_all
from index.writes.batches import BatchQueue
from index.writes.journal import Journal

# A file of the index folder that is there after a rollback. That the served generation is not the newest does not say
# so: a build may have been killed after its last step but one.
PIN = "ROLLED_BACK"


def publish_generation(directory: IndexDirectory, name: str | None = None) -> str:
    """Serve a generation from now on, by default the newest, and return its name.

    Raises GenerationNotFound, DamagedGeneration, BuildInProgress while another one is built, or JournalError.
    """
    directory.require_current()
    with directory.acquire_lock():
        pull_all(directory)
        names = directory.list_generations()
        chosen = name or names[-1]
        if chosen not in names:
            raise GenerationNotFound(f"no generation {chosen!r} in {directory.root}; it has {', '.join(names)}")
        directory.serve_named(chosen)
        BatchQueue(Journal(directory.root)).publish(chosen)
        unpin(directory)
    return chosen


def roll_back(directory: IndexDirectory, name: str | None = None) -> str:
    """Serve the generation before the current one, or the one that is named, and hold what is built from then on.

    Raises UsageError or GenerationError; nothing is changed then.
    """
    with directory.acquire_lock():
        pull_all(directory)
        was_pinned = is_pinned(directory)
        # First: a kill between the two steps must not let the next write bring back what is rolled back.
        _pin(directory)
        try:
            if name is None:
                name = directory.roll_back()
            else:
                directory.serve_named(name)
        except BaseException:
            if not was_pinned:
                unpin(directory)
            raise
        BatchQueue(Journal(directory.root)).publish(name)
        if name == directory.list_generations()[-1]:
            unpin(directory)
    return name


def is_pinned(directory: IndexDirectory) -> bool:
    """Return whether the served generation was chosen by a rollback, so that only `publish` may replace it."""
    return (directory.root / PIN).exists()


def unpin(directory: IndexDirectory) -> None:
    """Let the next build be served."""
    (directory.root / PIN).unlink(missing_ok=True)


def _pin(directory: IndexDirectory) -> None:
    (directory.root / PIN).touch()
    sync_to_disk(directory.root)


def find_waiting(directory: IndexDirectory) -> str | None:
    """Return the newest generation if it is not the one that is served: it is held, or was rolled back."""
    newest = directory.list_generations()[-1]
    return None if newest == directory.find_current() else newest
