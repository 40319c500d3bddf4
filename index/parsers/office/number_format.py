"""Numbers as a person sees them in a cell: ``0.12`` in the format ``0 %`` is "12 %", and a date is in ISO form.

The codes are those of Office Open XML (ECMA-376 part 1, 18.8.31). Dates are always written as 2026-01-31, because how a
program shows them depends on where its user lives.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

import regex

# The codes that have a number and no text in the file; the others below 164 depend on the country.
BUILT_IN = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
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
# A quoted or escaped literal, a width or filler (shown as nothing), a currency, an elapsed time, another bracket, …
TOKEN = regex.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|[_*].|\[\$(?P<currency>[^\]-]*)[^\]]*\]'
    r"|\[(?P<elapsed>h+|m+|s+)\]|\[[^\]]*\]|(?P<general>General)|(?P<exponent>E[+-])|(?P<ampm>AM/PM|A/P)"
    r"|(?P<sign>.)",
    regex.IGNORECASE | regex.DOTALL,
)
SECTION = regex.compile(r'(?:"[^"]*"|\\.|\[[^\]]*\]|[^;])+|(?<=;)(?=;|$)')
DIGITS = frozenset("0#?")
DATE_SIGNS = frozenset("ymdhsYMDHS")
# Excel counts days from here, if 1900-02-29 is taken to have existed; the other epoch is that of old Macintoshes.
EPOCH, EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)
# The last day of the year 9999.
MAX_SERIAL = 2_958_466
SIGNIFICANT_DIGITS = 11
# A larger number is written as the file has it.
MAX_FORMATTED = 1e15


@dataclass(frozen=True, slots=True)
class _Section:
    """A part of a code: literals before and after the digits, and what the digits look like."""

    prefix: str = ""
    suffix: str = ""
    digits: str = ""
    signs: str = ""
    elapsed: str = ""
    is_general: bool = False
    has_exponent: bool = False
    # Literals between digits, each with the number of digits after it: the hyphens of "000-00-0000".
    inner: tuple[tuple[int, str], ...] = ()


def format_number(value: float, code: str, is_1904: bool = False) -> str:
    """Return a number in a format; in one that is not understood, as the number itself."""
    sections = _parse_code(code)
    section = sections[0]
    if section.signs or section.elapsed:
        return _format_date(value, section, is_1904)
    if abs(value) > MAX_FORMATTED:
        return _format_general(value)
    if value < 0 and len(sections) > 1 and (sections[1].digits or sections[1].is_general):
        return _format_section(-value, sections[1])
    if value == 0 and len(sections) > 2 and sections[2].digits:
        section = sections[2]
    text = _format_section(abs(value), section)
    return f"-{text}" if value < 0 and regex.search("[1-9]", text) else text


@lru_cache(maxsize=1000)
def _parse_code(code: str) -> tuple[_Section, ...]:
    sections = [_parse_section(part) for part in SECTION.findall(code)[:3]]
    return tuple(sections) or (_Section(is_general=True),)


def _parse_section(code: str) -> _Section:
    """Split a section into literals and digits."""
    literals = {False: "", True: ""}
    inner: list[tuple[int, str]] = []
    digits = signs = elapsed = ""
    is_general = has_exponent = False
    for token in TOKEN.finditer(code):
        sign = token["sign"] or ""
        is_general |= token["general"] is not None or sign == "@"
        has_exponent |= token["exponent"] is not None
        elapsed = elapsed or (token["elapsed"] or "").lower()
        if sign in DIGITS or (sign and sign in ".,/" and digits):
            if literals[True] and sign in DIGITS:
                inner.append((len(digits), literals[True]))
                literals[True] = ""
            digits += sign
        elif sign in DATE_SIGNS and sign:
            signs += sign.lower()
        elif token["ampm"] is None and sign not in {"@", ","}:
            literals[bool(digits) or is_general] += (
                sign or token["quoted"] or token["escaped"] or token["currency"] or ""
            )
    between = tuple((len(digits) - position, text) for position, text in inner)
    return _Section(literals[False], literals[True], digits, signs, elapsed, is_general, has_exponent, between)


def _format_section(value: float, section: _Section) -> str:
    """Return a number that is not negative."""
    if section.has_exponent or "/" in section.digits or (section.is_general and not section.digits):
        number = _format_general(value)
    elif not section.digits:
        # Only words, or nothing at all: such a format shows or hides what is no number.
        return (section.prefix + section.suffix).strip() or _format_general(value)
    else:
        percents = (section.prefix + section.suffix).count("%")
        number = _format_digits(Decimal(repr(value)).scaleb(2 * percents), section.digits)
        for after, text in section.inner if section.digits.strip("0#") == "" else ():
            number = f"{number[:-after]}{text}{number[-after:]}" if len(number) > after else number
    return " ".join(f"{section.prefix}{number}{section.suffix}".split())


def _format_digits(value: Decimal, digits: str) -> str:
    """Return a number in digits such as ``#,##0.00``, rounded as Excel does: half away from zero."""
    scaled = digits.rstrip(",")
    value = value.scaleb(-3 * (len(digits) - len(scaled)))
    whole, _, decimals = scaled.partition(".")
    places = sum(sign in DIGITS for sign in decimals)
    rounded = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    text = f"{rounded:,f}" if "," in whole else f"{rounded:f}"
    before, _, after = text.partition(".")
    optional = len(decimals) - len(decimals.rstrip("#?"))
    after = after[: places - optional] + after[places - optional :].rstrip("0")
    before = before.zfill(whole.count("0")) if "," not in whole else before
    return f"{before}.{after}" if after else before


