"""The parsers: one module per file format, one line each in the table.

Importing this package imports no parsing library; a parser imports its own when it is called.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from index.parsers.epub.book import parse_epub
from index.parsers.html import parse_html
from index.parsers.inner_file import InnerFile
from index.parsers.jsonl import parse_jsonl
from index.parsers.mail.eml import parse_eml
from index.parsers.mail.mbox import parse_mbox
from index.parsers.markdown import parse_markdown
from index.parsers.pdf import parse_pdf
from index.parsers.text import parse_text
from index.parsers.zip import parse_zip
from index.types import Document, LoadProblem

# Called with the absolute path and the file's id, which is its path below the folder in POSIX form.
# Raises LoadError for a file that cannot become a document and OSError for one that cannot be opened,
# when it is called or while its result is iterated. Texts contain no CR and no lone surrogate. An inner file is parsed
# before the next item is asked for, so that one file at a time is in memory.
Parser = Callable[[Path, str], Iterable[Document | InnerFile | LoadProblem]]

# By extension in lower case.
PARSERS: Mapping[str, Parser] = {
    ".eml": parse_eml,
    ".epub": parse_epub,
    ".htm": parse_html,
    ".html": parse_html,
    ".jsonl": parse_jsonl,
    ".jsonl.gz": parse_jsonl,
    ".markdown": parse_markdown,
    ".mbox": parse_mbox,
    ".md": parse_markdown,
    ".pdf": parse_pdf,
    ".txt": parse_text,
    ".zip": parse_zip,
}


def find_extension(name: str) -> str | None:
    """Return the longest extension in the table that the file's name ends with, or None."""
    suffixes = Path(name.lower()).suffixes
    extensions = ("".join(suffixes[i:]) for i in range(len(suffixes)))
    return next((extension for extension in extensions if extension in PARSERS), None)


def find_parser(name: str) -> Parser | None:
    """Return the parser of the longest extension in the table that the file's name ends with."""
    extension = find_extension(name)
    return PARSERS[extension] if extension else None
