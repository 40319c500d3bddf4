"""Ways to harm a file of an index, and to undo it."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

# What is cut off a file, or replaced in it, so that a large one can be restored quickly.
MAX_BYTES = 50_000_000


@dataclass(frozen=True)
class Harm:
    """A change of one file; ``apply`` makes it, and ``undo`` restores the bytes."""

    kind: str
    path: Path
    apply: Callable[[], None]
    undo: Callable[[], None]


def choose_harm(folder: Path, chance: Random) -> Harm:
    """Return a random harm to a random file below a folder."""
    path = chance.choice(sorted(path for path in folder.rglob("*") if path.is_file()))
    return chance.choice([_flip, _truncate, _delete, _replace])(path, chance)


@contextmanager
def harmed(harm: Harm) -> Iterator[None]:
    """Apply a harm and undo it at the end."""
    harm.apply()
    try:
        yield
    finally:
        harm.undo()


def _flip(path: Path, chance: Random) -> Harm:
    """Change a bit, or a run of bytes, in place."""
    size = path.stat().st_size
    place = chance.randrange(size)
    length = min(chance.choice([1, 1, 4096, 1_000_000]), size - place)
    original = _read(path, place, length)
    changed = bytes([original[0] ^ 1 << chance.randrange(8)]) + (chance.randbytes(length - 1) if length > 1 else b"")
    return Harm("flip", path, lambda: _write(path, place, changed), lambda: _write(path, place, original))


def _truncate(path: Path, chance: Random) -> Harm:
    """Cut off the end, in place, as when a disk is full or a copy was interrupted."""
    size = path.stat().st_size
    place = max(chance.randrange(size), size - MAX_BYTES)
    tail = _read(path, place, size - place)
    return Harm("truncate", path, lambda: os.truncate(path, place), lambda: _write(path, place, tail))


def _delete(path: Path, _: Random) -> Harm:
    kept = path.with_name(f"{path.name}.kept")
    return Harm("delete", path, lambda: _rename(path, kept), lambda: _rename(kept, path))


def _replace(path: Path, chance: Random) -> Harm:
    """Put another file in its place, of the same size or not."""
    kept, size = path.with_name(f"{path.name}.kept"), min(path.stat().st_size, MAX_BYTES)
    data = chance.randbytes(chance.choice([size, size, size // 2, 0, 100]))

    def apply() -> None:
        _rename(path, kept)
        path.write_bytes(data)

    return Harm("replace", path, apply, lambda: _rename(kept, path))


def _rename(path: Path, to: Path) -> None:
    path.replace(to)


def _read(path: Path, place: int, size: int) -> bytes:
    with path.open("rb") as file:
        file.seek(place)
        return file.read(size)


def _write(path: Path, place: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(place)
        file.write(data)
