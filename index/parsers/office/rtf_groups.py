"""Rich Text Format: control words and groups become text and events (Microsoft, RTF specification 1.9.1).

No library is used: striprtf, the one in use, returns one string without headings, and with cells that cannot be told
from text.
"""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import regex

from index.errors import LoadError
from index.parsers.office.rtf_words import CHARACTERS, CODE_PAGES, ENDS, KNOWN, OUTER, SKIPPED, SYMBOLS

TOKEN = regex.compile(
    rb"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})? ?|\\'(?P<byte>[0-9a-fA-F]{2})|\\(?P<symbol>[^a-zA-Z])"
    rb"|(?P<brace>[{}])|[\r\n\0]+|(?P<text>[^\\{}\r\n\0]+)|\\"
)
# Groups inside each other; real files have a few dozen.
MAX_DEPTH = 1000
DAMAGED = "is damaged or not an .rtf file; save it again in the program that made it"
CUT_OFF = "is cut off; save it again in the program that made it or download it again"
TOO_DEEP = f"has more than {MAX_DEPTH:,} groups inside each other, as no real file does; leave it out"


@dataclass(slots=True)
class Group:
    """What holds until the group ends."""

    kind: str = "body"
    skips: bool = False
    hidden: bool = False
    # How many characters after a \u stand for it in old programs, and the encoding of bytes.
    fallback: int = 1
    codec: str = "cp1252"
    # The paragraph: its style, its level in the outline (-1: that of the style), whether it is in a table, how deep.
    style: int = 0
    level: int = -1
    in_table: bool = False
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Event:
    """A text, a control word (``name``) with its number, or the end of a group that is for something else."""

    name: str
    group: Group
    text: str = ""
    number: int | None = None


@dataclass(slots=True)
class _Fonts:
    """Encodings by font, from the charset that each font states."""

    codecs: dict[int, str] = field(default_factory=dict)
    current: int = 0
    ansi: str = "cp1252"

    def find(self, number: int | None) -> str:
        """Return the encoding of a font."""
        return self.codecs.get(number or 0, self.ansi)


def read_rtf(data: bytes) -> Iterator[Event]:
    """Yield texts and control words in order; raise LoadError for a file that is damaged, cut off or hostile.

    Groups that are not shown are left out, except for control words of nested tables in them.
    """
    if not data.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"{\\rtf"):
        raise LoadError(DAMAGED)
    yield from _Reader(data).read()


