"""Builds that fail or die at each of their file operations in turn: python -m tests.index.build.faults fail|kill FOLDER

Prints a line for each of them: the operation, how the build ended, and what is wrong afterwards, if anything.
"""

import errno
import logging
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from index.build.pipeline import build_index
from index.errors import BuildError, NetsphereError
from index.generation.directory import UNFINISHED, IndexDirectory
from index.generation.integrity import find_violations
from index.settings import IndexSettings
from tests.doubles import WordEncoder

CHANGES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.truncate", "sqlite3.connect"}
WRITING = os.O_WRONLY | os.O_RDWR


@dataclass
class Saboteur:
    """Counts what changes the index folder and strikes at one of these operations."""

    index: str
    deadly: bool
    strike: int = 0
    count: int = 0
    struck: str = ""

    def audit(self, event: str, arguments: tuple[object, ...]) -> None:
        """For ``sys.addaudithook``; ``open`` counts where it writes."""
        writes = event == "open" and self.index in str(arguments[0]) and bool(int(str(arguments[2])) & WRITING)
        if self.strike and not self.struck and (writes or event in CHANGES) and "build.lock" not in str(arguments[0]):
            self.happens(f"{event} {Path(str(arguments[0])).name}")

    def fsync(self, descriptor: int) -> None:
        """In place of ``os.fsync``, which no hook hears of; on a real disk this is where it turns out to be full."""
        if self.strike and not self.struck:
            self.happens(f"fsync {Path(f'/proc/self/fd/{descriptor}').readlink().name}")

    def happens(self, operation: str) -> None:
        self.count += 1
        if self.count == self.strike:
            self.struck = operation
            if self.deadly:
                os.kill(os.getpid(), signal.SIGKILL)
            raise OSError(errno.ENOSPC, "No space left on device")


def text(number: int) -> str:
    return f"Cats number {number} sleep on mats. " * 5


def build(folder: Path, number: int) -> None:
    (folder / "texts" / "a.txt").write_text(text(number), encoding="utf-8")
    build_index(folder / "texts", IndexSettings(index=str(folder / "index"), keep=2), WordEncoder())


def attempt(folder: Path, number: int, saboteur: Saboteur) -> str:
    """How a build ends that meets a fault at its operation ``number``."""
    saboteur.strike, saboteur.count, saboteur.struck = number, 0, ""
    try:
        build(folder, number)
    except BuildError:
        return "refused"
    except OSError as error:
        return f"raised {error!r}"
    finally:
        saboteur.strike = 0
    return "built"


def attempt_in_a_child(folder: Path, number: int, saboteur: Saboteur) -> str:
    """The same in a process of its own, which dies there."""
    child = os.fork()
    if not child:
        os._exit({"built": 0, "refused": 1}.get(attempt(folder, number, saboteur), 2))
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return {0: "built", 1: "refused", -signal.SIGKILL: "killed"}.get(status, f"exit code {status}")


def wrong(folder: Path, ended: str, old: str, new: str) -> list[str]:
    """What does not hold of the index afterwards. Only what was being removed may lie about until the next build."""
    allowed = {"built": {new}, "refused": {old}, "killed": {old, new}}.get(ended, set())
    try:
        generation = IndexDirectory(folder / "index").open_current()
    except NetsphereError as error:
        return [str(error)]
    served = generation.contents.documents[0].text
    faults = [] if served in allowed else [f"serves {served[:14]!r} after it was {ended}"]
    leftovers = [path.name for path in (folder / "index").glob(f"{UNFINISHED}*")] if ended == "refused" else []
    return [*faults, *find_violations(generation), *leftovers]


def main(how: str, folder: Path) -> None:
    logging.disable()
    (folder / "texts").mkdir()
    for number in (100_000, 100_001):  # so that there is something to prune
        build(folder, number)
    saboteur = Saboteur(str(folder / "index"), how == "kill")
    sys.addaudithook(saboteur.audit)
    os.fsync = saboteur.fsync
    ended, number, served = "", 0, text(100_001)
    while ended != "built" or saboteur.struck:
        number += 1
        ended = (attempt_in_a_child if how == "kill" else attempt)(folder, number, saboteur)
        faults = wrong(folder, ended, served, text(number))
        sys.stdout.write(f"{saboteur.struck or number}\t{ended}\t{'; '.join(faults)}\n")
        served = IndexDirectory(folder / "index").open_current().contents.documents[0].text
    assert (
        sorted(p.name for p in (folder / "index").iterdir())[:2] == IndexDirectory(folder / "index").list_generations()
    ), "leftovers"


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
