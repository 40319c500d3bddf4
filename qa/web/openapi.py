"""The OpenAPI 3.1 document, made from the table of routes and the very classes that check and render."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, TypeAdapter

from qa.web.errors.problems import MEDIA_TYPE, Code, Problem
from qa.web.routes import Route

Json = dict[str, Any]

REF = "#/components/schemas/{model}"
# What can befall any route before its view is reached, or in it.
ALWAYS = (Code.BAD_REQUEST, Code.URL_TOO_LONG, Code.HEADERS_TOO_LARGE, Code.INTERNAL_ERROR)
PARAMETER = re.compile(r"<(?:path:)?(\w+)>")
ABOUT = (
    "Every answer quotes the texts exactly: offsets are Unicode code points of the document's text, end exclusive. "
    "Every failure is a problem (RFC 9457); its code is a stable word. "
    "HEAD is served wherever GET is; a body sent with GET is ignored."
)
HEADERS = {
    "X-Request-ID": ("The caller's id if it was 1 to 64 of A-Z a-z 0-9 . _ -, else a new one.", "string"),
    "Server-Timing": ("Milliseconds spent.", "string"),
    "Retry-After": ("Seconds to wait before asking again.", "integer"),
}


def describe(routes: Sequence[Route]) -> Json:
    """The whole document."""
    schemas = _Schemas(routes)
    paths: dict[str, Json] = defaultdict(dict)
    for route in routes:
        paths[PARAMETER.sub(r"{\1}", route.path)][route.method.lower()] = _operation(route, schemas)
    headers = {
        name: {"description": text, "required": True, "schema": {"type": kind}}
        for name, (text, kind) in HEADERS.items()
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Netsphere", "version": "1", "description": ABOUT},
        "paths": dict(paths),
        "components": {"schemas": schemas.components, "headers": headers},
    }


_Input: TypeAlias = tuple[object, Literal["validation", "serialization"], TypeAdapter[Any]]


class _Schemas:
    """The JSON schemas of all bodies, queries and replies, their shared parts named once."""

    def __init__(self, routes: Iterable[Route]) -> None:
        accepted = {model for route in routes for model in (route.body, route.query) if model}
        inputs: list[_Input] = [(model, "validation", TypeAdapter(model)) for model in accepted]
        inputs += [(route.name, "serialization", route.reply) for route in routes if not isinstance(route.reply, str)]
        inputs.append((Problem, "serialization", TypeAdapter(Problem)))
        self._found, rest = TypeAdapter.json_schemas(inputs, ref_template=REF)
        self.components: Json = rest["$defs"]

    def accepted(self, model: type[BaseModel]) -> Json:
        return self._found[model, "validation"]

    def reply(self, route: Route) -> Json:
        return self._found[route.name, "serialization"]

    def problem(self) -> Json:
        return self._found[Problem, "serialization"]

    def parameters(self, model: type[BaseModel]) -> list[Json]:
        schema = self.accepted(model)
        schema = self.components[schema["$ref"].rsplit("/", 1)[-1]] if "$ref" in schema else schema
        required = schema.get("required", [])
        return [
            {"name": name, "in": "query", "required": name in required, "schema": part}
            for name, part in schema.get("properties", {}).items()
        ]


def _operation(route: Route, schemas: _Schemas) -> Json:
    in_path = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in PARAMETER.findall(route.path)
    ]
    operation: Json = {
        "operationId": route.name,
        "summary": (route.view.__doc__ or "").splitlines()[0],
        "parameters": in_path + schemas.parameters(route.query),
        "responses": {"200": _success(route, schemas)} | _failures(route, schemas),
    }
    if route.body:
        content = {"application/json": {"schema": schemas.accepted(route.body)}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _success(route: Route, schemas: _Schemas) -> Json:
    if isinstance(route.reply, str):
        content: Json = {route.reply: {"schema": {"type": "string"}}}
    else:
        content = {"application/json": {"schema": schemas.reply(route)}}
    return {"description": "As asked.", "headers": _headers(), "content": content}


def _failures(route: Route, schemas: _Schemas) -> Json:
    """One response a status, which names the codes that it can carry."""
    by_status: dict[int, list[Code]] = defaultdict(list)
    for code in dict.fromkeys((*ALWAYS, *route.refuses)):
        by_status[code.status].append(code)
    return {
        str(status): {
            "description": "; ".join(f"`{code.word}`: {code.title}" for code in codes),
            "headers": _headers(*(["Retry-After"] if Code.NOT_READY in codes else [])),
            "content": {MEDIA_TYPE: {"schema": schemas.problem()}},
        }
        for status, codes in sorted(by_status.items())
    }


def _headers(*more: str) -> Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in ("X-Request-ID", "Server-Timing", *more)}
