"""What a check finds, and the settings that it looks at."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Level(StrEnum):
    """How much a finding matters: only a fault makes the command fail."""

    OK = "ok"
    NOTE = "note"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence on one subject; that of a fault names the cause, and after a semicolon the remedy."""

    level: Level
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Configuration:
    """The settings that are checked; ``model`` is None unless it was stated."""

    index: Path
    model: str | None
    models: Path
    reader: str
    host: str
    port: int
    feedback: Path
    keys: Path
    watch: bool
