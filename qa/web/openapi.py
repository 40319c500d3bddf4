"""The OpenAPI 3.1 document, built from the table of routes and from the classes that validate and render."""

import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypeAlias

from pydantic import TypeAdapter

from qa.web.access.authorization import COOKIE
from qa.web.access.keys import Scope
from qa.web.caching import REVALIDATED
from qa.web.chat.views import EVENT_STREAM
from qa.web.errors.formats import find_format
from qa.web.errors.pages import API, HTML
from qa.web.errors.problems import Code
from qa.web.responses import get_adapter
from qa.web.routes import Route

Json = dict[str, Any]
_Input: TypeAlias = tuple[object, Literal["validation", "serialization"], TypeAdapter[Any]]

# An example of each operation, by its operationId. Written by tests/qa/web/test_api_document.py --write.
EXAMPLES = Path(__file__).parent / "openapi_examples.json"
REF = "#/components/schemas/{model}"
# Problems that any route can return, before its view is reached or in it.
COMMON_PROBLEMS = (
    Code.BAD_REQUEST,
    Code.CROSS_SITE,
    Code.UNKNOWN_HOST,
    Code.URL_TOO_LONG,
    Code.HEADERS_TOO_LARGE,
    Code.INTERNAL_ERROR,
    Code.RATE_LIMITED,
    Code.OVERLOADED,
    Code.INDEX_DAMAGED,
)
# Problems of the routes that a key may be needed for.
ACCESS_PROBLEMS = (Code.UNAUTHORIZED, Code.FORBIDDEN, Code.NOT_READY)
PATH_PARAMETER = re.compile(r"<(?:path:)?(\w+)>")
DESCRIPTION = (
    "Every answer quotes the documents exactly: offsets are Unicode code points of the document's text, end exclusive. "
    "`confidence` is the probability that the first passage answers, `answer.confidence` that what is quoted does: the "
    "exact words, each of a list in `answer.spans`, or their sentence; `answer.kind` says which. With the kind "
    "`passage` neither is likely enough, and the quotation should not be shown by itself. "
    "`retrieval.degraded` names what an answer had to do without: `dense`, `lexical` or `reader` failed; "
    "`reader:language` means that the question, or a passage in the answer, is in a language that the reader does not "
    "read, so that sentences are quoted instead of the exact words. "
    "A server may have several collections: a question names those to search, and each is as sure as by itself; the "
    "answer is that of the surest, and every passage names its `collection`. These fields are absent if there is one. "
    "Every failure is a problem (RFC 9457), or on the routes of OpenAI's clients an error of its form; its code is a "
    "stable word. "
    "HEAD is served wherever GET is; a body sent with GET is ignored."
)
SECURITY_SCHEMES = {
    "key": {
        "type": "http",
        "scheme": "bearer",
        "description": "A key of `python -m qa keys add`. The scopes that it must have are named beside it; `admin` "
        "has all. Asking needs a key if the server was told so, or once a key with the scope `ask` was added. A key "
        "that was added with `--collection` sees only those collections.",
    },
    "cookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": COOKIE,
        "description": "The same key in the cookie that `POST /sign-in` sets, for the pages.",
    },
}
HEADERS = {
    "X-Request-ID": ("The caller's id if it was 1 to 64 of A-Z a-z 0-9 . _ -, else a new one.", "string"),
    "Server-Timing": ("Milliseconds spent.", "string"),
    "Retry-After": ("Seconds to wait before the next request.", "integer"),
    "ETag": ("A tag of this text; `If-None-Match` with it gets 304 as long as the text is the same.", "string"),
}
TEXT: Json = {"type": "string"}
# Of a stream, OpenAPI 3.1 describes each event.
EVENT: Json = {
    "type": "object",
    "properties": {
        "data": {"type": "string", "description": "A part of the completion, as JSON; `[DONE]` in the last."}
    },
    "required": ["data"],
}
OTHER_SCHEMAS = {EVENT_STREAM: EVENT}
# Headers that make a write depend on what is there (RFC 9110, 13.1).
CONDITIONS = {
    "If-Match": 'The document must have one of these sha256, as `"…", "…"`; `*`: there must be one.',
    "If-None-Match": "The document must have none of these sha256; `*`: there must be none yet.",
}


def build_openapi(routes: Sequence[Route]) -> Json:
    """Return the document that describes ``routes``."""
    schemas, components = _build_schemas(routes)
    examples: Json = json.loads(EXAMPLES.read_bytes())
    paths: dict[str, Json] = defaultdict(dict)
    for route in routes:
        operation = _describe_operation(route, schemas)
        operation["parameters"] += _list_parameters(schemas[route.query], components)
        paths[PATH_PARAMETER.sub(r"{\1}", route.path)][route.method.lower()] = operation
        if example := examples.get(route.name):
            _add_example(operation, example)
    headers = {
        name: {"description": text, "required": True, "schema": {"type": kind}}
        for name, (text, kind) in HEADERS.items()
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Netsphere", "version": "1", "description": DESCRIPTION},
        "paths": dict(paths),
        "components": {"schemas": components, "headers": headers, "securitySchemes": SECURITY_SCHEMES},
    }


