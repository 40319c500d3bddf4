"""Filters by document: ids and shell-style patterns become the passages and units that may be found."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.disk.arrays import expand_ranges
from index.generation.documents import Documents
from index.generation.generation import GenerationContents
from index.types import Positions


@dataclass(frozen=True, slots=True)
class Filter:
    """The positions of the passages and units that may be found."""

    passages: Positions
    units: Positions


def build_filter(contents: GenerationContents, patterns: Sequence[str]) -> Filter | None:
    """Return what may be found under any of the patterns, or None if there are none, which allows everything."""
    documents = match_documents(contents.documents, patterns)
    return (
        None
        if documents is None
        else filter_passages(contents, expand_ranges(*contents.passages.find_ranges(documents)))
    )


def match_documents(documents: Documents, patterns: Sequence[str]) -> Positions | None:
    """Return the positions, rising, of the documents under any of the patterns; None if there are no patterns."""
    if not patterns:
        return None
    return np.unique(np.concatenate([documents.find_matching(pattern) for pattern in patterns]))


def filter_passages(contents: GenerationContents, passages: Positions) -> Filter:
    """Return the filter that lets these passages through, which are in order, with all of their units."""
    return Filter(passages, expand_ranges(*np.searchsorted(contents.units[:, 0], [passages, passages + 1])))
