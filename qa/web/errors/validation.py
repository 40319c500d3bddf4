"""Errors of pydantic as fields of a problem: a path, a code, a sentence with the value."""

from collections.abc import Mapping, Sequence
from reprlib import Repr
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from qa.web.errors.problems import Code, FieldError, ProblemError

# A body that is wrong everywhere must not make a response as large as itself.
MAX_ERRORS = 20

# Every other type of error is a value of the wrong type.
CODES: Mapping[str, Code] = {
    "missing": Code.MISSING_FIELD,
    "extra_forbidden": Code.UNKNOWN_FIELD,
    "nul_character": Code.INVALID_TEXT,
    "string_unicode": Code.INVALID_TEXT,
    "greater_than_equal": Code.OUT_OF_BOUNDS,
    "less_than_equal": Code.OUT_OF_BOUNDS,
    "literal_error": Code.OUT_OF_BOUNDS,
    "string_too_long": Code.OUT_OF_BOUNDS,
    "string_too_short": Code.OUT_OF_BOUNDS,
    "too_long": Code.OUT_OF_BOUNDS,
    "too_short": Code.OUT_OF_BOUNDS,
}

# Short and shallow: the value is the caller's and may be a megabyte, or a thousand levels deep.
_repr = Repr()
_repr.maxstring = _repr.maxother = _repr.maxlong = 60
_repr.maxlevel = 2


def convert_validation_error(error: ValidationError, model: type[BaseModel]) -> ProblemError:
    """Return the problem of a body or query that is not a ``model``; it names at most MAX_ERRORS fields."""
    details = error.errors(include_url=False)[:MAX_ERRORS]
    return ProblemError.for_fields([_convert_detail(detail, model) for detail in details])


def format_value(value: object) -> str:
    """Return a value of the caller's, shortened, in the spelling of JSON if that differs from Python's."""
    words = {True: "true", False: "false", None: "null"}
    return words[value] if value is None or isinstance(value, bool) else _repr.repr(value)


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
        top = f"; the fields are {', '.join(model.model_fields)}" if len(detail["loc"]) == 1 else "; leave it out"
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
