"""A box of mails, as Thunderbird, Google Takeout and mailing lists export it: each mail is a document of its own."""

import re
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import chain, islice, pairwise
from pathlib import Path

from index.errors import LoadError
from index.parsers.inner_file import InnerFile
from index.types import LoadProblem

MAX_MAILS = 10_000
SEPARATOR = b"From "
# What begins a mail after that line. A paragraph of text that begins with "From " has none.
HEADER = re.compile(rb"[!-9;-~]+:|>?From ")
# "From " at the beginning of a line of text was written as ">From ", so that it does not end the mail.
ESCAPED = re.compile(rb"^>(>*From )", re.MULTILINE)


def parse_mbox(path: Path, id: str) -> Iterator[InnerFile | LoadProblem]:
    """Yield each mail as a file, ``1.eml`` and so on. Raise LoadError for a file that is no box of mails."""
    with path.open("rb") as lines:
        mails = _split(lines)
        for number, mail in enumerate(islice(mails, MAX_MAILS), 1):
            content = ESCAPED.sub(rb"\1", mail)
            yield InnerFile(f"{number}.eml", len(content), partial(bytes, content))
        if next(mails, None) is not None:
            yield LoadProblem(id, f"holds more mails than the first {MAX_MAILS:,}, which are read; split it")


def _split(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield each mail without the line "From " before it, which comes after an empty line and before a header."""
    mail: list[bytes] | None = None
    is_after_empty = True
    for line, following in pairwise(chain(lines, [b""])):
        is_separator = is_after_empty and line.startswith(SEPARATOR)
        if is_separator and (mail is None or HEADER.match(following)):
            if mail is not None:
                yield b"".join(mail)
            mail = []
        elif mail is None:
            if line.strip():
                raise LoadError('does not begin with a line "From …", as a box of mails (mbox) does; export it again')
        else:
            mail.append(line)
        is_after_empty = not line.strip()
    if mail is None:
        raise LoadError("holds no mails; leave it out")
    yield b"".join(mail)
