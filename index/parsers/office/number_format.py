"""Numbers as a person sees them in a cell: ``0.12`` in the format ``0 %`` is "12 %", and a date is in ISO form.

Dates are always written as 2026-01-31, because how a program shows them depends on where its user lives.
"""

from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from math import isfinite

import regex

from index.parsers.office.number_code import Section, choose_section

NONZERO = regex.compile("[1-9]")
# Before which of the digits of a whole number a comma is.
THOUSANDS = regex.compile(r"(?<=\d)(?=(?:\d{3})+$)")
DIGITS = frozenset("0#?")
# Excel counts days from here, if 1900-02-29 is taken to have existed; the other epoch is that of old Macintoshes.
EPOCH, EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)
# The last day of the year 9999.
MAX_SERIAL = 2_958_466
SIGNIFICANT_DIGITS = 11
# A larger number is written with an exponent.
MAX_FORMATTED = 1e21
# What Excel allows; and enough digits for the largest number with as many, twice multiplied by 100.
MAX_DECIMALS, PRECISION = 30, Context(prec=60)


def format_number(value: float, code: str, is_1904: bool = False) -> str:
    """Return a number in a format; in one that is not understood, as the number itself."""
    section, is_marked = choose_section(value, code)
    if section.elapsed:
        return _format_elapsed(value, section)
    if section.signs:
        return _format_date(value, section.signs, is_1904)
    if abs(value) > MAX_FORMATTED:
        return _format_general(value)
    text = _format_section(abs(value), section)
    return f"-{text}" if value < 0 and not is_marked and NONZERO.search(text) else text


def format_stored_number(text: str, code: str, is_1904: bool = False) -> str:
    """Return a number in a format, given as a file stores it; empty for what is no number."""
    try:
        number = float(text)
    except ValueError:
        return ""
    return format_number(number, code, is_1904) if isfinite(number) else ""


def _format_section(value: float, section: Section) -> str:
    """Return a number that is not negative."""
    if section.has_exponent or "/" in section.digits or (section.is_general and not section.digits):
        number = _format_general(value)
    elif section.digits and (value or section.digits.strip("?")):
        number = _format_digits(Decimal(repr(value)).scaleb(2 * section.percents), section)
    else:
        # Only words, such as "yes", and the dash for zero in the format "-"??.
        number = ""
    return " ".join(f"{section.prefix}{number}{section.suffix}".split()) or _format_general(value)


def _format_digits(value: Decimal, section: Section) -> str:
    """Return a number in digits such as ``#,##0.00``, rounded as Excel does: half away from zero."""
    scaled = section.digits.rstrip(",")
    value = value.scaleb(-3 * (len(section.digits) - len(scaled)))
    whole, _, decimals = scaled.partition(".")
    places = min(sum(sign in DIGITS for sign in decimals), MAX_DECIMALS)
    before, _, after = f"{value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, PRECISION):f}".partition(".")
    optional = len(decimals) - len(decimals.rstrip("#?"))
    after = after[: places - optional] + after[places - optional :].rstrip("0")
    before = before.zfill(whole.count("0"))
    if "," in whole:
        before = THOUSANDS.sub(",", before)
    if not scaled.strip("0#"):
        for following, words in section.inner:
            before = f"{before[:-following]}{words}{before[-following:]}" if len(before) > following else before
    return f"{before}.{after}" if after else before


def _format_general(value: float) -> str:
    """Return a number as a cell without a format shows it."""
    if abs(value) <= MAX_FORMATTED and value == int(value):
        # By its shortest form, so that a large one has no digits that the file has not.
        return str(int(Decimal(repr(value))))
    return f"{value:.{SIGNIFICANT_DIGITS}g}"


def _format_date(value: float, signs: str, is_1904: bool) -> str:
    """Return a date, a time or both, whichever the format shows."""
    if not 0 <= value < MAX_SERIAL - (1462 if is_1904 else 0):
        return _format_general(value)
    # Times are kept as fractions of a day, which hold a second but not exactly.
    moment = (EPOCH_1904 if is_1904 else EPOCH) + timedelta(seconds=round(value * 86_400))
    if not is_1904 and value < 60:
        moment += timedelta(days=1)
    time = "" if {*signs}.isdisjoint("hs") else f"{moment:%H:%M:%S}" if "s" in signs else f"{moment:%H:%M}"
    return " ".join(filter(None, (_format_day(moment, signs), time)))


def _format_day(moment: datetime, signs: str) -> str:
    """Return as much of the day as the format shows; beside hours or seconds an m is minutes."""
    if "d" in signs:
        return moment.date().isoformat()
    if "y" in signs and "m" not in signs:
        return f"{moment.year:04}"
    has_month = "y" in signs or {*signs}.isdisjoint("hs")
    return moment.date().isoformat()[:7] if has_month else ""


def _format_elapsed(value: float, section: Section) -> str:
    """Return a length of time in hours, minutes or seconds, of which there may be more than a day has."""
    seconds = round(abs(value) * 86_400)
    sign = "-" if value < 0 else ""
    if section.elapsed == "s":
        return f"{sign}{seconds}"
    rest = f":{seconds % 60:02}" if "s" in section.signs else ""
    if section.elapsed == "m":
        return f"{sign}{seconds // 60}{rest}"
    minutes = f":{seconds // 60 % 60:02}" if "m" in section.signs else ""
    return f"{sign}{seconds // 3600}{minutes}{rest if minutes else ''}"


def format_iso_date(value: str) -> str:
    """Return a date in ISO form without a time of midnight, and without seconds that are zero."""
    day, _, time = value.partition("T")
    time = time.rstrip("Z").partition(".")[0].removesuffix(":00")
    return day if time in {"", "00:00", "00"} else f"{day} {time}"
