"""The choice of a collection on the page, if there are several."""

from collections.abc import Sequence
from dataclasses import dataclass

from qa.web.collections import CollectionSummary
from qa.web.engine.collection_asker import ALL
from qa.web.service import Service


@dataclass(frozen=True, slots=True)
class CollectionChooser:
    """The collections to choose from, none if there is one; ``only`` is the name of the one that is chosen, if any."""

    choices: Sequence[CollectionSummary]
    only: str | None

    @property
    def chosen(self) -> CollectionSummary | None:
        """The collection that is chosen."""
        return next((one for one in self.choices if one.name == self.only), None)


def build_chooser(service: Service, names: Sequence[str]) -> CollectionChooser:
    """Return the choice; ``names`` are those of the request. Raises ProblemError if one is unknown."""
    known = [service.choose(name).name for name in names if name != ALL]
    only = known[0] if len(set(known)) == 1 and ALL not in names else None
    choices = service.collections.list_summaries() if len(service.collections) > 1 else ()
    return CollectionChooser(choices, only if choices else None)


def is_searched(name: str, names: Sequence[str]) -> bool:
    """Return whether a request that names ``names`` searches a collection."""
    return not names or ALL in names or name in names
