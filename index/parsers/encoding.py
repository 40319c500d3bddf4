"""Bytes become text. The only module that imports charset_normalizer.

The text of a document is what its bytes say but for two things, settled once, here, before
any offset exists: a byte-order mark is dropped, and CRLF and lone CR become LF. It is not
normalised to NFC: offsets must match what the user's own editor shows.
"""

import codecs
from collections.abc import Callable
from unicodedata import category

from index.errors import LoadError

# UTF-32 first: its little-endian mark begins with the mark of UTF-16.
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
SAMPLE = 20_000
"""Characters looked at to tell text from noise."""

PLAUSIBLE = 0.15
"""Charset-normalizer's chaos, below which it does not rule an encoding out."""
MAX_NOISE = 0.05
"""Share of control characters above which bytes are binary; random bytes have more than twice that."""

CONTROLS = frozenset({"Cc"})
UNLIKELY = frozenset({"Cc", "Cn", "Co"})
"""Categories that a wrong guess is full of; real text may hold emoji newer than this Python."""

HARMLESS = frozenset("\t\n\v\f\r\x1b\x85")


def decode_bytes(data: bytes, declared: str | None = None) -> str:
    """The text of a file: its mark, the encoding it declares, UTF-8, then the best guess.

    ``declared`` is a Python codec and is believed only if every byte fits. Raises LoadError
    for bytes that are no text, and for a marked file that is damaged.
    """
    text = _marked(data)
    attempts = [_wide] if b"\0" in data else [_as(declared), _as("utf-8"), _guessed]
    for attempt in attempts if text is None else ():
        text = attempt(data)
        if text is not None:
            break
    if text is None or _noisy(text, CONTROLS):
        raise LoadError("holds binary data or an unknown encoding, not text; save it as UTF-8 or leave it out")
    return unify_newlines(text)


def unify_newlines(text: str) -> str:
    """The text with LF for every CRLF and lone CR."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def repair_surrogates(text: str) -> str:
    """Pairs of surrogates joined and lone ones replaced by U+FFFD: they have no UTF-8."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _as(encoding: str | None) -> Callable[[bytes], str | None]:
    """An attempt that gives None unless every byte fits."""

    def attempt(data: bytes) -> str | None:
        try:
            return data.decode(encoding) if encoding else None
        except UnicodeDecodeError:
            return None

    return attempt


def _marked(data: bytes) -> str | None:
    """The text after a byte-order mark, or None without one."""
    marks = [(mark, encoding) for mark, encoding in MARKS if data.startswith(mark)]
    for mark, encoding in marks:
        text = _as(encoding)(data[len(mark) :])
        if text is not None:
            return text
    if marks:
        encoding = marks[-1][1].upper()
        raise LoadError(f"begins with the mark of {encoding} but is damaged or cut off; save it again as UTF-8")
    return None


def _wide(data: bytes) -> str | None:
    """UTF-32 or UTF-16 without a mark, told by where its NULs are; None for anything else.

    Only UTF-8 can hide here as well, with stray NULs, and read as UTF-16 that becomes
    plausible Chinese: so where NULs are few, what remains without them must not be text.
    """
    narrow = _as("utf-8")(data.replace(b"\0", b""))
    if data.count(0) * 4 < len(data) and narrow is not None and not _noisy(narrow, CONTROLS):
        return None
    # Not "all NULs on one side": the low byte of U+3000 and U+4E00 is NUL too.
    order = "le" if data[1::2].count(0) > data[0::2].count(0) else "be"
    for encoding in ("utf-32-le", "utf-32-be", f"utf-16-{order}"):
        text = _as(encoding)(data)
        if text and not _noisy(text, UNLIKELY):
            return text
    return None


def _guessed(data: bytes) -> str | None:
    """The text in the legacy encoding that suits its letters best, or None."""
    from charset_normalizer import from_bytes

    matches = from_bytes(data)
    best = matches.best()
    if best is None:
        return None
    # By far the most common legacy encoding, and the scores of a short text tell little, so it
    # is taken wherever it is plausible; Polish or Czech text is not plausible in it.
    western = any(m.encoding == "cp1252" and m.chaos < PLAUSIBLE for m in matches)
    text = _as("cp1252" if western else best.encoding)(data)
    return None if text is None or _noisy(text, UNLIKELY) else text


def _noisy(text: str, noise: frozenset[str]) -> bool:
    """Whether too many characters at the beginning are of the categories ``noise``."""
    sample = text[:SAMPLE]
    found = sum(category(c) in noise for c in sample if c not in HARMLESS)
    return found > MAX_NOISE * len(sample)
