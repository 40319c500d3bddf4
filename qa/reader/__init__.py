"""The question-answering models: how well a passage answers a question, and with which words."""

from functools import cache

from qa.reader.other_models import load_other_reader
from qa.reader.reader import TrainedReader
from qa.types import Reader

SHIPPED, NONE = "shipped", "none"


@cache
def load_reader(name: str) -> Reader | None:
    """Return the reader that the setting names: the shipped one, none, or a model's folder or hub id.

    It is loaded when it first reads, and shared by all engines. Raise ModelError.
    """
    if name == NONE:
        return None
    return TrainedReader() if name == SHIPPED else load_other_reader(name)
