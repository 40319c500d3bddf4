"""The question-answering models: how well a passage answers a question, and with which words."""

from functools import cache
from pathlib import Path

from qa.reader.other_models import load_other_reader
from qa.reader.reader import SHIPPED_NAME, TrainedReader, is_trained_reader
from qa.types import Reader

SHIPPED, NONE = SHIPPED_NAME, "none"


@cache
def load_reader(name: str) -> Reader | None:
    """Return the reader that the setting names: the shipped one, none, or a model's folder or hub id.

    The folder may be one that ``benchmarks/training/reader`` wrote. A reader is loaded when it first reads, and is
    shared by all engines. Raise ModelError.
    """
    if name == NONE:
        return None
    if name == SHIPPED:
        return TrainedReader()
    return TrainedReader(Path(name)) if is_trained_reader(Path(name)) else load_other_reader(name)
