"""The readers: one file per format, one line each in the table.

Importing this package imports no parsing library; a reader does so when it is called.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from index.parsers.html import parse_html
from index.parsers.jsonl import parse_jsonl
from index.parsers.markdown import parse_markdown
from index.parsers.pdf import parse_pdf
from index.parsers.text import parse_text
from index.types import Document, LoadProblem

Parser = Callable[[Path, str], Iterable[Document | LoadProblem]]
"""Called with the absolute path and the file's id: its path below the folder, in POSIX form.

Raises LoadError for a file that cannot become a document and OSError for one that cannot
be opened, either at the call or while its result is walked through. Texts hold no CR and
no lone surrogate.
"""

PARSERS: Mapping[str, Parser] = {
    ".htm": parse_html,
    ".html": parse_html,
    ".jsonl": parse_jsonl,
    ".jsonl.gz": parse_jsonl,
    ".markdown": parse_markdown,
    ".md": parse_markdown,
    ".pdf": parse_pdf,
    ".txt": parse_text,
}
"""By lower-case extension."""


def find_parser(name: str) -> Parser | None:
    """The reader of the longest extension in the table that the file's name ends with."""
    suffixes = Path(name.lower()).suffixes
    extensions = ("".join(suffixes[i:]) for i in range(len(suffixes)))
    return next((PARSERS[extension] for extension in extensions if extension in PARSERS), None)
