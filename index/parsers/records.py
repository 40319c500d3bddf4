"""Values inside each other (JSON, XML of data) as lines that can be read alone.

What fits is one line: "name: Rome · price: 58.00 · address.city: Lazio". What does not is described part by part: the
keys above become a heading, and inside a longer record each line begins with what names the record.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from index.errors import LoadError
from index.parsers.tables import MAX_LINE_CHARS, MAX_NAME_CHARS, SEPARATOR, join_cells
from index.parsers.text_builder import TextBuilder

# A string, number, bool or None; a list of values; or an object, in which the key "" is its own text.
Value = Any

# Values inside each other, far below the depth at which Python refuses to call.
MAX_DEPTH = 100
# Names that begin a line deep inside; those further up are left out.
MAX_PREFIX = 4


def write_value(builder: TextBuilder, value: Value, name: str = "") -> None:
    """Add the lines of a value, which may have a name, to the text. Raise LoadError if it is nested too deeply."""
    if _is_deeper(value, MAX_DEPTH):
        raise LoadError(f"is nested more than {MAX_DEPTH} levels deep; flatten it or leave it out")
    _Writer(builder).write(name, value, _Above())


@dataclass(frozen=True, slots=True)
class _Above:
    """The keys above a value, which its heading names, and what begins each line of the record around it."""

    keys: tuple[str, ...] = ()
    prefix: tuple[str, ...] = ()

    def enter(self, name: str) -> "_Above":
        """Return what is above the parts of the value with this name."""
        if not name:
            return self
        return replace(self, prefix=(*self.prefix, name)) if self.prefix else replace(self, keys=(*self.keys, name))

    def enter_record(self, name: str) -> "_Above":
        """Return what is above the parts of an element of a list."""
        return replace(self, prefix=(*self.prefix, name))


class _Writer:
    """Adds values to a text, part by part."""

    def __init__(self, builder: TextBuilder) -> None:
        self._builder = builder

    def write(self, name: str, value: Value, above: _Above) -> None:
        """Add one value: a line if it fits, else its parts."""
        is_plain = not isinstance(value, Mapping | list)
        parts = _describe(name if is_plain or _is_list_of_words(value) else "", value)
        if parts is not None:
            self._add_parts(parts if is_plain or _is_list_of_words(value) else [name, *parts], above)
        elif isinstance(value, Mapping):
            self._write_object(name, value, above)
        elif isinstance(value, list):
            self._write_list(name, value, above)
        else:
            self._add_long_text(name, value, above)

    def _write_object(self, name: str, value: Mapping[str, Value], above: _Above, without: str = "") -> None:
        """Add the short fields as lines, then the others; ``without``: a part that the prefix says already."""
        inner = above.enter(name)
        self._add_heading(name, inner)
        fields = {key: (_describe(key, one) if _is_leaf(one) else None) for key, one in value.items()}
        self._add_parts([part for parts in fields.values() for part in parts or () if part != without], inner)
        for key, parts in fields.items():
            if parts is None:
                self.write(key, value[key], inner)

    def _write_list(self, name: str, values: list[Value], above: _Above) -> None:
        inner = above.enter(name)
        self._add_heading(name, inner)
        if all(isinstance(row, list) and all(map(_is_scalar, row)) for row in values) and not inner.prefix:
            self._builder.add_table([[to_words(cell) for cell in row] for row in values])
            return
        words: list[str] = []
        for number, value in enumerate(values, 1):
            if _is_scalar(value) and len(to_words(value)) <= MAX_LINE_CHARS:
                words.append(to_words(value))
                continue
            self._add_parts(words, inner)
            words = []
            self._write_element(value, inner, f"{name or 'item'} {number}")
        self._add_parts(words, inner)

    def _write_element(self, value: Value, above: _Above, number: str) -> None:
        """Add an element of a list; if it is a long record, each of its lines begins with its first short field."""
        if isinstance(value, Mapping) and _describe("", value) is None:
            name = _find_name(value)
            self._write_object("", value, above.enter_record(name or number), without=name)
        else:
            self.write("", value, above)

    def _add_heading(self, name: str, above: _Above) -> None:
        if name and not above.prefix:
            self._builder.add_heading(SEPARATOR.join(above.keys)[-MAX_LINE_CHARS:], len(above.keys))

    def _add_parts(self, parts: Sequence[str], above: _Above) -> None:
        for line in join_cells(parts, above.prefix[-MAX_PREFIX:]):
            self._builder.add_paragraph(line)

    def _add_long_text(self, name: str, value: Value, above: _Above) -> None:
        self._builder.add_paragraph(SEPARATOR.join([*above.prefix[-MAX_PREFIX:], _label(name, to_words(value))]))


def to_words(value: Value) -> str:
    """Return a string, number, bool or None as text; None is empty."""
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _describe(name: str, value: Value) -> list[str] | None:
    """Return "path: words" for all that is inside, or None if it is too long for a line or has records of its own."""
    parts, length = list[str](), 0
    for path, words in _flatten(name, value):
        length += len(words or "") + len(path) + len(SEPARATOR)
        if words is None or length > MAX_LINE_CHARS:
            return None
        parts.append(_label(path, words))
    return parts


def _flatten(path: str, value: Value) -> Iterator[tuple[str, str | None]]:
    """Yield the path and the words of each value inside; None for several records, each of which is a line."""
    if _is_map_of_records(value):
        yield path, None
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from _flatten(f"{path}.{key}".strip(".") if path and key else path or key, one)
    elif not isinstance(value, list):
        if words := to_words(value).strip():
            yield path, None if "\n" in words else words
    elif _is_list_of_words(value):
        yield path, ", ".join(filter(None, (to_words(one).strip() for one in value)))
    elif len(value) > 1:
        yield path, None
    else:
        yield from _flatten(path, value[0])


def _label(name: str, words: str) -> str:
    return f"{name}: {words}" if name and words else words


def _is_scalar(value: Value) -> bool:
    return not isinstance(value, Mapping | list)


def _is_list_of_words(value: Value) -> bool:
    return isinstance(value, list) and all(map(_is_scalar, value))


def _is_map_of_records(value: Value) -> bool:
    return isinstance(value, Mapping) and len(value) > 1 and all(isinstance(one, Mapping) for one in value.values())


def _is_leaf(value: Value) -> bool:
    return _is_scalar(value) or _is_list_of_words(value)


def _find_name(record: Mapping[str, Value]) -> str:
    """Return the first short field of a record, which names it; empty if it has none."""
    for key, value in record.items():
        if _is_scalar(value) and (parts := _describe(key, value)) and len(parts[0]) <= MAX_NAME_CHARS:
            return parts[0]
    return ""


def _is_deeper(value: Value, levels: int) -> bool:
    """Return whether lists and objects are nested more than ``levels`` deep."""
    inside = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return levels < 0 or any(_is_deeper(one, levels - 1) for one in inside)
