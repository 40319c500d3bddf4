"""Questions that a collection can answer, made of its own sentences: what a visitor may ask first."""

from qa.suggest.choose import MOST, suggest
from qa.suggest.types import Suggestion

__all__ = ["MOST", "Suggestion", "suggest"]
