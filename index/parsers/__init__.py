"""The parsers: one module per file format, one line each in the table.

Importing this package imports no parsing library; a parser imports its own when it is called.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from index.parsers.asciidoc import parse_asciidoc
from index.parsers.csv import parse_csv
from index.parsers.docx import parse_docx
from index.parsers.epub.book import parse_epub
from index.parsers.html import parse_html
from index.parsers.inner_file import InnerFile
from index.parsers.json import parse_json
from index.parsers.jsonl import parse_jsonl
from index.parsers.mail.eml import parse_eml
from index.parsers.mail.mbox import parse_mbox
from index.parsers.markdown import parse_markdown
from index.parsers.notebook import parse_notebook
from index.parsers.opendocument import parse_odp, parse_ods, parse_odt
from index.parsers.pdf import parse_pdf
from index.parsers.pptx import parse_pptx
from index.parsers.rst import parse_rst
from index.parsers.rtf import parse_rtf
from index.parsers.subtitles import parse_subtitles
from index.parsers.text import parse_text
from index.parsers.xlsx import parse_xlsx
from index.parsers.xml import parse_xml
from index.parsers.zip import parse_zip
from index.types import Document, LoadProblem

# Called with the absolute path and the file's id, which is its path below the folder in POSIX form.
# Raises LoadError for a file that cannot become a document and OSError for one that cannot be opened,
# when it is called or while its result is iterated. Texts contain no CR and no lone surrogate. An inner file is parsed
# before the next item is asked for, so that one file at a time is in memory.
Parser = Callable[[Path, str], Iterable[Document | InnerFile | LoadProblem]]

# By extension in lower case.
PARSERS: Mapping[str, Parser] = {
    ".adoc": parse_asciidoc,
    ".asciidoc": parse_asciidoc,
    ".csv": parse_csv,
    ".docm": parse_docx,
    ".docx": parse_docx,
    ".eml": parse_eml,
    ".epub": parse_epub,
    ".htm": parse_html,
    ".html": parse_html,
    ".ipynb": parse_notebook,
    ".json": parse_json,
    ".jsonl": parse_jsonl,
    ".jsonl.gz": parse_jsonl,
    ".markdown": parse_markdown,
    ".mbox": parse_mbox,
    ".md": parse_markdown,
    ".odp": parse_odp,
    ".ods": parse_ods,
    ".odt": parse_odt,
    ".pdf": parse_pdf,
    ".pptm": parse_pptx,
    ".pptx": parse_pptx,
    ".rst": parse_rst,
    ".rtf": parse_rtf,
    ".srt": parse_subtitles,
    ".tsv": parse_csv,
    ".txt": parse_text,
    ".vtt": parse_subtitles,
    ".xlsm": parse_xlsx,
    ".xlsx": parse_xlsx,
    ".xml": parse_xml,
    ".zip": parse_zip,
}

# Formats without a parser that the program which made the file can save as one with a parser.
CONVERTIBLE: Mapping[str, str] = {
    ".doc": ".docx",
    ".dot": ".docx",
    ".key": ".pptx",
    ".numbers": ".xlsx",
    ".pages": ".docx",
    ".pps": ".pptx",
    ".ppt": ".pptx",
    ".xls": ".xlsx",
    ".xlsb": ".xlsx",
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
