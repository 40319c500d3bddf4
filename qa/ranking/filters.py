"""Filters: ids, shell-style patterns and metadata become the passages and units that may be found."""

from dataclasses import dataclass

import numpy as np

from index.disk.arrays import expand_ranges
from index.generation.documents import Documents
from index.generation.generation import GenerationContents
from index.generation.metadata_filter import Selection
from index.types import Positions


@dataclass(frozen=True, slots=True)
class Filter:
    """The positions of the passages and units that may be found."""

    passages: Positions
    units: Positions


def build_filter(contents: GenerationContents, selection: Selection) -> Filter | None:
    """Return what a selection lets through, or None if it is of all documents."""
    documents = match_documents(contents.documents, selection)
    return (
        None
        if documents is None
        else filter_passages(contents, expand_ranges(*contents.passages.find_ranges(documents)))
    )


def match_documents(documents: Documents, selection: Selection) -> Positions | None:
    """Return the positions, rising, of the selected documents; None for all."""
    return documents.select(selection.documents, selection.filter)


def filter_passages(contents: GenerationContents, passages: Positions) -> Filter:
    """Return the filter that lets these passages through, which are in order, with all of their units."""
    return Filter(passages, expand_ranges(*np.searchsorted(contents.units[:, 0], [passages, passages + 1])))
