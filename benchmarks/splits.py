"""Which articles the reader is trained on, which the confidence is fitted on, and which neither sees."""

from enum import StrEnum
from hashlib import sha256


class Part(StrEnum):
    """The use of the questions about an article."""

    TRAIN = "train"
    FIT = "fit"
    HELD_OUT = "held out"


def assign_part(source: str, article: str) -> Part:
    """Return the part of an article: one in ten is held out, one in ten is for the confidence."""
    tenth = int(sha256(f"{source}/{article}".encode()).hexdigest(), 16) % 10
    return {0: Part.HELD_OUT, 1: Part.FIT}.get(tenth, Part.TRAIN)
