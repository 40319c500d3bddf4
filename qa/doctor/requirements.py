"""What Netsphere requires: read from ``requirements.txt`` in a checkout, from the metadata of an installation.

``setup.py`` runs this file by itself, so it imports nothing of Netsphere.
"""

import re
from importlib.metadata import requires
from pathlib import Path

# Everything below such a line of requirements.txt belongs to an extra, until the next.
SECTION = re.compile(r"# \[(\w*)\]")
EXTRA = re.compile(r"""extra == ["'](\w+)["']""")


def read_requirements(path: Path) -> dict[str, list[str]]:
    """Return the requirements of each section of a file; those before the first section have an empty name."""
    sections: dict[str, list[str]] = {"": []}
    name = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if section := SECTION.match(line):
            name = section[1]
        elif requirement := line.partition("#")[0].strip():
            sections.setdefault(name, []).append(requirement)
    return sections


def read_installed(distribution: str) -> dict[str, list[str]]:
    """Return the requirements of each extra of an installed distribution, those of everybody under an empty name.

    Raise PackageNotFoundError.
    """
    extras: dict[str, list[str]] = {"": []}
    for line in requires(distribution) or ():
        requirement, _, marker = line.partition(";")
        extra = EXTRA.search(marker)
        extras.setdefault(extra[1] if extra else "", []).append(requirement.strip())
    return extras
