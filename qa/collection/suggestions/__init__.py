"""Suggested questions: questions made of sentences of the collection, which it therefore answers."""

from qa.collection.suggestions.choose import Suggestion, suggest_follow_ups, suggest_questions

__all__ = ["Suggestion", "suggest_follow_ups", "suggest_questions"]
