"""How a generation differs from the one before it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from index.generation.documents import Documents


@dataclass(frozen=True, slots=True)
class Questions:
    """Recorded questions that were asked of both generations, and how many have another answer in the newer one.

    ``passages``: another first passage; ``words``: other words, or none any more.
    """

    asked: int
    passages: int
    words: int


@dataclass(frozen=True, slots=True)
class ChangeSummary:
    """Documents that are new, that differ and that are gone, and units that were embedded.

    ``before`` is the generation that was served; ``questions`` is None if none are recorded or they were not asked.
    """

    before: str | None
    added: int
    changed: int
    removed: int
    embedded: int
    questions: Questions | None = None

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "ChangeSummary":
        """Return what ``dataclasses.asdict`` was given."""
        questions = fields["questions"]
        return cls(**{**fields, "questions": questions and Questions(**questions)})

    def __str__(self) -> str:
        """Return them as one line."""
        text = f"documents: {self.added} added, {self.changed} changed, {self.removed} removed; "
        text += f"units embedded: {self.embedded}"
        if self.questions:
            asked, passages, words = self.questions.asked, self.questions.passages, self.questions.words
            text += f"; of {asked} recorded questions {passages} have another first passage, {words} other words"
        return text


def count_changes(before: Documents, after: Documents) -> tuple[int, int, int]:
    """Return how many documents were added, changed and removed."""
    # The first column holds hashes of the ids, the second the positions.
    common, old, new = np.intersect1d(before.order[:, 0], after.order[:, 0], return_indices=True)
    fingerprints = before.facts["fingerprint"][before.order[old, 1]], after.facts["fingerprint"][after.order[new, 1]]
    changed = int(np.count_nonzero(np.any(fingerprints[0] != fingerprints[1], axis=1)))
    return len(after) - len(common), changed, len(before) - len(common)
