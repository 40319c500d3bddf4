"""``docs/api.md`` rendered from the OpenAPI document and from requests to the application."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from flask.testing import FlaskClient

from qa.messages import ENGLISH
from qa.types import MAX_COPIES, Reason
from qa.web.errors.problems import Code
from qa.web.routes import ROUTES, Route

Json = Mapping[str, Any]

HEAD = """# The HTTP API

*Written by `python -m pytest tests/qa/web/test_api_document.py --write` from the OpenAPI document and from requests to
the application; a test fails if it is out of date. A running server shows the same at `/docs` and `/openapi.json`.*
"""
PYTHON = """import json
from urllib.request import Request, urlopen

body = json.dumps({"question": "Who directed the film?"}).encode()
request = Request("http://127.0.0.1:8000/v1/ask", body, {"Content-Type": "application/json"})
with urlopen(request) as response:
    answer = json.load(response)
if answer["status"] == "answered":
    print(f"{answer['answer']['text']} ({answer['answer']['document']}, confidence {answer['answer']['confidence']})")
else:
    print(answer["status"], answer["reason"])
"""
JAVASCRIPT = """const response = await fetch("http://127.0.0.1:8000/v1/ask", {
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify({ question: "Who directed the film?" }),
});
const answer = await response.json();
if (answer.status === "answered") {
  console.log(`${answer.answer.text} (${answer.answer.document}, confidence ${answer.answer.confidence})`);
} else {
  console.log(answer.status, answer.reason);
}
"""
ANSWERS = """## Answers

`status` is `answered`, `unsure` or `not_found`. If it is not `answered`, `reason` says why in one stable word:

| reason | |
|---|---|
{reasons}