def _build_schemas(routes: Sequence[Route]) -> tuple[Mapping[object, Json], Json]:
    """Return the schemas of all request bodies, queries, problems and, by the name of the route, responses.

    The second value is their shared parts, named once.
    """
    models = {model for route in routes for model in (route.body, route.query) if model}
    inputs: list[_Input] = [(model, "validation", TypeAdapter(model)) for model in models]
    inputs += [(r.name, "serialization", get_adapter(r.response)) for r in routes if not isinstance(r.response, tuple)]
    failures = {find_format(route.path).model for route in routes}
    inputs += [(model, "serialization", TypeAdapter(model)) for model in failures]
    schemas, definitions = TypeAdapter.json_schemas(inputs, ref_template=REF)
    return {key: schema for (key, _), schema in schemas.items()}, definitions["$defs"]


def _list_parameters(schema: Json, components: Json) -> list[Json]:
    schema = components[schema["$ref"].rsplit("/", 1)[-1]] if "$ref" in schema else schema
    required = schema.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": part}
        for name, part in schema.get("properties", {}).items()
    ]


def _describe_operation(route: Route, schemas: Mapping[object, Json]) -> Json:
    in_path = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in PATH_PARAMETER.findall(route.path)
    ]
    conditions = CONDITIONS if Code.PRECONDITION_FAILED in route.problems else {}
    in_header = [
        {"name": name, "in": "header", "required": False, "schema": {"type": "string", "description": text}}
        for name, text in conditions.items()
    ]
    is_stored = route.name in REVALIDATED
    if is_stored:
        text = {"type": "string", "description": "The `ETag` of a response that is kept."}
        in_header.append({"name": "If-None-Match", "in": "header", "required": False, "schema": text})
    operation: Json = {
        "operationId": route.name,
        "summary": (route.view.__doc__ or "").splitlines()[0],
        "parameters": [*in_path, *in_header],
        "responses": {str(route.status): _describe_success(route, schemas)} | _describe_problems(route, schemas),
    }
    if is_stored:
        headers = _refer_to_headers("ETag")
        operation["responses"]["304"] = {"description": "What the client keeps is still the same.", "headers": headers}
        operation["responses"][str(route.status)]["headers"] = headers
    if route.scope:
        # The empty alternative says that it may work without a key.
        anybody: list[Json] = [{}] if route.scope is Scope.ASK else []
        operation["security"] = [*anybody, {"key": [route.scope.value]}, {"cookie": [route.scope.value]}]
    if route.is_page and route.scope:
        form = {"description": "To the form for signing in."}
        operation["responses"]["303"] = _describe_success(route, schemas) | form
    content = {media_type: {"schema": {"type": "string", "minLength": 1}} for media_type in route.other_bodies}
    if route.body:
        content = {"application/json": {"schema": schemas[route.body]}} | content
    if content:
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _add_example(operation: Json, example: Json) -> None:
    """Add one request with its response: values of the parameters, the body of a media type, the JSON returned."""
    for parameter in operation["parameters"]:
        if parameter["name"] in example["parameters"]:
            parameter["example"] = example["parameters"][parameter["name"]]
    contents = operation.get("requestBody", {}).get("content", {})
    for media_type in contents.keys() & example["body"].keys():
        contents[media_type]["example"] = example["body"][media_type]
        # Which body the page /docs shows first.
        operation["x-tried"] = media_type
    if example["response"] is not None:
        success = next(response for status, response in operation["responses"].items() if status < "300")
        success["content"]["application/json"]["example"] = example["response"]


def _describe_success(route: Route, schemas: Mapping[object, Json]) -> Json:
    if isinstance(route.response, tuple):
        content: Json = {media_type: {"schema": TEXT} for media_type in route.response}
    else:
        content = {"application/json": {"schema": schemas[route.name]}}
        content |= {media_type: {"schema": OTHER_SCHEMAS.get(media_type, TEXT)} for media_type in route.other_responses}
    return {"description": "Success.", "headers": _refer_to_headers(), "content": content}


def _describe_problems(route: Route, schemas: Mapping[object, Json]) -> Json:
    """Return one response per status, which names the codes that it can carry."""
    shape = find_format(route.path)
    by_status: dict[int, list[Code]] = defaultdict(list)
    access = ACCESS_PROBLEMS if route.scope else ()
    # For browsers, which say in Accept that they prefer it.
    page: Json = {} if route.path.startswith(API) else {HTML: {"schema": {"type": "string"}}}
    for code in dict.fromkeys((*COMMON_PROBLEMS, *access, *route.problems)):
        by_status[shape.choose_status(code)].append(code)
    return {
        str(status): {
            "description": "; ".join(f"`{shape.choose_word(code)}`: {code.title}" for code in codes),
            "headers": _refer_to_headers(*(["Retry-After"] if status in {429, 503} else [])),
            "content": {shape.media_type: {"schema": schemas[shape.model]}} | page,
        }
        for status, codes in sorted(by_status.items())
    }


def _refer_to_headers(*more: str) -> Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in ("X-Request-ID", "Server-Timing", *more)}
