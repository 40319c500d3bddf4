"""Whole numbers: sign, thousands, decimals, currency, percent, and the unit after them."""

import regex

from index.types import Span
from qa.answer.borders.words import WORDS, find_matches, iterate_near, widen_to


def _join_words(words: tuple[str, ...]) -> str:
    return "|".join(regex.escape(word) for word in sorted(words, key=len, reverse=True))


# Everything between two digits without white space belongs to the number: 1,000.5, 14:45, 7/8, 3.4.1, 1:20.
NUMBER = r"\p{Nd}+(?:[.,:/'’·\u00a0\u202f\u2009]\p{Nd}+)*(?:\s?[½¼¾⅓⅔⅛])?|[½¼¾⅓⅔⅛]"
CODES = "EUR|USD|GBP|CHF|JPY|CAD|AUD|NZD|SEK|NOK|DKK|CNY|INR|BRL|MXN|ZAR|PLN|CZK|HUF"
CURRENCY = rf"(?:\p{{Lu}}{{0,3}}\p{{Sc}}|\b(?:{CODES}))[ \u00a0]{{0,2}}"
# Symbols that are words or initials too ("in", "A") count only directly after the digits or before a mark.
SYMBOLS = (
    "µg/mL|mg/mL|µg/l|mg/kg|mg/l|g/l|kg/m³|kg/m2|W/m²K|kWh/m²|km/h|m/s|mm/h|l/min|L/min|µmol|mmol|mol|µm|µg|µl|µL|nm|mm|cm"
    "|dm|km|m²|m³|m2|m3|cm²|cm³|km²|ha|mg|kg|g|t|ml|mL|cl|dl|l|L|hl|ms|µs|ns|s|h|d|Hz|kHz|MHz|GHz|dB|dBA|dB\\(A\\)|kB|KB|MB|GB"
    "|TB|PB|KiB|MiB|GiB|TiB|Ki|Mi|Gi|kbit/s|Mbit/s|Gbit/s|Mbps|Gbps|mAh|Ah|mA|kA|mV|kV|V|mW|kW|MW|GW|W|kWh|Wh|MWh|kVA|VA|J|kJ"
    "|MJ|kcal|N|Nm|kN|Pa|hPa|kPa|MPa|bar|mbar|psi|rpm|ppm|ppb|dpi|fps|px|pt|em|lm|lx|cd|K|Ω|kΩ|oz|lb|lbs|ft|yd|mi|mph|pH|x|×"
    "|kr|Kč|zł"
)
ATTACHED = r"A|C|F|in|M|G|k|bn|min|hr|hrs|st|nd|rd|th|d|w|y|\"|''|”(?!\p{L})|′|″"
UNITS = (
    rf"[ \u00a0\u202f]?(?:%|‰|°\s?[CF]?)(?!\p{{L}})|[ \u00a0\u202f]?(?:{SYMBOLS})(?![\p{{L}}\p{{N}}])"
    rf"|(?:{ATTACHED})(?![\p{{L}}\p{{N}}])|[ \u00a0]?\p{{Sc}}|[ \u00a0](?:{CODES})\b|[ \u00a0](?:A|in)(?=[,;.)|\n]|$)"
)
SCALES = rf"(?:[\s\u00a0-](?:{_join_words(WORDS.scale_words)})\b)"
UNIT_WORDS = (
    rf"(?:[\s\u00a0-](?:(?i:{_join_words(WORDS.unit_qualifiers)})\s)?"
    rf"(?i:{_join_words(WORDS.units)})(?![\p{{L}}\p{{N}}]))"
)
NUMERAL = rf"(?i:{_join_words((*WORDS.number_words, *WORDS.scale_words))})"
WRITTEN = rf"\b{NUMERAL}(?:(?:[\s-]|\sand\s){NUMERAL})*\b"
AFTER = rf"(?:{SCALES}*(?:{UNIT_WORDS}|{UNITS})|{SCALES}+)"
QUANTITY = regex.compile(
    rf"(?P<before>(?:(?<![\p{{L}}\p{{N}}])[-+−±~≈<>≤≥])?(?:{CURRENCY})?(?:(?<=\p{{Sc}})[-−])?)"
    rf"(?<![\p{{Nd}}][.,:])(?P<number>{NUMBER})(?P<after>{AFTER})?"
)
# A range is torn only if its unit is at one end: "30–45 minutes", but not the score "24–10" or the years "1914–18".
RANGE = regex.compile(
    rf"(?:{CURRENCY})?(?:{NUMBER})\s?(?:[-–—]|x|×)\s?(?:{NUMBER})(?:{AFTER})|(?:{CURRENCY})(?:{NUMBER})\s?[-–—]\s?(?:{NUMBER})"
)
# "2 h 05 min", "5 ft 3 in".
LARGER = r"h|hrs?|hours?|d|days?|ft|feet|lb|°|years?"
SMALLER = r"min|mins|minutes?|m|h|hours?|s|in|inches|oz|months?|′"
COMPOUND = regex.compile(
    rf"(?:{NUMBER})[ \u00a0]?(?:{LARGER})[ \u00a0](?:{NUMBER})[ \u00a0]?(?:{SMALLER})(?![\p{{L}}\p{{N}}])"
)
WRITTEN_QUANTITY = regex.compile(rf"{WRITTEN}(?:{UNIT_WORDS})?")
MONTH = _join_words(WORDS.months)
DAY = r"\p{Nd}{1,2}(?:st|nd|rd|th)?"
DATE = regex.compile(
    rf"\b(?P<day>{DAY})\s(?:of\s)?(?P<month>{MONTH})\b|\b(?P<month>{MONTH})\.?\s(?P<day>{DAY})(?![\p{{Nd}}:])"
)


def widen_to_quantities(text: str, span: Span) -> Span:
    """Return the span with whole numbers, each with the currency before it and the unit after it."""
    for pattern in (QUANTITY, WRITTEN_QUANTITY, COMPOUND, RANGE):
        torn = [found for found in _find_torn(pattern, text, span) if not _is_whole_end(pattern, text, span, found)]
        span = widen_to(span, torn)
    return widen_to(span, _find_days(text, span))


def _find_torn(pattern: regex.Pattern[str], text: str, span: Span) -> list[Span]:
    """Return the matches that the span touches and does not hold."""
    found = find_matches(pattern, text, span)
    return [one for one in found if not (span.start <= one.start and one.end <= span.end)]


def _is_whole_end(pattern: regex.Pattern[str], text: str, span: Span, found: Span) -> bool:
    """Return whether the span begins with the second number of a range, which is a number with its unit."""
    return pattern is RANGE and found.start < span.start and text[span.start - 1] in "-–— " and found.end <= span.end


def _find_days(text: str, span: Span) -> list[Span]:
    """Return the dates of which the span has the day and not the month."""
    found = []
    for match in iterate_near(DATE, text, span):
        day, month = Span(*match.span("day")), Span(*match.span("month"))
        if day.overlaps(span) and not month.overlaps(span):
            found.append(Span(*match.span()))
    return found
