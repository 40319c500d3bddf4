"""The body of a chat completion as OpenAI's clients send it, and the models that it may name.

What would change a text that is generated (``temperature``, ``max_tokens``, ``stop``, ``tools`` and many more) is
ignored, because nothing is generated; so are fields that nobody knows. What a caller relies on and would not get is
refused: several choices, a tool that must be called, JSON, sound, probabilities of tokens.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Field

from qa.types import Mode
from qa.web.requests.base import StrictModel
from qa.web.requests.models import WholeNumber

# A model is a mode.
MODELS: Mapping[str, Mode] = {"netsphere": "precise", "netsphere-fast": "fast"}
ToolChoice = Literal["auto", "none"] | None


class ChatModel(StrictModel):
    """Base of the parts of a chat completion's body; unknown fields are ignored."""

    model_config = ConfigDict(extra="ignore")


class ContentPart(ChatModel):
    """A part of a message: a text, or something else, such as an image."""

    type: str
    text: str | None = None


def _wrap_text(value: object) -> object:
    """Return a bare text as the one part that it stands for."""
    return [{"type": "text", "text": value}] if isinstance(value, str) else value


class MessageBody(ChatModel):
    """A message of the conversation; those of other roles than ``user`` and ``assistant`` are not read."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Annotated[
        list[ContentPart] | None, BeforeValidator(_wrap_text, json_schema_input_type=str | list[ContentPart] | None)
    ] = None

    @property
    def text(self) -> str:
        """The texts of its parts, one a line."""
        return "\n".join(part.text for part in self.content or () if part.type == "text" and part.text).strip()


def _keep_boolean(value: object) -> object:
    """Return the value; of a number its text, because Python takes 0 for false and JSON does not."""
    return value if isinstance(value, bool) or not isinstance(value, int | float) else str(value)


class StreamOptions(ChatModel):
    """What a stream has beside the message."""

    include_usage: bool | None = None


class ResponseFormat(ChatModel):
    """The form of the message: text, which is Markdown."""

    type: Literal["text"]


class ChatBody(ChatModel):
    """A conversation whose last message is a question."""

    model: Annotated[str, Field(description=f"One of {', '.join(MODELS)}.")]
    messages: Annotated[
        list[MessageBody],
        Field(min_length=1, description="The last one is the question; the 20 questions before it are its history."),
    ]
    stream: Annotated[bool | None, Field(description="Sends the message as server-sent events.")] = None
    stream_options: StreamOptions | None = None
    n: Annotated[Literal[1] | None, WholeNumber] = None
    tool_choice: Annotated[ToolChoice, Field(description="No tool is ever called.")] = None
    function_call: ToolChoice = None
    response_format: ResponseFormat | None = None
    modalities: list[Literal["text"]] | None = None
    logprobs: Annotated[Literal[False] | None, BeforeValidator(_keep_boolean)] = None
