"""Bytes of a request into a checked model. Every fault of the caller is a ``Refusal``."""

import json
from collections.abc import Sequence
from typing import NoReturn, TypeVar
from urllib.parse import parse_qsl

from flask import request
from pydantic import BaseModel, ValidationError

from qa.web.errors.problems import Code, FieldError, Refusal
from qa.web.errors.validation import refuse, shown
from qa.web.requests.models import Accepted, Lenient

MOST_PARAMETERS = 200

Body = TypeVar("Body", bound=BaseModel)
Query = TypeVar("Query", bound=Accepted | Lenient)


def read_body(model: type[Body]) -> Body:
    """The JSON body of the request. Refused: another media type, what is not JSON, what is not a ``model``."""
    coding = request.headers.get("Content-Encoding", "identity")
    if not request.is_json or coding != "identity":
        sent = request.mimetype or "nothing"
        raise Refusal(
            Code.UNSUPPORTED_MEDIA_TYPE,
            f"The body was sent as {shown(sent)} ({shown(coding)}); "
            "send JSON, not compressed, with Content-Type: application/json.",
        )
    return _checked(model, decode(request.get_data(cache=False)))


def read_query(model: type[Query]) -> Query:
    """The query string. Refused: what is not UTF-8, a parameter twice unless repeatable, what is not a ``model``."""
    gathered: dict[str, list[str]] = {}
    for name, value in _pairs(request.query_string):
        gathered.setdefault(name, []).append(value)
    single = {name: _only(name, values) for name, values in gathered.items() if name not in model.repeatable}
    return _checked(model, gathered | single)


def decode(body: bytes) -> object:
    """JSON in UTF-8 with or without a byte-order mark. Refused: anything else, NaN, a key twice."""
    if not body:
        raise Refusal(Code.MALFORMED_JSON, "The body is empty; send a JSON object.")
    try:
        return json.loads(body.decode("utf-8-sig"), object_pairs_hook=_distinct, parse_constant=_not_a_number)
    except RecursionError:
        raise Refusal(Code.MALFORMED_JSON, "The body is nested too deeply; send a flat object.") from None
    except ValueError as error:  # UnicodeDecodeError and JSONDecodeError are two of its kinds, a huge integer a third
        raise Refusal(Code.MALFORMED_JSON, f"The body is not JSON in UTF-8: {error}.") from None


def _pairs(query: bytes) -> Sequence[tuple[str, str]]:
    """Read strictly, unlike ``request.args``, which turns bytes that are not UTF-8 into U+FFFD."""
    try:
        text = query.decode("ascii")
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS)
    except ValueError as error:
        detail = f"The query string is not percent-encoded UTF-8 of at most {MOST_PARAMETERS} parameters: {error}."
        raise Refusal(Code.MALFORMED_QUERY, detail) from None


def _only(name: str, values: Sequence[str]) -> str:
    if len(values) > 1:
        message = f"{shown(name)} is given {len(values)} times; give it once"
        raise Refusal.of_fields([FieldError(name, message, Code.REPEATED_FIELD.word)])
    return values[0]


def _checked(model: type[Body], value: object) -> Body:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise refuse(error, model) from None


def _distinct(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Which of two equal keys counts is anybody's guess, so neither does."""
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {shown(key)} stands twice in one object")
        found[key] = value
    return found


def _not_a_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is not a JSON number")
