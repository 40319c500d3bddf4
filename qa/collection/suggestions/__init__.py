"""Suggested questions: questions made of sentences of the collection, which it therefore answers."""

from qa.collection.suggestions.choose import MAX_SUGGESTIONS, suggest_questions
from qa.collection.suggestions.types import Suggestion

__all__ = ["MAX_SUGGESTIONS", "Suggestion", "suggest_questions"]
