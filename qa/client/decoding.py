"""From JSON to the dataclasses of the results. What they do not name is dropped."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")


def decode(kind: type[T], value: object) -> T:
    """Return JSON as a dataclass. Raises ValueError, which names the field, if it does not fit."""
    return cast("T", _convert(kind, value, kind.__name__))


def _convert(hint: Any, value: object, where: str) -> object:  # noqa: ANN401  (any type)
    if get_origin(hint) is UnionType:
        (inner,) = [one for one in get_args(hint) if one is not NoneType]
        return None if value is None else _convert(inner, value, where)
    if get_origin(hint) is tuple:
        items = _require(list, value, where)
        return tuple(_convert(get_args(hint)[0], item, f"{where}[{place}]") for place, item in enumerate(items))
    if is_dataclass(hint):
        return _build(cast("type[Any]", hint), _require(dict, value, where), where)
    if hint is float and isinstance(value, int):
        return float(value)
    if get_origin(hint) is Mapping:
        entries, inner = _require(dict, value, where), get_args(hint)[1]
        return entries if inner is Any else {n: _convert(inner, one, f"{where}.{n}") for n, one in entries.items()}
    return _require(hint, value, where)


def _build(kind: type[Any], values: Mapping[str, object], where: str) -> object:
    hints = _resolve_hints(kind)  # type: ignore[arg-type]  # mypy reads __hash__ as a method of the value
    present = [row.name for row in fields(kind) if row.name in values]
    arguments = {name: _convert(hints[name], values[name], f"{where}.{name}") for name in present}
    try:
        return kind(**arguments)
    except TypeError as error:  # which names the fields that are missing
        raise ValueError(f"{where}: {error}") from None


def _require(kind: type[T], value: object, where: str) -> T:
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise ValueError(f"{where} should be {kind.__name__}, not {type(value).__name__}")
    return value


@cache
def _resolve_hints(kind: type[Any]) -> Mapping[str, Any]:
    return get_type_hints(kind)
