"""An engine around another: what all of them have in common."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

from qa.collection.protocols import Asks, Lists
from qa.types import Answer, Request


class Around(ABC):
    """Shows the documents and the readiness of the engine inside, and asks it in its own way."""

    def __init__(self, engine: Asks) -> None:
        """The engine inside."""
        self._engine = engine

    @property
    def catalog(self) -> Lists:
        """What is indexed."""
        return self._engine.catalog

    def probe(self) -> Mapping[str, bool]:
        """Asked anew each time."""
        return self._engine.probe()

    def ask(self, question: Request) -> Answer:
        """The answer to one question."""
        return self.ask_many([question])[0]

    @abstractmethod
    def ask_many(self, questions: Sequence[Request]) -> list[Answer]:
        """The answers, in order."""