def _format_general(value: float) -> str:
    """Return a number as a cell without a format shows it."""
    if value == int(value) and abs(value) <= MAX_FORMATTED:
        return str(int(value))
    return f"{value:.{SIGNIFICANT_DIGITS}g}"


def _format_date(value: float, section: _Section, is_1904: bool) -> str:
    """Return a date, a time or both, whichever the format shows."""
    if section.elapsed:
        return _format_elapsed(value, section)
    if not 0 <= value < MAX_SERIAL - (1462 if is_1904 else 0):
        return _format_general(value)
    # Times are kept as fractions of a day, which hold a second but not exactly.
    moment = (EPOCH_1904 if is_1904 else EPOCH) + timedelta(seconds=round(value * 86_400))
    if not is_1904 and value < 60:
        moment += timedelta(days=1)
    signs = section.signs
    has_time = "h" in signs or "s" in signs
    # An m beside hours or seconds is minutes.
    has_day = "d" in signs or "y" in signs or not has_time
    time = f"{moment:%H:%M:%S}" if "s" in signs else f"{moment:%H:%M}"
    day = _format_day(moment, signs) if has_day else ""
    return " ".join(part for part in (day, time if has_time else "") if part)


def _format_day(moment: datetime, signs: str) -> str:
    if "d" in signs or not signs.strip("hs"):
        return moment.date().isoformat()
    if "y" in signs and "m" not in signs:
        return f"{moment.year:04}"
    return moment.date().isoformat()[:7]


def _format_elapsed(value: float, section: _Section) -> str:
    """Return a length of time in hours, minutes or seconds, of which there may be more than a day has."""
    seconds = round(abs(value) * 86_400)
    sign = "-" if value < 0 else ""
    unit = section.elapsed[0]
    if unit == "s":
        return f"{sign}{seconds}"
    rest = f":{seconds % 60:02}" if "s" in section.signs else ""
    if unit == "m":
        return f"{sign}{seconds // 60}{rest}"
    minutes = f":{seconds // 60 % 60:02}" if "m" in section.signs else ""
    return f"{sign}{seconds // 3600}{minutes}{rest if minutes else ''}"


def format_iso_date(value: str) -> str:
    """Return a date in ISO form without a time of midnight, and without seconds that are zero."""
    day, _, time = value.partition("T")
    time = time.rstrip("Z").partition(".")[0].removesuffix(":00")
    return day if time in {"", "00:00", "00"} else f"{day} {time}"
