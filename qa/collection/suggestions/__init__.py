"""Suggested questions: questions made of sentences of the collection, which it therefore answers."""

from qa.collection.suggestions.choose import Suggestion, suggest_questions

__all__ = ["Suggestion", "suggest_questions"]
