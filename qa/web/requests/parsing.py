"""Request bodies and query strings to validated models. Every mistake of the caller is a ``ProblemError``."""

import json
from collections.abc import Sequence
from typing import NoReturn, TypeVar
from urllib.parse import parse_qsl

from flask import request
from pydantic import BaseModel, ValidationError

from qa.web.errors.problems import Code, FieldError, ProblemError
from qa.web.errors.validation import convert_validation_error, format_value
from qa.web.requests.models import LenientModel, StrictModel

# More than any caller needs: the filter allows 100 patterns.
MAX_PARAMETERS = 200

Body = TypeVar("Body", bound=BaseModel)
Query = TypeVar("Query", bound=StrictModel | LenientModel)


def read_body(model: type[Body]) -> Body:
    """Return the JSON body of the request as a ``model``.

    Raises ProblemError for another media type, a body that is not JSON or does not validate.
    """
    coding = request.headers.get("Content-Encoding", "identity")
    if not request.is_json or coding != "identity":
        sent = request.mimetype or "nothing"
        raise ProblemError(
            Code.UNSUPPORTED_MEDIA_TYPE,
            f"The body was sent as {format_value(sent)} ({format_value(coding)}); "
            "send uncompressed JSON with Content-Type: application/json.",
        )
    return _validate(model, decode_json(request.get_data(cache=False)))


def read_query(model: type[Query]) -> Query:
    """Return the query string as a ``model``.

    Raises ProblemError if it is not UTF-8, repeats a parameter that is not repeatable, or does not validate.
    """
    gathered: dict[str, list[str]] = {}
    for name, value in _split_query(request.query_string):
        gathered.setdefault(name, []).append(value)
    single = {name: _require_single(name, values) for name, values in gathered.items() if name not in model.repeatable}
    return _validate(model, gathered | single)


def decode_json(body: bytes) -> object:
    """Return a JSON value, UTF-8 with or without a byte-order mark.

    Raises ProblemError for anything else, for NaN and for a repeated key.
    """
    if not body:
        raise ProblemError(Code.MALFORMED_JSON, "The body is empty; send a JSON object.")
    try:
        return json.loads(body.decode("utf-8-sig"), object_pairs_hook=_build_object, parse_constant=_reject_constant)
    except RecursionError:
        raise ProblemError(Code.MALFORMED_JSON, "The body is nested too deeply; flatten it.") from None
    except ValueError as error:  # UnicodeDecodeError, JSONDecodeError, or an integer with too many digits
        raise ProblemError(Code.MALFORMED_JSON, f"The body is not JSON in UTF-8: {error}.") from None


def _split_query(query: bytes) -> Sequence[tuple[str, str]]:
    # Not ``request.args``, which replaces bytes that are not UTF-8 with U+FFFD.
    try:
        text = query.decode("ascii")
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_PARAMETERS)
    except ValueError as error:
        detail = f"The query string is not percent-encoded UTF-8 of at most {MAX_PARAMETERS} parameters: {error}."
        raise ProblemError(Code.MALFORMED_QUERY, detail) from None


def _require_single(name: str, values: Sequence[str]) -> str:
    if len(values) > 1:
        message = f"{format_value(name)} is given {len(values)} times; send it once"
        raise ProblemError.for_fields([FieldError(name, message, Code.REPEATED_FIELD.word)])
    return values[0]


def _validate(model: type[Body], value: object) -> Body:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise convert_validation_error(error, model) from None


def _build_object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    # JSON does not say which of two equal keys counts, so neither is accepted.
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {format_value(key)} is repeated in one object")
        found[key] = value
    return found


def _reject_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is not a JSON number")
