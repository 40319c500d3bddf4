"""OCR of pages without text by tesseract, a program that is called if it is installed.

A program and not a library, so that nothing has to be installed for a build without scans, and so that a picture that
takes too long can be given up.
"""

import shutil
import subprocess
from collections.abc import Iterator
from csv import QUOTE_NONE, DictReader
from dataclasses import dataclass
from io import StringIO
from itertools import groupby
from time import monotonic

from index.errors import LoadError
from index.parsers.page_layout import TextBox
from index.parsers.pdf_file import POINTS_PER_INCH, PdfFile, Picture

PROGRAM = "tesseract"
MODES = ("auto", "on", "off")
MISSING = "install tesseract (apt-get install tesseract-ocr) and build again to read it by OCR, or leave it out"
OFF = "set ocr to auto to read it by OCR, or leave it out"
UNREAD = "OCR found no words in it within the time for a page or for the file (parse_seconds); leave it out or split it"
# What tesseract was trained on. A page of more pixels is drawn smaller: A4 has 8.7 million at this resolution.
DOTS_PER_INCH, MAX_PIXELS = 300, 20_000_000
# A full page takes 2 to 10 seconds.
MAX_PAGE_SECONDS = 60.0
# Tesseract reads the names in a folder.
MAX_LISTING_SECONDS = 60.0
# The part of the time for the file that may be spent on OCR: what is read must still be put together.
MAX_TIME_SHARE = 0.8
# Every installed language is looked for, because who installs one needs it; each takes time, so not too many.
MAX_LANGUAGES = 4
# Tesseract's own confidence in percent; what it sees in drawings and dirt has less.
MIN_WORD_CONFIDENCE = 30.0
WORD_LEVEL = "5"


@dataclass(slots=True)
class OcrOptions:
    """How this process reads pages without text: ``mode``, ``languages`` such as "deu+eng", and until when."""

    mode: str = "auto"
    languages: str = ""
    deadline: float | None = None


# A parser has no arguments but the file, so the process that runs it sets this (index/build/parser_process.py).
OPTIONS = OcrOptions()


def set_options(mode: str, languages: str, seconds: float) -> None:
    """Set how the next file is read, and how many seconds there are for it."""
    OPTIONS.mode, OPTIONS.languages = mode, languages
    OPTIONS.deadline = monotonic() + seconds * MAX_TIME_SHARE


def open_ocr() -> "OcrReader":
    """Return the reader of pages, which reads nothing and says why if OCR is off or tesseract is missing."""
    if OPTIONS.mode == "off":
        return OcrReader(None, "", OFF)
    program = shutil.which(PROGRAM)
    if program is None:
        return _give_up(f"{PROGRAM} is not installed", MISSING)
    installed = _list_languages(program)
    languages = OPTIONS.languages.split("+") if OPTIONS.languages else installed[-MAX_LANGUAGES:]
    missing = [language for language in languages if language not in installed]
    if missing:
        remedy = f"install {PROGRAM}-ocr-{missing[0]}, or set ocr_languages to some of {', '.join(installed)}"
        return _give_up(f"{PROGRAM} has no language {missing[0]!r}", f"{remedy}, and build again to read it by OCR")
    return OcrReader(program, "+".join(languages), UNREAD)


def _give_up(reason: str, remedy: str) -> "OcrReader":
    """Return a reader that reads nothing; raise LoadError if pages must be read."""
    if OPTIONS.mode == "on":
        raise LoadError(f"has pages without text, and ocr is on, but {reason}; {remedy}")
    return OcrReader(None, "", remedy)


def _list_languages(program: str) -> list[str]:
    """Return the installed languages, English last because the first one counts most; "osd" is no language."""
    listed = subprocess.run(  # noqa: S603 -- the program that was found
        [program, "--list-langs"], capture_output=True, text=True, check=False, timeout=MAX_LISTING_SECONDS
    )
    names = sorted(set(listed.stdout.split("\n")[1:]) - {"", "osd"}, key=lambda name: (name == "eng", name))
    return names or ["eng"]


@dataclass(frozen=True, slots=True)
class OcrReader:
    """Reads pages. ``missing`` is what to do about a page that it did not read."""

    program: str | None
    languages: str
    missing: str = MISSING

    def read_page(self, file: PdfFile, number: int) -> list[TextBox] | None:
        """Return the lines of a page in reading order, in points, or None if it cannot be read."""
        if self.program is None or self._find_seconds() <= 0:
            return None
        try:
            picture = file.render_page(number, DOTS_PER_INCH, MAX_PIXELS, colours=False)
        except LoadError:  # one page is damaged, and the others need not be lost
            return None
        return self.read_picture(picture, DOTS_PER_INCH)

    def read_picture(self, picture: Picture, dots_per_inch: float) -> list[TextBox] | None:
        """Return the lines in a grey picture, or None if there are no words or there is no time."""
        seconds = self._find_seconds()
        if self.program is None or seconds <= 0:
            return None
        header = b"P5 %d %d 255\n" % (picture.width, picture.height)
        # Threads of OpenMP wait for each other in a loop, which is slow on a machine that has other work.
        one_thread = ["env", "OMP_THREAD_LIMIT=1"]
        command = [*one_thread, self.program, "-", "-", "-l", self.languages, "--dpi", f"{dots_per_inch:.0f}", "tsv"]
        try:
            done = subprocess.run(  # noqa: S603 -- the program that was found; the languages are a setting
                command, input=header + picture.pixels, capture_output=True, check=False, timeout=seconds
            )
        except subprocess.TimeoutExpired:
            return None
        lines = list(_read_table(done.stdout.decode("utf-8", "replace"), POINTS_PER_INCH / dots_per_inch))
        return lines or None

    def _find_seconds(self) -> float:
        left = MAX_PAGE_SECONDS if OPTIONS.deadline is None else OPTIONS.deadline - monotonic()
        return min(MAX_PAGE_SECONDS, left)


def _read_table(table: str, scale: float) -> Iterator[TextBox]:
    """Yield the lines in tesseract's table of words, with places times ``scale``."""
    rows = DictReader(StringIO(table), delimiter="\t", quoting=QUOTE_NONE)
    words = [
        row
        for row in rows
        if row["level"] == WORD_LEVEL and (row["text"] or "").strip() and float(row["conf"]) >= MIN_WORD_CONFIDENCE
    ]
    for _, line in groupby(words, key=lambda row: (row["block_num"], row["par_num"], row["line_num"])):
        yield _make_line(list(line), scale)


def _make_line(words: list[dict[str, str]], scale: float) -> TextBox:
    left, top = (min(float(word[name]) for word in words) * scale for name in ("left", "top"))
    right = max(float(word["left"]) + float(word["width"]) for word in words) * scale
    bottom = max(float(word["top"]) + float(word["height"]) for word in words) * scale
    return TextBox(" ".join(word["text"].strip() for word in words), left, top, right, bottom)
