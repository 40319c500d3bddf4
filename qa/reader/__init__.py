"""The question-answering models: how well a passage answers a question, and with which words."""

from functools import cache
from pathlib import Path

from index.embedding import MODELS
from qa.reader.large import WEIGHTS, ensure_large_reader
from qa.reader.other_models import load_other_reader
from qa.reader.reader import LARGE_NAME, SHIPPED_NAME, TrainedReader, is_trained_reader
from qa.types import Reader

SHIPPED, LARGE, NONE = SHIPPED_NAME, LARGE_NAME, "none"


@cache
def load_reader(name: str, models: str | Path = MODELS) -> Reader | None:
    """Return the reader that the setting names: the shipped one, the large one, none, or a model's folder or hub id.

    The folder may be one that ``benchmarks/training/reader`` wrote. The large reader is made in the folder ``models``
    if it is not there. A reader is loaded when it first reads, and is shared by all engines. Raise ModelError.
    """
    if name == NONE:
        return None
    if name == SHIPPED:
        return TrainedReader()
    if name == LARGE:
        return TrainedReader(WEIGHTS, LARGE, ensure_large_reader(Path(models)))
    return TrainedReader(Path(name)) if is_trained_reader(Path(name)) else load_other_reader(name)