class _Reader:
    """Keeps the stack of groups, and bytes until it is known that no more belong to a character."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._stack: list[Group] = []
        self._group = Group()
        self._fonts = _Fonts()
        self._bytes = bytearray()
        self._to_skip = 0
        self._starred = False
        self._position = 0

    def read(self) -> Iterator[Event]:
        """Yield the events of the file."""
        while token := TOKEN.match(self._data, self._position):
            self._position = token.end()
            if token["byte"]:
                self._add_bytes(bytes.fromhex(token["byte"].decode()))
            elif token["text"]:
                self._add_bytes(token["text"])
            elif token["symbol"]:
                yield from self._read_symbol(token["symbol"])
            elif token["word"]:
                yield from self._read_word(token["word"].decode(), token["number"])
            elif token["brace"]:
                yield from self._flush()
                yield from self._open() if token["brace"] == b"{" else self._close()
                if not self._stack:
                    return
        raise LoadError(CUT_OFF)

    def _open(self) -> Iterator[Event]:
        if len(self._stack) >= MAX_DEPTH:
            raise LoadError(TOO_DEEP)
        self._stack.append(self._group)
        self._group = replace(self._group)
        self._to_skip, self._starred = 0, False
        return iter(())

    def _close(self) -> Iterator[Event]:
        ended, self._group = self._group, self._stack.pop()
        self._to_skip = 0
        if ended.kind != self._group.kind or ended.kind in {"fonts", "styles"}:
            yield Event("end", ended)

    def _read_symbol(self, symbol: bytes) -> Iterator[Event]:
        if symbol == b"*":
            self._starred = True
        elif symbol in ENDS:
            yield from self._read_word("par", None)
        elif self._to_skip:
            self._to_skip -= 1
        elif symbol in SYMBOLS:
            yield from self._add_text(SYMBOLS[symbol])

    def _read_word(self, word: str, digits: bytes | None) -> Iterator[Event]:
        number = int(digits) if digits else None
        if word == "bin":
            self._position += max(0, number or 0)
        elif word == "u":
            yield from self._add_character(number or 0)
        elif self._to_skip:
            self._to_skip -= 1
        elif word in CHARACTERS:
            yield from self._add_text(CHARACTERS[word])
        else:
            yield from self._flush()
            is_used = self._begin_destination(word) or self._set_property(word, number)
            if not is_used and (not self._group.skips or word.startswith("nest")):
                yield Event(word, self._group, number=number)
        self._starred = False

    def _begin_destination(self, word: str) -> bool:
        """Return whether the word says what the group is for."""
        if word in KNOWN:
            # Title and author are read although the group of all information is not.
            self._group.kind, self._group.skips = KNOWN[word], False
            return True
        if word in SKIPPED or (self._starred and word not in OUTER):
            self._group.skips = True
            return True
        return False

    def _set_property(self, word: str, number: int | None) -> bool:
        """Return whether the word changes how text is read."""
        group = self._group
        if word == "pard":
            group.style, group.level, group.in_table, group.depth = 0, -1, False, 1
        elif word in {"v", "deleted"}:
            group.hidden = number != 0
        elif word == "plain":
            group.hidden = False
        elif word == "uc":
            group.fallback = number if number is not None else 1
        elif word in {"s", "outlinelevel", "intbl", "itap"}:
            self._set_paragraph(word, number or 0)
            return False
        else:
            return self._set_encoding(word, number)
        return True

    def _set_paragraph(self, word: str, number: int) -> None:
        if word == "s":
            self._group.style = number
        elif word == "outlinelevel":
            self._group.level = number
        elif word == "intbl":
            self._group.in_table = True
        else:
            self._group.depth, self._group.in_table = number, number > 0

    def _set_encoding(self, word: str, number: int | None) -> bool:
        if word == "ansicpg":
            self._fonts.ansi = self._group.codec = _find_codec(f"cp{number}")
        elif word in {"mac", "pc", "pca"}:
            self._fonts.ansi = self._group.codec = {"mac": "mac_roman", "pc": "cp437", "pca": "cp850"}[word]
        elif word == "f":
            self._fonts.current = number or 0
            self._group.codec = self._fonts.find(number)
        elif word == "fcharset":
            if number in CODE_PAGES:
                self._fonts.codecs[self._fonts.current] = self._group.codec = CODE_PAGES[number]
        else:
            return False
        return True

    def _add_character(self, number: int) -> Iterator[Event]:
        """Add a character by its number; one beyond U+FFFF comes as two surrogates, which are joined later."""
        # What follows U+F000 are signs of fonts of symbols, such as bullets, which are no characters elsewhere.
        yield from self._add_text("" if 0xF000 <= number % 0x10000 <= 0xF0FF else chr(number % 0x10000))
        self._to_skip = self._group.fallback

    def _add_bytes(self, data: bytes) -> None:
        skipped = min(self._to_skip, len(data))
        self._to_skip -= skipped
        self._bytes += data[skipped:]

    def _add_text(self, text: str) -> Iterator[Event]:
        yield from self._flush()
        if not self._group.skips and not self._group.hidden:
            yield Event("text", self._group, text)

    def _flush(self) -> Iterator[Event]:
        """Yield the bytes so far as text."""
        if self._bytes:
            text = self._bytes.decode(self._group.codec, "replace")
            self._bytes.clear()
            if not self._group.skips and not self._group.hidden:
                yield Event("text", self._group, text)


def _find_codec(name: str) -> str:
    """Return an encoding that Python knows."""
    try:
        return codecs.lookup(name).name
    except LookupError:
        return "cp1252"
