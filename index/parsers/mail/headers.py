"""The headers of a mail, as its readers see them.

They are decoded here and not by ``email.policy.default``, whose parser raises errors of many kinds on damaged headers,
and cannot read a character whose bytes are divided between two encoded words, as some programs write them.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any, TypeAlias
from unicodedata import category

from index.errors import LoadError
from index.parsers.encoding import decode_bytes, repair_surrogates, unify_newlines

# Parsed with the policy compat32.
Mail: TypeAlias = "Message[str, str]"

# What browsers and mail programs take for these, since it has all their characters and some more.
SUPERSETS = {"iso-8859-1": "cp1252", "latin-1": "cp1252", "us-ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030"}
# A guess needs about as many bytes; fewer are in the most common encoding.
MIN_GUESSED_BYTES = 200
# At least one of them is in every mail.
MARKS = ("From", "To", "Date", "Subject", "Message-ID", "Received", "Sender")
# The readers of a mail to more people do not read all of them either; the metadata has all.
MAX_NAMED = 20


@dataclass(frozen=True, slots=True)
class Headers:
    """Who wrote a mail, to whom, when and about what; empty for what it does not say."""

    subject: str
    authors: Sequence[str]
    to: Sequence[str]
    cc: Sequence[str]
    date: datetime | None
    message_id: str

    @property
    def place(self) -> str:
        """What the mail is called as a place: "mail of 2026-01-31"."""
        return f"mail of {self.date:%Y-%m-%d}" if self.date else "mail"

    @property
    def sentence(self) -> str:
        """Who wrote to whom and when, in a sentence, in which a reader finds it more surely than in lines of headers.

        "Anna Meier (anna@example.org) wrote on Saturday, 31 January 2026, 09:15 (UTC+01:00) to ben@example.org:"
        """
        parts = [f"{_show(self.authors)} wrote" if self.authors else "Written"]
        parts += [f"on {_format_date(self.date)}"] if self.date else []
        parts += [f"to {_show(self.to)}"] if self.to else []
        parts += [f"with a copy to {_show(self.cc)}"] if self.cc else []
        return f"{' '.join(parts)}:" if self.authors or len(parts) > 1 else ""

    @property
    def metadata(self) -> dict[str, Any]:
        """The fields of the document: ``author`` without the address if there is a name, ``date`` in ISO 8601."""
        author = ", ".join(one.partition(" <")[0] for one in self.authors)
        fields = {
            "author": author,
            "date": self.date.isoformat() if self.date else "",
            "from": ", ".join(self.authors),
            "to": list(self.to),
            "cc": list(self.cc),
            "message_id": self.message_id,
        }
        return {name: value for name, value in fields.items() if value}


def read_headers(mail: Mail) -> Headers:
    """Return the headers of a mail; raise LoadError if it has none that a mail has."""
    if not any(_read_raw(mail, name) for name in MARKS):
        raise LoadError("is not a mail: has no header such as From, Date or Subject; save it again or leave it out")
    return Headers(
        decode_words(_read_raw(mail, "Subject")),
        _read_people(mail, "From") or _read_people(mail, "Sender"),
        _read_people(mail, "To"),
        _read_people(mail, "Cc"),
        _read_date(_read_raw(mail, "Date")),
        decode_words(_read_raw(mail, "Message-ID")),
    )


def decode_words(raw: str) -> str:
    """Return a header on one line, its encoded words decoded, without control characters."""
    line = decode_text(" ".join(raw.split()).encode("utf-8", "surrogateescape"), None)
    try:
        parts = decode_header(line)
    except (HeaderParseError, ValueError):  # a damaged encoded word
        parts = [(line, None)]
    words = "".join(_decode_part(part, charset) for part, charset in parts) or line
    return " ".join("".join(" " if category(c) == "Cc" else c for c in repair_surrogates(words)).split())


def decode_text(data: bytes, charset: str | None) -> str:
    """Return the text of bytes whose declared encoding may be wrong, unknown or missing."""
    codec = _find_codec(charset) or ("cp1252" if len(data) < MIN_GUESSED_BYTES and not _is_utf_8(data) else None)
    try:
        return decode_bytes(data, codec)
    except LoadError:  # full of control characters
        return unify_newlines(data.decode("utf-8", "replace"))


def _find_codec(charset: str | None) -> str | None:
    """Return the Python codec for what a mail declares, or None if there is none or it is not for text."""
    codec = SUPERSETS.get((charset or "").strip().lower(), charset or "")
    try:
        b"a".decode(codec)
    except (LookupError, ValueError):
        return None
    return codec


def _is_utf_8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _decode_part(part: bytes | str, charset: str | None) -> str:
    if isinstance(part, str):
        return part
    return decode_text(part, charset) if charset else part.decode("raw-unicode-escape", "replace")


def _read_raw(mail: Mail, name: str) -> str:
    """Return the first header of a name as it is written."""
    return next((str(value) for key, value in mail.raw_items() if key.lower() == name.lower()), "")


def _read_people(mail: Mail, name: str) -> list[str]:
    """Return "Anna Meier <anna@example.org>", or only the address, for each person in a header."""
    raw = " ".join(_read_raw(mail, name).split())
    people = []
    for written, address in getaddresses([raw]):
        person = decode_words(written)
        named = f"{person} <{address}>" if person and address and person != address else person or address
        people.append(decode_words(named))
    # Not a list of addresses at all, but somebody wrote it.
    return [one for one in dict.fromkeys(people) if one] or [line for line in [decode_words(raw)] if line]


def _read_date(raw: str) -> datetime | None:
    with suppress(ValueError, TypeError, OverflowError, IndexError):
        return parsedate_to_datetime(raw)
    return None


def _format_date(date: datetime) -> str:
    """Return "Saturday, 31 January 2026, 09:15 (UTC+01:00)"."""
    zone = f" ({date.tzname()})" if date.tzinfo else ""
    return f"{date:%A}, {date.day} {date:%B %Y, %H:%M}{zone}"


def _show(people: Sequence[str]) -> str:
    """Return "Anna Meier (anna@example.org), ben@example.org and 3 more"."""
    shown = [f"{name} ({address.rstrip('>')})" if address else name for name, _, address in map(_divide, people)]
    more = len(people) - MAX_NAMED
    return ", ".join(shown[:MAX_NAMED]) + (f" and {more} more" if more > 0 else "")


def _divide(person: str) -> tuple[str, str, str]:
    return person.partition(" <")
