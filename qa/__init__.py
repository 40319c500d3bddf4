"""The online half: a question becomes an answer.

>>> from qa import Engine
>>> Engine.open("var/index").ask("Who directed the film?").text  # doctest: +SKIP
"""

from qa.engine import Engine
from qa.reader.texts import TextReading, read, read_many
from qa.types import Answer, Request, Turn

__all__ = ["Answer", "Engine", "Request", "TextReading", "Turn", "read", "read_many"]
