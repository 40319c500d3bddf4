"""JSON schemas as short as they can be: an agent pays for each of their words."""

from typing import Any

from pydantic import BaseModel

# ``title`` repeats names. A ``pattern`` of ours says what validation says again, in words. ``const`` and bounds stay.
NOISE = frozenset({"title", "pattern"})
NULL = {"type": "null"}


def build_schema(model: type[BaseModel]) -> dict[str, Any]:
    """Return the schema of a model, in which an optional field is left out rather than null."""
    schema = model.model_json_schema(mode="validation")
    shared = {name: _shorten_root(part) for name, part in schema.pop("$defs", {}).items()}
    return _shorten_root(schema) | ({"$defs": shared} if shared else {})


def _shorten_root(schema: dict[str, Any]) -> dict[str, Any]:
    # The docstring of a class is for those who read the code.
    return {key: value for key, value in _shorten(schema).items() if key != "description"}


def _shorten(schema: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in schema.items() if key not in NOISE}
    if kept.get("default", ...) is None:
        del kept["default"]
    if NULL in kept.get("anyOf", ()):
        options = [option for option in kept["anyOf"] if option != NULL]
        rest = {key: value for key, value in kept.items() if key != "anyOf"}
        kept = (options[0] if len(options) == 1 else {"anyOf": options}) | rest
        return _shorten(kept)
    if "properties" in kept:
        kept["properties"] = {name: _shorten(part) for name, part in kept["properties"].items()}
    for key in ("items", "additionalProperties"):
        if isinstance(kept.get(key), dict):
            kept[key] = _shorten(kept[key])
    if "anyOf" in kept:
        kept["anyOf"] = [_shorten(part) for part in kept["anyOf"]]
    return kept
