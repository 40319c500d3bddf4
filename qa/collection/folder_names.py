"""The index folders of several collections as they are named on the command line."""

import re
from collections.abc import Sequence
from pathlib import Path

from index.errors import UsageError

# It is part of URLs, of file names and of labels of metrics.
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
EXAMPLE = "write NAME=FOLDER, such as handbook=var/handbook"


def parse_folders(arguments: Sequence[str], index: str | None = None) -> dict[str, Path]:
    """Return the index folders by the names of their collections.

    ``index`` is what the flag --index names, if it is given. Raise UsageError for what is no NAME=FOLDER, and if there
    are both.
    """
    if arguments and index is not None:
        raise UsageError(f"invalid value {index!r} for --index: name it as a collection, too, or it alone")
    folders: dict[str, Path] = {}
    for argument in arguments:
        name, _, folder = argument.partition("=")
        if not folder.strip() or not NAME.fullmatch(name):
            rule = "a name has 1 to 64 of A-Z a-z 0-9 . _ - and begins with a letter or digit"
            raise UsageError(f"invalid collection {argument!r}: {EXAMPLE}; {rule}")
        # As file names of some systems they would be the same.
        if name.lower() in {other.lower() for other in folders}:
            raise UsageError(f"two collections are named {name!r}: give each a name of its own")
        same = next((other for other, path in folders.items() if path.resolve() == Path(folder).resolve()), None)
        if same:
            raise UsageError(f"the collections {same!r} and {name!r} have the same folder {folder}: name it once")
        folders[name] = Path(folder)
    return folders
