"""Questions that a collection can answer, made of its own sentences: what a visitor may ask first."""

from qa.collection.suggestions.choose import MOST, suggest
from qa.collection.suggestions.types import Suggestion

__all__ = ["MOST", "Suggestion", "suggest"]
