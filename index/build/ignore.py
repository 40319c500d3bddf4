"""What a build passes over by its name: hidden files, and what ignore files name.

An ignore file has the syntax of .gitignore and may be in any folder. The only module that imports pathspec.
"""

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import UsageError

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

IGNORE_FILE = ".netsphereignore"
LINE_END = re.compile(r"\r?\n")
INSIDE = re.compile(r"/\*\* *$")


class IgnoreRules:
    """The ignore files of a folder: those of an inner folder decide before those of an outer one, as in git."""

    def __init__(self, root: Path) -> None:
        """Read each ignore file when something in its folder is asked for."""
        self.root = root
        self._specs: dict[Path, GitIgnoreSpec | None] = {}

    def ignores(self, path: Path, is_folder: bool) -> bool:
        """Return whether a path below the root is ignored, provided that the folders around it are not.

        Raise UsageError if an ignore file cannot be understood: what it protects must not be indexed by mistake.
        """
        for folder in path.parents[: len(path.relative_to(self.root).parts)]:
            spec = self._find_spec(folder)
            relative = path.relative_to(folder).as_posix() + ("/" if is_folder else "")
            decision = _decide(spec, relative) if spec else None
            if decision is not None:
                return decision
        return False

    def skips(self, path: Path) -> bool:
        """Return whether a build passes over a path below the root, by its name or by that of a folder around it.

        A path that is gone may have been a folder.
        """
        inner = [path, *path.parents][: len(path.relative_to(self.root).parts)]
        return any(
            is_hidden(one) or self.ignores(one, is_folder=one != path or not one.is_file()) for one in reversed(inner)
        )

    def _find_spec(self, folder: Path) -> "GitIgnoreSpec | None":
        if folder not in self._specs:
            self._specs[folder] = _read_spec(folder / IGNORE_FILE)
        return self._specs[folder]


def is_hidden(path: Path) -> bool:
    """Return whether a name begins with a dot."""
    return path.name.startswith(".")


def _decide(spec: "GitIgnoreSpec", path: str) -> bool | None:
    """Return whether the last pattern that matches a path ignores it, None if no pattern matches.

    pathspec matches what is in a folder by the patterns of the folder, too. For git they end with the folder.
    """
    for pattern in reversed(spec.patterns):
        found = pattern.regex.finditer(path) if pattern.regex else ()
        # The one group of its expressions is the slash after a folder.
        if any(match.lastindex is None or match.end() == len(path) for match in found):
            return bool(pattern.include)
    return None


def _read_spec(path: Path) -> "GitIgnoreSpec | None":
    """Return the patterns of an ignore file, None if there is no such file; raise UsageError."""
    if not os.path.lexists(path):
        return None
    # Opening a pipe would wait forever for a writer.
    if not path.is_file():
        raise UsageError(f"{path} is no file; remove it")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UsageError(f"cannot read {path}: {reason}; repair or remove it") from error
    from pathspec import GitIgnoreSpec

    # "notes/**" is all that is in the folder, but pathspec takes it for the folder, so that nothing could be excepted.
    lines = [INSIDE.sub("/**/*", line) for line in LINE_END.split(text)]
    for number, line in enumerate(lines, 1):
        try:
            GitIgnoreSpec.from_lines([line])
        except (ValueError, re.error) as error:
            raise UsageError(
                f"invalid pattern {line!r} in line {number} of {path}: must be one of the syntax of .gitignore"
            ) from error
    return GitIgnoreSpec.from_lines(lines)
