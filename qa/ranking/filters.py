"""Filters by document: ids and shell-style patterns become the passages and units that may be found."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.disk.arrays import expand_ranges
from index.generation.generation import GenerationContents
from index.types import Positions


@dataclass(frozen=True, slots=True)
class Filter:
    """The positions of the passages and units that may be found."""

    passages: Positions
    units: Positions


def build_filter(contents: GenerationContents, patterns: Sequence[str]) -> Filter | None:
    """Return what may be found under any of the patterns, or None if there are none, which allows everything."""
    if not patterns:
        return None
    documents = np.unique(np.concatenate([contents.documents.find_matching(pattern) for pattern in patterns]))
    passages = expand_ranges(*contents.passages.find_ranges(documents))
    return Filter(passages, expand_ranges(*np.searchsorted(contents.units[:, 0], [passages, passages + 1])))
