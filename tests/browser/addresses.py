"""The servers that the tests of the states of the page visit."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Addresses:
    """A server over the seed, one over texts of other scripts, one of several collections, and one to administer."""

    seed: str
    other: str
    several: str
    admin: str
