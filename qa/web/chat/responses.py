"""Chat completions and models in the shapes of OpenAI, which are the schemas of the OpenAPI document, too."""

from dataclasses import dataclass
from typing import Literal

from qa.types import Answer


@dataclass(frozen=True, slots=True)
class UrlCitation:
    """What is quoted at ``[start_index, end_index)`` of the content, in code points, and where it can be read."""

    start_index: int
    end_index: int
    url: str
    title: str


@dataclass(frozen=True, slots=True)
class Annotation:
    """An annotation of the content."""

    type: Literal["url_citation"]
    url_citation: UrlCitation


@dataclass(frozen=True, slots=True)
class Message:
    """The answer as a message; its content is Markdown."""

    role: Literal["assistant"]
    content: str
    refusal: None
    annotations: tuple[Annotation, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """The only choice."""

    index: int
    message: Message
    logprobs: None
    finish_reason: Literal["stop"]


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of the question with its history, and of the content, as the index's encoder counts them."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


@dataclass(frozen=True, slots=True)
class ChatCompletion:
    """An answer as a chat completion; ``netsphere`` is the same answer as ``POST /v1/ask`` returns it."""

    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: tuple[Choice, ...]
    usage: Usage
    system_fingerprint: str
    netsphere: Answer


@dataclass(frozen=True, slots=True)
class Model:
    """A mode under the name of a model; ``created`` is when the index was built."""

    id: str
    object: Literal["model"]
    created: int
    owned_by: str


@dataclass(frozen=True, slots=True)
class ModelList:
    """The models that a chat completion may name."""

    object: Literal["list"]
    data: tuple[Model, ...]
