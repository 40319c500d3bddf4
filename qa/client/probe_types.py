"""What a server says of itself to probes."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Alive:
    """Liveness: the process answers."""

    status: str


@dataclass(frozen=True, slots=True)
class Ready:
    """Readiness: each leg finds a sentence that is known to be indexed, in each of several ``collections``."""

    status: str
    legs: Mapping[str, bool]
    collections: Mapping[str, Mapping[str, bool]] = field(default_factory=dict)
