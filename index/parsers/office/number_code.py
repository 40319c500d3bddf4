"""The codes that say how a cell shows its number: ``#,##0.00 "EUR";[Red]-#,##0.00 "EUR"`` (ECMA-376 part 1, 18.8.31).

A code has up to four sections: for positive numbers, negative ones, zero and text; or each says in brackets for which
numbers it is.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import regex

# The codes that have a number and no text in the file; the others below 164 depend on the country.
BUILT_IN = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    # With the currency of the country, which the file does not name.
    **dict.fromkeys((5, 6, 41, 42), "#,##0"),
    **dict.fromkeys((7, 8, 43, 44), "#,##0.00"),
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    14: "yyyy-mm-dd",
    15: "yyyy-mm-dd",
    16: "yyyy-mm-dd",
    17: "yyyy-mm",
    18: "h:mm",
    19: "h:mm:ss",
    20: "h:mm",
    21: "h:mm:ss",
    22: "yyyy-mm-dd h:mm",
    # Dates of Chinese, Japanese and Korean.
    **dict.fromkeys((27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58), "yyyy-mm-dd"),
    32: "h:mm",
    33: "h:mm:ss",
    37: "#,##0",
    38: "#,##0",
    39: "#,##0.00",
    40: "#,##0.00",
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss",
    48: "0.0E+0",
    49: "@",
}
SECTION = regex.compile(r'(?:"[^"]*"|\\.|\[[^\]]*\]|[^;])+|(?<=;)(?=;|$)')
# The name of the group is the kind of the token; one without a name (a filler, a colour, AM/PM) shows nothing.
TOKEN = regex.compile(
    r'"(?P<literal>[^"]*)"|\\(?P<literal>.)|[_*].|\[\$(?P<literal>[^\]-]*)[^\]]*\]|\[(?P<elapsed>h+|m+|s+)\]'
    r"|\[(?P<condition>(?:[<>]=?|<>|=)-?\d+(?:\.\d+)?)\]|\[[^\]]*\]|(?P<general>General)|(?P<text>@)|(?P<exponent>E[+-])"
    r"|AM/PM|A/P|(?P<date>[ymdhs])|(?P<digits>[0#?.,/]*[0#?][0#?.,/]*)|,|(?P<percent>%)|(?P<literal>.)",
    regex.IGNORECASE | regex.DOTALL,
)
# What is shown in place of the number.
NUMBERS = frozenset({"digits", "general", "exponent"})
CONDITION = regex.compile(r"([<>=]+)(.*)")
COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    "<>": operator.ne,
    ">=": operator.ge,
    ">": operator.gt,
}


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a code: words before and after the digits, and what the digits look like.

    ``signs`` are the letters of a date or time, ``elapsed`` those in brackets. ``inner`` are words between digits, each
    with the number of digits after it: the hyphens of "000-00-0000". ``percents``: how often the number is multiplied
    by 100. ``condition``: for which numbers it is, such as ">=1000"; empty if it does not say so. ``is_text``: whether
    it is for text.
    """

    prefix: str = ""
    suffix: str = ""
    digits: str = ""
    signs: str = ""
    elapsed: str = ""
    percents: int = 0
    is_text: bool = False
    is_general: bool = False
    has_exponent: bool = False
    condition: str = ""
    inner: tuple[tuple[int, str], ...] = ()

    @property
    def is_date(self) -> bool:
        """Whether it shows a date, a time or a length of time."""
        return bool(self.signs or self.elapsed)

    @property
    def is_hidden(self) -> bool:
        """Whether it shows nothing at all."""
        return not (self.prefix or self.suffix or self.digits or self.is_general or self.is_date)

    def covers(self, value: float) -> bool:
        """Return whether its condition holds for a number."""
        comparison = CONDITION.fullmatch(self.condition)
        return comparison is not None and COMPARISONS[comparison[1]](value, float(comparison[2]))


GENERAL = Section(is_general=True)


def choose_section(value: float, code: str) -> tuple[Section, bool]:
    """Return the section for a number, and whether that says by itself that the number is negative.

    A section that hides the number is passed over: what it hides is as true as the rest.
    """
    sections = _parse_code(code)
    first = sections[0]
    has_conditions = any(section.condition for section in sections)
    chosen = _find_by_condition(value, sections) if has_conditions else _find_by_sign(value, sections)
    chosen = next((section for section in (chosen, first) if not section.is_hidden), GENERAL)
    if has_conditions:
        return chosen, not {*"-("}.isdisjoint(chosen.prefix)
    # If only a colour tells negative numbers from others, text would not.
    return chosen, chosen is not first and (chosen.prefix, chosen.suffix) != (first.prefix, first.suffix)


def _find_by_condition(value: float, sections: Sequence[Section]) -> Section:
    others = (section for section in sections if not section.condition)
    return next((section for section in sections if section.covers(value)), next(others, GENERAL))


def _find_by_sign(value: float, sections: Sequence[Section]) -> Section:
    position = 1 if value < 0 else 2 if value == 0 else 0
    return sections[position] if position < len(sections) else sections[0]


@lru_cache(maxsize=1000)
def _parse_code(code: str) -> tuple[Section, ...]:
    """Return the sections for numbers, one at least."""
    sections = [_parse_section(part) for part in SECTION.findall(code)[:4]]
    return tuple(section for section in sections if not section.is_text)[:3] or (GENERAL,)


def _parse_section(code: str) -> Section:
    """Split a section into words and digits."""
    tokens = [(kind, token[kind]) for token in TOKEN.finditer(code) if (kind := token.lastgroup)]
    numbers = [position for position, (kind, _) in enumerate(tokens) if kind in NUMBERS] or [len(tokens)]
    first, end = numbers[0], numbers[-1] + 1
    kinds = {kind for kind, _ in tokens}
    literals = [position for position in range(first, min(end, len(tokens))) if tokens[position][0] == "literal"]
    return Section(
        prefix=_join(tokens[:first], "literal", "percent"),
        suffix=_join(tokens[end:], "literal", "percent"),
        digits=_join(tokens, "digits"),
        signs=_join(tokens, "date").lower(),
        elapsed=_join(tokens, "elapsed").lower()[:1],
        percents=sum(kind == "percent" for kind, _ in tokens),
        is_text="text" in kinds,
        is_general="general" in kinds,
        has_exponent="exponent" in kinds,
        condition=_join(tokens, "condition"),
        inner=tuple((len(_join(tokens[position:], "digits")), tokens[position][1]) for position in literals),
    )


def _join(tokens: Sequence[tuple[str, str]], *kinds: str) -> str:
    return "".join(text for kind, text in tokens if kind in kinds)
