"""What pydantic finds wrong, in the words of the API: a path, a code, a sentence with the value."""

from collections.abc import Mapping, Sequence
from reprlib import Repr
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from qa.web.errors.problems import Code, FieldError, Refusal

MOST_LISTED = 20

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
"""Every other type of error is a value of the wrong type."""

# Short and shallow: the value is the caller's and may be a megabyte, or a thousand levels deep.
_short = Repr()
_short.maxstring = _short.maxother = _short.maxlong = 60
_short.maxlevel = 2


def refuse(error: ValidationError, model: type[BaseModel]) -> Refusal:
    """The refusal of a body or query that is not a ``model``; at most MOST_LISTED fields are named."""
    found = error.errors(include_url=False)[:MOST_LISTED]
    return Refusal.of_fields([_fault(detail, model) for detail in found])


def _fault(detail: ErrorDetails, model: type[BaseModel]) -> FieldError:
    where = path(detail["loc"])
    code = CODES.get(detail["type"], Code.WRONG_TYPE)
    return FieldError(where, f"{where} {_complaint(detail, code, model)}", code.word)


def _complaint(detail: ErrorDetails, code: Code, model: type[BaseModel]) -> str:
    if code is Code.MISSING_FIELD:
        return "is missing; send it"
    if code is Code.UNKNOWN_FIELD:
        top = f"; the fields are {', '.join(model.model_fields)}" if len(detail["loc"]) == 1 else "; leave it out"
        return f"is not known{top}"
    if detail["type"] == "string_unicode":
        return "should be text without lone surrogates"
    if detail["type"] == "model_type":
        return f"should be an object, not {shown(detail['input'])}"
    return f"{_should(detail['msg'])}, not {_measure(detail)}"


def _should(message: str) -> str:
    """``Input should be less than …`` without its first word, which the path replaces."""
    return message[message.find("should") :] if "should" in message else message


def _measure(detail: ErrorDetails) -> str:
    """The value, or its length where the length is what is wrong."""
    value: Any = detail["input"]
    return f"{len(value):,}" if detail["type"] in {"string_too_long", "too_long"} else shown(value)


def path(location: Sequence[int | str]) -> str:
    """``("questions", 3, "top_k")`` as ``questions[3].top_k``; the root is ``body``."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in location)
    return "".join(steps).removeprefix(".") or "body"


def shown(value: object) -> str:
    """A value of the caller's, shortened, in the spelling of JSON where that differs from Python's."""
    words = {True: "true", False: "false", None: "null"}
    return words[value] if value is None or isinstance(value, bool) else _short.repr(value)
