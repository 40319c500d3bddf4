"""The readers: one file per format, one line each in the table.

Importing this package imports no parsing library; a reader does so when it is called.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from index.parsers.html import read_html
from index.parsers.jsonl import read_jsonl
from index.parsers.markdown import read_markdown
from index.parsers.pdf import read_pdf
from index.parsers.text import read_text
from index.types import Document, Problem

Reader = Callable[[Path, str], Iterable[Document | Problem]]
"""Called with the absolute path and the file's id: its path below the folder, in POSIX form.

Raises ReadError for a file that cannot become a document and OSError for one that cannot
be opened, either at the call or while its result is walked through. Texts hold no CR and
no lone surrogate.
"""

READERS: Mapping[str, Reader] = {
    ".htm": read_html,
    ".html": read_html,
    ".jsonl": read_jsonl,
    ".jsonl.gz": read_jsonl,
    ".markdown": read_markdown,
    ".md": read_markdown,
    ".pdf": read_pdf,
    ".txt": read_text,
}
"""By lower-case extension."""


def reader_of(name: str) -> Reader | None:
    """The reader of the longest extension in the table that the file's name ends with."""
    suffixes = Path(name.lower()).suffixes
    extensions = ("".join(suffixes[i:]) for i in range(len(suffixes)))
    return next((READERS[extension] for extension in extensions if extension in READERS), None)