Passages are returned in every case, unless there are none to return. Passages of one answer have different texts: other
places with the same text, apart from case and white space, are listed under `copies`, at most {copies}, as far as the
filter allows them; `copies_total` counts all of them. So are passages that say nearly the same in documents that are
nearly the same, with `identical: false`. The one that is shown is the first in the order of the collection, unless the
title or heading of another one, or its text, matches the question better; of two [versions](metadata.md#versions) of a
document it is the newer one.
"""
# Pages, scripts and metrics change without a change of the API, so only their first line is shown.
# What differs from run to run.
FIXED = {
    "created": 1795800600,
    "took_ms": 2.9,
    "built_at": "2026-11-23T00:00:00Z",
    "created_at": "2026-11-27T09:30:00.000+00:00",
    "updated_at": "2026-11-27T09:30:01.250+00:00",
}
GENERATION = re.compile(r"^(\d{6})-[0-9a-f]{8}$")
TEXT_TYPES = ("text/html", "text/css", "text/javascript", "text/plain")


@dataclass(frozen=True)
class Example:
    """One request, and how its response is shown: ``keys`` of a JSON object whose values are left out.

    ``text`` is a body that is not JSON.
    """

    path: str
    body: Json | None = None
    text: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    keys: Sequence[str] = ()


def render_document(client: FlaskClient, examples: Mapping[str, Example]) -> str:
    """Return the whole document; ``examples`` are by operationId."""
    spec = client.get("/openapi.json").get_json()
    return "\n".join(
        [
            HEAD,
            spec["info"]["description"] + "\n",
            "## Clients\n",
            f"```python\n{PYTHON}```\n",
            f"```javascript\n{JAVASCRIPT}```\n",
            ANSWERS.format(
                reasons="\n".join(f"| `{reason.value}` | {ENGLISH(f'reason.{reason.value}')} |" for reason in Reason),
                copies=MAX_COPIES,
            ),
            *_render_operations(spec, client, examples),
            *_render_problems(client),
        ]
    )


def _render_operations(spec: Json, client: FlaskClient, examples: Mapping[str, Example]) -> Iterator[str]:
    for path, operations in spec["paths"].items():
        for method, operation in operations.items():
            yield f"## {method.upper()} {path}\n\n{operation['summary']}\n"
            yield from _render_fields(spec, operation)
            if example := examples.get(operation["operationId"]):
                yield _render_example(client, method.upper(), example)
            codes = [word.partition("`:")[0].strip("` ") for r in operation["responses"].values() for word in _codes(r)]
            yield f"Problems: {', '.join(f'`{code}`' for code in codes)}.\n"


def collect_examples(client: FlaskClient, examples: Mapping[str, Example]) -> dict[str, Any]:
    """Return for each operationId the parameters, the body and the JSON of a request and its response."""
    routes = {route.name: route for route in ROUTES}
    return {name: _collect_example(client, routes[name], example) for name, example in examples.items()}


def _collect_example(client: FlaskClient, route: Route, example: Example) -> dict[str, Any]:
    path, _, query = example.path.partition("?")
    pattern = re.sub(r"<(?:path:)?(\w+)>", r"(?P<\1>.+)", route.path)
    match = re.fullmatch(pattern, path)
    assert match, example
    parameters: dict[str, Any] = dict(match.groupdict())
    for name, value in parse_qsl(query):
        repeated = name in route.query.repeatable
        parameters[name] = [value] if repeated else int(value) if value.isdigit() else value
    media_type = example.headers.get("Content-Type", "application/json")
    body = {media_type: example.text or example.body} if example.text or example.body else {}
    sent: dict[str, Any] = {"data": example.text} if example.text else {"json": example.body}
    with client.open(example.path, method=route.method, headers=example.headers, **sent) as response:
        is_shown = response.mimetype == "application/json" and not example.keys
        return {
            "parameters": parameters,
            "body": body,
            "response": _fix_times(response.get_json()) if is_shown else None,
        }


def _codes(response: Json) -> list[str]:
    description: str = response["description"]
    return description.split("; ") if description.startswith("`") else []


def _render_fields(spec: Json, operation: Json) -> Iterator[str]:
    rows = [(p["name"], p["in"], p["required"], p["schema"]) for p in operation["parameters"]]
    for content in operation.get("requestBody", {}).get("content", {}).values():
        model = _resolve(spec, content["schema"])
        required = model.get("required", [])
        rows += [(name, "body", name in required, part) for name, part in model.get("properties", {}).items()]
    if rows:
        yield "| field | in | type | default | |\n|---|---|---|---|---|"
        for name, where, required, schema in rows:
            default = "required" if required else f"`{json.dumps(schema.get('default'))}`"
            yield f"| `{name}` | {where} | {_name_type(spec, schema)} | {default} | {schema.get('description', '')} |"
        yield ""


def _resolve(spec: Json, schema: Json) -> Json:
    found: Json = spec["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]] if "$ref" in schema else schema
    return found


def _name_type(spec: Json, schema: Json) -> str:
    if "anyOf" in schema:
        return " or ".join(_name_type(spec, part) for part in schema["anyOf"])
    if "$ref" in schema:
        parts = _resolve(spec, schema)["properties"]
        return "{" + ", ".join(f"`{name}`" for name in parts) + "}"
    if "enum" in schema:
        return " or ".join(f"`{json.dumps(value)}`" for value in schema["enum"])
    bounds = [(schema.get(f"min{kind}"), schema.get(f"max{kind}")) for kind in ("imum", "Items", "Length")]
    low, high = next((pair for pair in bounds if pair != (None, None)), (None, None))
    units = {"array": "", "string": " characters"}.get(schema["type"], "")
    spread = f" of {low if low is not None else 0:,} to {high:,}{units}" if high else ""
    if schema["type"] == "array":
        return f"list{spread}, each {_name_type(spec, schema['items'])}"
    return f"{schema['type']}{spread}"


def _render_example(client: FlaskClient, method: str, example: Example) -> str:
    sent: dict[str, Any] = {"data": example.text} if example.text else {"json": example.body}
    with client.open(example.path, method=method, headers=example.headers, **sent) as response:
        assert response.status_code < 400, (example, response.text)
        shown = [f"{method} {example.path}", *(f"{name}: {value}" for name, value in example.headers.items())]
        body = json.dumps(example.body, indent=2, ensure_ascii=False) if example.body else example.text
        body = f"\n\n{body}" if body else ""
        request = "```http\n" + "\n".join(shown) + body + "\n```\n"
        media_type = response.mimetype
        if media_type.startswith("image/"):
            return f"{request}\n`{media_type}`.\n"
        if media_type != "application/json":
            if not response.text.strip():
                return f"{request}\n`{media_type}`.\n"
            # A piece of HTML carries the JSON of its answer, and with it a measured time.
            if not response.text.strip():
                return f"{request}\n`{media_type}`, empty.\n"
            first, *others = re.sub(r'"took_ms": [\d.]+', '"took_ms": 2.9', response.text.strip()).splitlines()
            shown = [first, "…"] if media_type in TEXT_TYPES else [first, *others]
            return f"{request}\n`{media_type}`:\n\n```\n{chr(10).join(shown)}\n```\n"
        value = response.get_json()
    value |= dict.fromkeys(example.keys, "…")
    return f"{request}\n```json\n{json.dumps(_fix_times(value), indent=2, ensure_ascii=False)}\n```\n"


def _fix_times(value: Any) -> Any:  # noqa: ANN401  (any JSON)
    """Return a value with its times and the names of real generations replaced, so that two runs give the same."""
    if isinstance(value, list):
        return [_fix_times(one) for one in value]
    if isinstance(value, dict):
        return {name: FIXED.get(name, _fix_times(one)) for name, one in value.items()}
    return GENERATION.sub(r"\1-5e1f0c3a", value) if isinstance(value, str) else value


def _render_problems(client: FlaskClient) -> Iterator[str]:
    problem = client.post("/v1/ask", json={"question": "Who directed the film?", "top_k": 99}).get_json()
    yield "## Problems\n\nEvery failure, of every route, is `application/problem+json`:\n"
    yield f"```json\n{json.dumps(problem, indent=2)}\n```\n"
    yield "| code | status | meaning |\n|---|---|---|"
    yield from (f"| `{code.word}` | {code.status} | {code.title} |" for code in Code)
    yield ""
