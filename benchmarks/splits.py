"""Which articles the reader is trained on, which the confidence is fitted on, and which neither sees."""

from enum import StrEnum
from hashlib import sha256


class Part(StrEnum):
    """What the questions about an article are for."""

    TRAIN = "train"
    FIT = "fit"
    HELD_OUT = "held out"


def assign_part(source: str, article: str) -> Part:
    """One article in ten is held out, one more is for the confidence; the same ones every time."""
    tenth = int(sha256(f"{source}/{article}".encode()).hexdigest(), 16) % 10
    return {0: Part.HELD_OUT, 1: Part.FIT}.get(tenth, Part.TRAIN)
