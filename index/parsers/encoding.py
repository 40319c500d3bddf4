"""Bytes to text. The only module that imports charset_normalizer.

The text of a document is what its bytes say, with two exceptions that are settled here, before any
offset exists: a byte-order mark is removed, and CRLF and lone CR become LF. Text is not normalized to
NFC, because offsets must match what the user's own editor shows.
"""

import codecs
from unicodedata import category

from index.errors import LoadError

# UTF-32 first: its little-endian mark begins with the mark of UTF-16.
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Enough characters to tell text from noise, and quick to look at.
SAMPLE_CHARS = 20_000
# Charset-normalizer's measure of chaos; below this it does not rule an encoding out.
MAX_CHAOS = 0.15
# Bytes with a larger share of control characters are binary; random bytes have more than twice as many.
MAX_NOISE = 0.05

CONTROLS = frozenset({"Cc"})
# A wrong guess is full of these categories. Real text may contain emoji newer than this Python (Cn).
UNLIKELY = frozenset({"Cc", "Cn", "Co"})
# Control characters that text files do contain.
ALLOWED_CONTROLS = frozenset("\t\n\v\f\r\x1b\x85")


def decode_bytes(data: bytes, declared: str | None = None) -> str:
    """Return the text of a file.

    Tried in order: its byte-order mark, the ``declared`` Python codec if every byte fits, UTF-8, and the
    best guess. Raise LoadError for bytes that are not text, and for a file with a mark that is damaged.
    """
    text = _decode_marked(data)
    if text is None:
        text = _decode_wide(data) if b"\0" in data else _decode_narrow(data, declared)
    if text is None or _is_noisy(text, CONTROLS):
        raise LoadError("contains binary data or text in an unknown encoding; save it as UTF-8 or leave it out")
    return unify_newlines(text)


def unify_newlines(text: str) -> str:
    """Replace every CRLF and lone CR with LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def repair_surrogates(text: str) -> str:
    """Join pairs of surrogates and replace lone ones, which UTF-8 cannot encode, with U+FFFD."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _try_decode(data: bytes, encoding: str) -> str | None:
    """Return the text if every byte fits the encoding, else None."""
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _decode_marked(data: bytes) -> str | None:
    """Return the text after a byte-order mark, or None if there is no mark."""
    marks = [(mark, encoding) for mark, encoding in BYTE_ORDER_MARKS if data.startswith(mark)]
    for mark, encoding in marks:
        text = _try_decode(data[len(mark) :], encoding)
        if text is not None:
            return text
    if marks:
        encoding = marks[-1][1].upper()
        raise LoadError(
            f"begins with the byte-order mark of {encoding} but is damaged or cut off; save it again as UTF-8"
        )
    return None


def _decode_wide(data: bytes) -> str | None:
    """Decode UTF-32 or UTF-16 without a mark, recognized by its NUL bytes; return None for anything else.

    UTF-8 with stray NULs looks similar, and read as UTF-16 it becomes plausible Chinese. So if NULs are
    few, what remains without them must not be text.
    """
    narrow = _try_decode(data.replace(b"\0", b""), "utf-8")
    if data.count(0) * 4 < len(data) and narrow is not None and not _is_noisy(narrow, CONTROLS):
        return None
    # Not "all NULs on one side": the low byte of U+3000 and U+4E00 is NUL too.
    order = "le" if data[1::2].count(0) > data[0::2].count(0) else "be"
    for encoding in ("utf-32-le", "utf-32-be", f"utf-16-{order}"):
        text = _try_decode(data, encoding)
        if text and not _is_noisy(text, UNLIKELY):
            return text
    return None


def _decode_narrow(data: bytes, declared: str | None) -> str | None:
    """Decode bytes without NULs; every encoding but UTF-16 and UTF-32 is tried."""
    for encoding in filter(None, (declared, "utf-8")):
        text = _try_decode(data, encoding)
        if text is not None:
            return text
    return _decode_guessed(data)


def _decode_guessed(data: bytes) -> str | None:
    """Return the text in the legacy encoding that suits its letters best, or None."""
    from charset_normalizer import from_bytes

    matches = from_bytes(data)
    best = matches.best()
    if best is None:
        return None
    # By far the most common legacy encoding, and the scores of a short text say little, so it is
    # chosen whenever it is plausible; for Polish or Czech text it is not.
    western = any(match.encoding == "cp1252" and match.chaos < MAX_CHAOS for match in matches)
    text = _try_decode(data, "cp1252" if western else best.encoding)
    return None if text is None or _is_noisy(text, UNLIKELY) else text


def _is_noisy(text: str, noise: frozenset[str]) -> bool:
    """Return whether too many characters at the beginning are of the categories ``noise``."""
    sample = text[:SAMPLE_CHARS]
    count = sum(category(character) in noise for character in sample if character not in ALLOWED_CONTROLS)
    return count > MAX_NOISE * len(sample)
