"""Readers say how well a passage answers a question, and with which words. One of them is shipped."""

from functools import cache

from qa.reader.other_models import foreign
from qa.reader.reader import TrainedReader
from qa.types import Reader

SHIPPED, NONE = "shipped", "none"


@cache
def load_reader(name: str) -> Reader | None:
    """The reader that the setting names: the shipped one, none, or a model's folder or hub id.

    It is loaded when it first reads and shared by all who ask for it. Raises ModelError.
    """
    if name == NONE:
        return None
    return TrainedReader() if name == SHIPPED else foreign(name)
