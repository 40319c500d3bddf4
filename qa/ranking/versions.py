"""Versions: of two documents with nearly the same text, which one is newer, if their metadata say so."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

import numpy as np

from index.generation.metadata import fold_value, number_date
from index.generation.passages import Passages
from index.types import Positions

# "2023", "1.2" and "2023-02-01" as one number each.
NUMBER = re.compile(r"\d+(?:[.-]\d+)*")
# Documents whose facts are remembered: one question meets the same ones several times.
RECENT_DOCUMENTS = 256


@dataclass(frozen=True, slots=True)
class Version:
    """What says of which document this is a version: equal ``subject``; ``date`` is ISO 8601.

    ``subject`` is the first of its copies and the title without numbers, ``numbers`` those of the title and the date,
    by which a question may name this version. ``digest`` is that of its passages, without case and white space.
    """

    subject: tuple[int, str]
    date: str
    numbers: frozenset[str]
    digest: bytes

    def supersedes(self, other: "Version") -> bool:
        """Return whether this is a newer version with other words; "2024-05" is not newer than "2024"."""
        return (
            self.subject == other.subject
            and self.digest != other.digest
            and number_date(self.date) > number_date(other.date, latest=True)
        )


class Versions:
    """Knows the versions of one generation. Without copies of documents, or without dates, there are none."""

    def __init__(self, passages: Passages) -> None:
        """Read nothing yet."""
        self._passages, self._documents = passages, passages.documents
        self._get_version = lru_cache(maxsize=RECENT_DOCUMENTS)(self._read_version)

    def _read_version(self, document: int) -> Version | None:
        """Return what is known of a document, or None if it has no copies or no date."""
        copies = self._passages.near_copies
        date = self._documents.get_date(document) if copies.has_copies(document) else None
        if date is None:
            return None
        title = self._documents.titles[document]
        group = int(copies.find_groups(np.array([document]))[0])
        named = {date[:4], date[:7], date, *NUMBER.findall(title)}
        return Version(
            (group, fold_value(NUMBER.sub(" ", title))), date, frozenset(named), self._digest_texts(document)
        )

    def _digest_texts(self, document: int) -> bytes:
        """Return a digest that is equal for documents with the same passages, apart from case and white space."""
        first, last = map(int, self._passages.find_ranges(document))
        return blake2b(self._passages.find_first_same(range(first, last)).tobytes(), digest_size=16).digest()

    def find_newer(self, passage: int, copies: Positions) -> int | None:
        """Return the one of the newest version, of copies of a passage, if that is newer than its own."""
        own = self._get_version(self._passages.find_document(passage))
        if own is None:
            return None
        documents = self._passages.find_documents(copies)
        dates = np.asarray(self._documents.fields.dates)[documents]
        # A footer may be in thousands of documents: the metadata are read of those in the same group only.
        groups = self._passages.near_copies.find_groups(documents)
        later = np.flatnonzero((dates > number_date(own.date)) & (groups == own.subject[0]))
        # The newest first; its title may say that it is no version of this document.
        for place in later[np.argsort(-dates[later], kind="stable")].tolist():
            version = self._get_version(int(documents[place]))
            if version and version.supersedes(own):
                return int(copies[place])
        return None

    def find_named(self, question: str, passage: int, copies: Positions) -> int | None:
        """Return the one of the version that the question names by most numbers, of copies of a passage."""
        asked = set(NUMBER.findall(question))
        own = self._get_version(self._passages.find_document(passage)) if asked else None
        if own is None:
            return None
        documents = self._passages.find_documents(copies)
        groups = self._passages.near_copies.find_groups(documents)
        best, most = None, 0
        for place in np.flatnonzero(groups == own.subject[0])[:RECENT_DOCUMENTS].tolist():
            version = self._get_version(int(documents[place]))
            named = len(asked & version.numbers) if version and version.subject == own.subject else 0
            if named > most:
                best, most = int(copies[place]), named
        return best

    def drop_superseded(self, question: str, passages: Sequence[int]) -> list[int]:
        """Return those of copies of a passage of which no newer version is among them.

        A version whose title or date has a number that the question names, as "2023", is preferred to newer ones.
        """
        if len(passages) < 2 or not len(self._passages.near_copies.documents):
            return list(passages)
        versions = [self._get_version(self._passages.find_document(passage)) for passage in passages]
        asked = set(NUMBER.findall(question))
        return [
            passage
            for passage, own in zip(passages, versions, strict=True)
            if own is None or not any(one and _is_preferred(one, own, asked) for one in versions)
        ]


def _is_preferred(one: Version, other: Version, asked: set[str]) -> bool:
    """Return whether a version is shown in the place of another one: the one that is named, or else the newer one."""
    named, other_named = len(asked & one.numbers), len(asked & other.numbers)
    if named != other_named:
        return named > other_named and (one.supersedes(other) or other.supersedes(one))
    return one.supersedes(other)
