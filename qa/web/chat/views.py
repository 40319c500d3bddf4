"""The routes that OpenAI's clients call. The first line of a docstring is the summary in OpenAPI."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from time import time
from typing import Any

from flask import Response, g, jsonify

from qa.answer.serialize import answer_json
from qa.types import Request
from qa.web.chat.conversation import build_question, find_mode
from qa.web.chat.message import SEPARATOR, Citation, compose_message
from qa.web.chat.models import MODELS, ChatBody
from qa.web.chat.responses import Annotation, Choice, Message, Model, ModelList, UrlCitation, Usage
from qa.web.pages.turn_view import link_to_quotation
from qa.web.requests.caller import current_caller
from qa.web.requests.models import NoQuery
from qa.web.requests.parsing import read_body, read_query
from qa.web.responses import json_response
from qa.web.service import Service

EVENT_STREAM = "text/event-stream"
OWNER = "netsphere"
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _CompletionEnvelope:
    """What is the same in a completion and in every event of its stream."""

    id: str
    created: int
    model: str
    generation: str

    def wrap(self, kind: str, **content: object) -> Json:
        """Return an object of a kind, its keys in the order of ``ChatCompletion``."""
        opening = {"id": self.id, "object": kind, "created": self.created, "model": self.model}
        return {**opening, **content, "system_fingerprint": self.generation}


def complete(service: Service) -> Response:
    """Answer the last message of a conversation as OpenAI's chat completions do, at once or as a stream."""
    read_query(NoQuery)
    body = read_body(ChatBody)
    question = build_question(body)
    answer = service.ask(question, "messages", current_caller())
    composed = compose_message(answer, partial(link_to_quotation, collection=answer.collection))
    message = Message("assistant", composed.content, None, tuple(map(_annotate, composed.citations)))
    usage = _count_usage(service, question, composed.content)
    envelope = _CompletionEnvelope(f"chatcmpl-{g.request_id}", int(time()), body.model, answer.retrieval.generation)
    if not body.stream:
        choice = Choice(0, message, None, "stop")
        ending = {"netsphere": answer_json(answer)}
        return jsonify(envelope.wrap("chat.completion", choices=[asdict(choice)], usage=asdict(usage)) | ending)
    with_usage = bool(body.stream_options and body.stream_options.include_usage)
    events = _stream_message(message, answer_json(answer), usage if with_usage else None)
    # In ASCII: clients that split lines as Python does would end one at U+0085 or U+2028, which documents have.
    lines = [json.dumps(envelope.wrap("chat.completion.chunk", **event)) for event in events]
    # The answer is known as a whole, and so are all events.
    stream = "".join(f"data: {line}\n\n" for line in (*lines, "[DONE]"))
    return Response(stream, content_type=f"{EVENT_STREAM}; charset=utf-8", headers={"Cache-Control": "no-cache"})


def models(service: Service) -> Response:
    """List the models that a chat completion may name, one for each mode."""
    read_query(NoQuery)
    return json_response(ModelList("list", tuple(_describe_model(service, name) for name in MODELS)))


def model(service: Service, id: str) -> Response:
    """Describe one model that a chat completion may name."""
    read_query(NoQuery)
    find_mode(id)
    return json_response(_describe_model(service, id))


def _annotate(citation: Citation) -> Annotation:
    return Annotation("url_citation", UrlCitation(citation.start, citation.end, citation.url, citation.title))


def _count_usage(service: Service, question: Request, content: str) -> Usage:
    """Count the tokens of what was read and written; nothing is generated, and nothing costs anything by the token."""
    said = [text for turn in question.history for text in (turn.question, turn.answer or "")]
    *read, written = service.engine.count_tokens([question.question, *said, content])
    return Usage(sum(read), written, sum(read) + written)


def _stream_message(message: Message, answer: Json, usage: Usage | None) -> Iterator[Json]:
    """Yield what differs between the events of a stream: the content by paragraphs, then what it cites."""
    unused = {"usage": None} if usage else {}
    first, *others = message.content.split(SEPARATOR)
    deltas: list[Json] = [{"role": message.role, "content": "", "refusal": None}, {"content": first}]
    deltas += [{"content": SEPARATOR + other} for other in others]
    if message.annotations:
        deltas.append({"annotations": [asdict(annotation) for annotation in message.annotations]})
    for delta in deltas:
        yield {"choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": None}], **unused}
    last = {"index": 0, "delta": {}, "logprobs": None, "finish_reason": "stop"}
    yield {"choices": [last], "netsphere": answer, **unused}
    if usage:
        yield {"choices": [], "usage": asdict(usage)}


def _describe_model(service: Service, name: str) -> Model:
    built_at = datetime.fromisoformat(service.engine.catalog.describe_index().built_at)
    return Model(name, "model", int(built_at.timestamp()), OWNER)
