"""What the methods of the client take by name."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Required, TypedDict


class Turn(TypedDict, total=False):
    """An earlier turn of the conversation."""

    question: Required[str]
    answer: str | None


class AskOptions(TypedDict, total=False):
    """How to answer a question; docs/api.md describes each. ``filter`` is as the API takes it."""

    history: Sequence[Turn]
    top_k: int
    mode: Literal["fast", "precise"]
    filter: Mapping[str, Any]
    explain: bool
    literal: bool
    timeout_ms: int | None
    collection: str | Sequence[str]
    plain: bool


class QuestionBody(AskOptions):
    """A question of a batch with its options."""

    question: str


class InCollection(TypedDict, total=False):
    """The name of the collection that is meant, if the server has several; without it, the default one."""

    collection: str


class FeedbackOptions(InCollection, total=False):
    """What a verdict is about, the passage or the words that were shown as the answer, and these words."""

    about: Literal["passage", "answer"]
    answer: str | None


class Conditions(InCollection, total=False):
    """When a document may be written: if it has this sha256, if it has another one; ``*`` means that there is one."""

    if_match: str
    if_none_match: str


class BulkLine(TypedDict, total=False):
    """A line of a bulk: a document to store, or the id of one to ``delete``."""

    id: Required[str]
    text: str
    title: str
    metadata: Mapping[str, Any]
    delete: Literal[True]
