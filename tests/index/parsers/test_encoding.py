"""Bytes become text: byte-order marks, declared and guessed encodings, line ends, binary data."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import LoadError
from index.parsers.encoding import decode_bytes, repair_surrogates, unify_newlines

# No control characters, which in number are binary data, and no mark that a codec would take for its own.
TEXTS = st.text(st.one_of(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff"), st.just("\n")))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@given(text=TEXTS)
def test_unicode_comes_back(encoding: str, text: str) -> None:
    """What was written in UTF-8, or in another Unicode encoding with its mark, is read unchanged."""
    assert decode_bytes(text.encode(encoding)) == text


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff")),
    st.sampled_from(["\r\n", "\r"]),
)
def test_line_ends_become_lf(line: str, end: str) -> None:
    """CRLF and lone CR become LF when a text is loaded, before any offset exists."""
    assert decode_bytes(f"{line}{end}{line}".encode()) == f"{line}\n{line}"


def test_text_is_not_normalized() -> None:
    """A decomposed é stays two code points: offsets must match the user's own file."""
    assert decode_bytes("e\u0301".encode()) == "e\u0301"


@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("text", ["Killy walks.", "Город без конца.", "東京は一つ。\u3000 1998 年 6 月\n"])
def test_wide_text_without_a_mark(order: str, text: str) -> None:
    """UTF-16 and UTF-32 are recognized by the positions of their NUL bytes, also if NULs are on both sides."""
    assert decode_bytes(text.encode(order)) == text


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "Le café est fermé à Noël ; où êtes-vous allés, mes chères élèves ?"),
        ("cp1252", "I paid £5 for the “naïve” café menu – it’s fine"),
        ("cp1252", "Le café est fermé à Noël. Voilà l'été déjà passé."),
        ("cp1252", "El niño comió piñas en España."),
        ("cp1250", "Zażółć gęślą jaźń, bo źle się czuję w łóżku"),
        ("cp1250", "A světlo v příliš zelené ódy řeka úpěl v úpěl město."),
        ("cp1251", "Москва является столицей России и крупнейшим городом страны."),
        ("shift_jis", "これは日本語の文章です。吾輩は猫である。名前はまだ無い。"),
    ],
)
def test_legacy_encodings_are_guessed(encoding: str, text: str) -> None:
    """A sentence in an encoding older than Unicode is decoded as what suits its letters."""
    assert decode_bytes(text.encode(encoding)) == text


def test_a_declared_encoding_is_believed_only_if_it_fits() -> None:
    """The declared codec is used if every byte fits it, otherwise UTF-8."""
    assert decode_bytes("Größe".encode("cp1252"), "cp1252") == "Größe"
    assert decode_bytes("名前 😀".encode(), "iso2022_jp") == "名前 😀"


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        b"\x7fELF\x02\x01\x01\x00\x00\x00",
        b"hello wo\0rld!",
        b"hello wo\0rld!!",
        b"\0\xe0\xe1\0" * 10,
        b"\x00\x01",
        bytes(range(32)) * 8,
        bytes(random.Random(1).randbytes(3000)),
        bytes(1000),
    ],
)
def test_binary_data_is_refused(data: bytes) -> None:
    """Pictures, programs, stray NULs, control characters and noise are not text."""
    with pytest.raises(LoadError, match="binary data or text in an unknown encoding"):
        decode_bytes(data)


@pytest.mark.parametrize("data", [b"\xff\xfea", b"\xef\xbb\xbf\xff", b"\xff\xfe\x00\xd8"])
def test_a_damaged_marked_file_says_so(data: bytes) -> None:
    """A mark determines the encoding: bytes that do not fit are damage, not a reason to guess."""
    with pytest.raises(LoadError, match=r"begins with the byte-order mark of UTF-(8|16-LE) but is damaged"):
        decode_bytes(data)


@given(st.binary(max_size=200))
def test_any_bytes_are_text_or_refused(data: bytes) -> None:
    """No bytes give another error, a lone surrogate or a CR."""
    try:
        text = decode_bytes(data)
    except LoadError:
        return
    assert text.encode("utf-8").decode("utf-8") == text
    assert "\r" not in text


def test_ansi_colours_are_text() -> None:
    """A terminal log with escape sequences is not binary data."""
    assert decode_bytes(b"\x1b[31mred\x1b[0m\n" * 50)


def test_surrogates_are_repaired() -> None:
    """A pair becomes its character, a lone one U+FFFD."""
    assert repair_surrogates("\ud83d\ude00 \ud83d!") == "😀 \ufffd!"


def test_newlines_of_every_kind() -> None:
    """CRLF is one line end, and CR CR two."""
    assert unify_newlines("a\r\nb\r\rc\n") == "a\nb\n\nc\n"


@pytest.mark.parametrize(("controls", "is_text"), [(5, True), (6, False)])
def test_few_control_characters_are_tolerated(controls: int, is_text: bool) -> None:
    """Text may have a control character in twenty; more of them are binary data."""
    data = b"\x01" * controls + b"x" * (100 - controls)
    if is_text:
        assert decode_bytes(data) == data.decode()
    else:
        with pytest.raises(LoadError):
            decode_bytes(data)


def test_noise_after_the_beginning_is_still_noise() -> None:
    """Thousands of characters are looked at, not only the first line."""
    with pytest.raises(LoadError):
        decode_bytes(b"A picture follows.\n" + b"\x01\x02" * 400)
