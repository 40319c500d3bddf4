"""Numbers and dates as a person sees them in a cell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.parsers.office.number_code import BUILT_IN
from index.parsers.office.number_format import format_iso_date, format_number


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (58, '#,##0.00 "EUR"', "58.00 EUR"),
        (1234567.891, "#,##0.00\\ [$€-407]", "1,234,567.89 €"),
        (58, '_-"$"* #,##0.00_-;\\-"$"* #,##0.00_-', "$58.00"),
        (-58, '_-"$"* #,##0.00_-;\\-"$"* #,##0.00_-', "-$58.00"),
        (-58, "#,##0_);[Red](#,##0)", "(58)"),
        (0.125, "0 %", "13 %"),
        (0.12, "0.0%", "12.0%"),
        (2.5, "0", "3"),
        (-0.2, "0", "0"),
        (1200000, '0.0,,"M"', "1.2M"),
        (7, "00000", "00007"),
        (123456789, "000-00-0000", "123-45-6789"),
        (12.5, "0.##", "12.5"),
        (12, "0.##", "12"),
        (0, '0.00;-0.00;"none"', "none"),
        (0, "0.00;-0.00;@", "0.00"),
        (0, '_-* #,##0.00\\ "€"_-;-* #,##0.00\\ "€"_-;_-* "-"??\\ "€"_-;_-@_-', "- €"),
        (0, '"Yes";"Yes";"No"', "No"),
        (-5, '"up";"down";"flat"', "down"),
        (-5, "0.00;[Red]0.00", "-5.00"),
        (-5, "0;;", "-5"),
        (500, '[>999999]0.0,,"M";[>999]0.0,"K";0', "500"),
        (1500, '[>999999]0.0,,"M";[>999]0.0,"K";0', "1.5K"),
        (-5, '[>999]0,"K";0 "each"', "-5 each"),
        (-5, "[<0](0);0", "(5)"),
        (5, "[>9]0", "5"),
        (12.5, '0.0"%"', "12.5%"),
        (12.5, "0.0\\%", "12.5%"),
        (0.5, ".00", "0.50"),
        (5, "0,000", "0,005"),
        (1234567890123456, "0", "1234567890123456"),
        (1.5, "0." + "0" * 31, "1." + "5".ljust(30, "0")),
        (1e15, "0." + "0" * 20, "1000000000000000." + "0" * 20),
        (0.1 + 0.2, "General", "0.3"),
        (1e15, "General", "1000000000000000"),
        (12, "@", "12"),
        (12345, "0.00E+00", "12345"),
        (0.5, "# ?/?", "0.5"),
        (3, ";;;", "3"),
        (3, "", "3"),
    ],
)
def test_numbers(value: float, code: str, shown: str) -> None:
    """Decimals, percent, currency, leading zeros, sections and conditions; what is not understood is General."""
    assert format_number(value, code) == shown


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (46053, "dd/mm/yyyy", "2026-01-31"),
        (46053, '[$-407]d. mmmm yyyy" (Sa)"', "2026-01-31"),
        (46053.604166666664, "m/d/yy h:mm", "2026-01-31 14:30"),
        (0.604166666664, "h:mm AM/PM", "14:30"),
        (0.9999999999, "h:mm:ss", "00:00:00"),
        (46053, "mmm yyyy", "2026-01"),
        (46053, "yyyy", "2026"),
        (46053, "dddd", "2026-01-31"),
        (1.5625, "[h]:mm", "37:30"),
        (0.5, "[mm]:ss", "720:00"),
        (1, "yyyy-mm-dd", "1900-01-01"),
        (-1, "yyyy-mm-dd", "-1"),
        (1e9, "yyyy-mm-dd", "1000000000"),
        (46053, BUILT_IN[31], "2026-01-31"),
    ],
)
def test_dates(value: float, code: str, shown: str) -> None:
    """In ISO form, with as much of them as the format shows; what is no date stays a number."""
    assert format_number(value, code) == shown


def test_the_other_epoch() -> None:
    """Workbooks of old Macintoshes count days from 1904."""
    assert format_number(44591, "yyyy-mm-dd", is_1904=True) == "2026-01-31"


@pytest.mark.parametrize(
    ("value", "shown"),
    [("2026-01-31", "2026-01-31"), ("2026-01-31T00:00:00Z", "2026-01-31"), ("2026-01-31T14:30:00", "2026-01-31 14:30")],
)
def test_dates_in_iso_form(value: str, shown: str) -> None:
    """A time of midnight is none."""
    assert format_iso_date(value) == shown


@given(st.floats(allow_nan=False, allow_infinity=False), st.text('0#?.,%E+-;[]"\\$_*@ hmsydGeneral/', max_size=12))
def test_any_code_shows_something(value: float, code: str) -> None:
    """A damaged code fails nothing, and hides no number."""
    assert format_number(value, code) or value == 0
