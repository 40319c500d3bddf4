"""Request bodies and query strings to validated models. Every mistake of the caller is a ``ProblemError``."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn, TypeVar
from urllib.parse import parse_qsl

from flask import request
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from qa.web.errors.problems import MAX_ERRORS, Code, FieldError, ProblemError, format_value
from qa.web.requests.base import StrictModel

# What browsers send for a form.
FORM = "application/x-www-form-urlencoded"
# More than any caller needs: the filter allows 100 patterns.
MAX_PARAMETERS = 200
# Every other type of error is a value of the wrong type.
CODES: Mapping[str, Code] = {
    "missing": Code.MISSING_FIELD,
    "extra_forbidden": Code.UNKNOWN_FIELD,
    "nul_character": Code.INVALID_TEXT,
    "dot_segment": Code.INVALID_TEXT,
    "string_unicode": Code.INVALID_TEXT,
    "greater_than_equal": Code.OUT_OF_BOUNDS,
    "less_than_equal": Code.OUT_OF_BOUNDS,
    "literal_error": Code.OUT_OF_BOUNDS,
    "string_too_long": Code.OUT_OF_BOUNDS,
    "string_too_short": Code.OUT_OF_BOUNDS,
    "too_deep": Code.OUT_OF_BOUNDS,
    "too_long": Code.OUT_OF_BOUNDS,
    "too_short": Code.OUT_OF_BOUNDS,
}

Body = TypeVar("Body", bound=BaseModel)
Query = TypeVar("Query", bound=StrictModel)


def read_body(model: type[Body]) -> Body:
    """Return the JSON body of the request as a ``model``.

    Raises ProblemError for another media type, a body that is not JSON or does not validate.
    """
    require_json()
    return validate(model, decode_json(request.get_data(cache=False)))


def require_json() -> None:
    """Raise ProblemError if the body of the request is not sent as uncompressed JSON."""
    coding = request.headers.get("Content-Encoding", "identity")
    if not request.is_json or coding != "identity":
        sent = request.mimetype or "nothing"
        raise ProblemError(
            Code.UNSUPPORTED_MEDIA_TYPE,
            f"The body was sent as {format_value(sent)} ({format_value(coding)}); "
            "send uncompressed JSON with Content-Type: application/json.",
        )


def read_query(model: type[Query]) -> Query:
    """Return the query string as a ``model``.

    Raises ProblemError if it is not UTF-8, repeats a parameter that is not repeatable, or does not validate.
    """
    return _read_parameters(model, request.query_string)


def read_form(model: type[Query]) -> Query:
    """Return the body of the request, a form of HTML, as a ``model``. Raises ProblemError as ``read_query`` does."""
    if request.mimetype != FORM:
        detail = f"The body was sent as {format_value(request.mimetype or 'nothing')}; send it as {FORM}."
        raise ProblemError(Code.UNSUPPORTED_MEDIA_TYPE, detail)
    return _read_parameters(model, request.get_data(cache=False))


def _read_parameters(model: type[Query], encoded: bytes) -> Query:
    gathered: dict[str, list[str]] = {}
    for name, value in _split_query(encoded):
        gathered.setdefault(name, []).append(value)
    single = {name: _require_single(name, values) for name, values in gathered.items() if name not in model.repeatable}
    return validate(model, gathered | single)


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


def validate(model: type[Body], value: object) -> Body:
    """Return a value as a ``model``; raise ProblemError if it does not validate."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        details = error.errors(include_url=False)[:MAX_ERRORS]
        raise ProblemError.for_fields([_convert_detail(detail, model) for detail in details]) from None


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


def _convert_detail(detail: ErrorDetails, model: type[BaseModel]) -> FieldError:
    path = _format_path(detail["loc"])
    code = CODES.get(detail["type"], Code.WRONG_TYPE)
    return FieldError(path, f"{path} {_describe_error(detail, code, model)}", code.word)


def _format_path(location: Sequence[int | str]) -> str:
    """Return ``("questions", 3, "top_k")`` as ``questions[3].top_k``; the root is ``body``."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in location)
    return "".join(steps).removeprefix(".") or "body"


def _describe_error(detail: ErrorDetails, code: Code, model: type[BaseModel]) -> str:
    value: Any = detail["input"]
    if code is Code.MISSING_FIELD:
        return "is missing; send it"
    if code is Code.UNKNOWN_FIELD:
        top = (
            f"; the fields are {', '.join(one.alias or name for name, one in model.model_fields.items())}"
            if len(detail["loc"]) == 1
            else "; leave it out"
        )
        return f"is not known{top}"
    if detail["type"] == "string_unicode":
        return "should be text without lone surrogates"
    if detail["type"] == "model_type":
        return f"should be an object, not {format_value(value)}"
    # "List should have at most 3 items after validation, not 4": the path takes the place of the first word,
    # and what follows the bound says less than our own measure.
    bound = detail["msg"].partition(" after validation")[0]
    bound = bound[bound.find("should") :] if "should" in bound else bound
    is_length = detail["type"] in {"string_too_long", "too_long", "too_short"}
    return f"{bound}, not {f'{len(value):,}' if is_length else format_value(value)}"
