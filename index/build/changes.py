"""Find what changed since the served generation: which of its documents stay, and which are new or different."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from index.build.load import LoadResult
from index.build.spooled_documents import ChosenDocuments, Row, SpooledDocuments
from index.disk.splice import FRESH, OLD, Splice
from index.generation.documents import Documents
from index.generation.generation import GenerationContents
from index.text.sentences import PunctuatedNames, count_marked_names
from index.types import Document

# Documents by id that take the place of those that were loaded; None removes the one with the id.
Overrides = Mapping[str, Document | None]


@dataclass(frozen=True)
class Changes:
    """The documents of the next generation: those of ``base`` at the positions ``kept``, and ``fresh`` ones.

    Without ``base`` all are fresh. Documents are in the order of their ids, so that the same documents make the same
    generation in whatever order they came. ``marked_names`` are those of all documents, counted.
    """

    base: GenerationContents | None
    kept: tuple[int, ...]
    fresh: ChosenDocuments
    marked_names: Mapping[str, int]

    @property
    def is_empty(self) -> bool:
        """True if the next generation would have the documents of the base."""
        return self.base is not None and not self.fresh and len(self.kept) == len(self.base.documents)

    def __len__(self) -> int:
        """Return the number of documents of the next generation."""
        return len(self.kept) + len(self.fresh)

    @cached_property
    def splice(self) -> Splice:
        """How the documents of the next generation follow from those of the base and the fresh ones."""
        ids = self.base.documents.ids if self.base else ()
        rows = [(ids[position], (OLD, position)) for position in self.kept]
        rows += [(name, (FRESH, place)) for place, name in enumerate(self.fresh.ids)]
        return Splice.from_rows(row for _, row in sorted(rows))


def find_changes(
    loaded: LoadResult | None,
    overrides: Overrides,
    served: GenerationContents | None,
    base: GenerationContents | None,
) -> Changes:
    """Compare the documents of the next generation with those of ``base``, by fingerprint.

    They are the ``loaded`` ones or, if nothing was loaded, those of the ``served`` generation, after ``overrides``.
    ``base`` is the served generation if the next one can be built from it, else None.
    """
    documents = _list_rows(loaded.documents) if loaded else []
    documents = [row for row in documents if row[0] not in overrides]
    written = tuple(filter(None, overrides.values()))
    documents += [(document.id, written, place) for place, document in enumerate(written)]
    # Those that nobody has read again stay as the served generation has them.
    unread = [
        position
        for position, name in enumerate(served.documents.ids if served else ())
        if name not in overrides and (loaded is None or name in loaded.unchanged)
    ]
    if base is None:
        documents += [(served.documents.ids[row], served.documents, row) for row in unread] if served else []
        return _include_resplit_documents(None, (), documents)
    same = [(row, _find_same(row[1][row[2]], base.documents)) for row in documents]
    fresh = [row for row, position in same if position is None]
    kept = [*unread, *(position for _, position in same if position is not None)]
    return _include_resplit_documents(base, sorted(kept), fresh)


def _list_rows(documents: SpooledDocuments) -> list[Row]:
    return [(name, documents, place) for place, name in enumerate(documents.ids)]


def _find_same(document: Document, documents: Documents) -> int | None:
    """Return the position of an equal document."""
    position = documents.find_position(document.id)
    same = position is not None and documents.get_fingerprint(position) == document.fingerprint
    return position if same else None


def _include_resplit_documents(base: GenerationContents | None, kept: Sequence[int], fresh: Sequence[Row]) -> Changes:
    """Count the names that end in a mark, and make those documents fresh whose sentences depend on a change of them."""
    documents = ChosenDocuments(fresh)
    counts = count_marked_names(document.text for document in documents)
    if base is None:
        return Changes(None, (), documents, counts)
    removed = sorted(set(range(len(base.documents))) - set(kept))
    counts.update(base.marked_names)
    counts.subtract(count_marked_names(base.documents.texts[position] for position in removed))
    counts = +counts  # without zeros
    changed = PunctuatedNames.choose_from(counts).known ^ PunctuatedNames.choose_from(base.marked_names).known
    resplit = set(_find_containing(changed, base.documents, kept))
    documents = ChosenDocuments([*fresh, *((base.documents.ids[row], base.documents, row) for row in resplit)])
    stays = tuple(position for position in kept if position not in resplit)
    return Changes(base, stays, documents, Counter(counts))


def _find_containing(names: Iterable[str], documents: Documents, positions: Sequence[int]) -> list[int]:
    """Return the positions of the documents whose text contains one of the names."""
    wanted = tuple(names)
    return [p for p in positions if wanted and any(name in documents.texts[p] for name in wanted)]
