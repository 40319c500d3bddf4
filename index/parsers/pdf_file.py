"""PDF files through PDFium: text with its place on the page, pictures of pages, metadata.

It and ``pdf_fields`` alone import pypdfium2. PDFium is not safe for threads: one thread of a process may use it.
"""

from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from index.errors import LoadError
from index.parsers.encoding import repair_surrogates
from index.parsers.page_layout import MIN_BOX_GAP, TextBox
from index.parsers.pdf_fields import FormField, read_fields
from index.parsers.quiet import silence_logger

if TYPE_CHECKING:
    from pypdfium2 import PdfBitmap, PdfPage, PdfTextPage

ENCRYPTED = "is encrypted; save a copy without a password"
DAMAGED = "is damaged or not a PDF; download it again or print it to a new PDF"

# What PDFium returns for a hyphen at the end of a line.
LINE_HYPHEN = "\x02"
# Ligatures are letters that a printer drew as one.
LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
# Text that is drawn as shapes has many of them; a page with only a frame or a rule is blank.
MIN_SHAPES = 40
POINTS_PER_INCH = 72
# Words in another font are few in a line.
SIZE_SAMPLES = 9


@dataclass(frozen=True, slots=True)
class PageContent:
    """What is on a page: its text in the order of the file, and whether there is a picture or a drawing."""

    boxes: tuple[TextBox, ...]
    width: float
    height: float
    has_picture: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in ``channels`` bytes a pixel (1: grey, 3: RGB), rows from the top without padding."""

    width: int
    height: int
    channels: int
    pixels: bytes


@dataclass(frozen=True, slots=True)
class Character:
    """A character, or the letters of a ligature, and its place as that of a ``TextBox``."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class TextPiece:
    """A piece of a line with its characters, spaces included."""

    box: TextBox
    characters: tuple[Character, ...]


@dataclass(frozen=True, slots=True)
class PageCharacters:
    """The characters of a page in pieces, in the order of the file. The size is that of the page as it is shown."""

    pieces: tuple[TextPiece, ...]
    width: float
    height: float


class PdfFile:
    """An open PDF; a context manager, which closes it. Pages are counted from 0."""

    def __init__(self, data: bytes) -> None:
        """Open a file; raise LoadError if it is encrypted or damaged. An empty password is no encryption."""
        from pypdfium2 import PdfDocument, PdfiumError
        from pypdfium2.raw import FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY

        try:
            self._document = PdfDocument(data)
        except PdfiumError as error:
            is_locked = getattr(error, "err_code", None) in {FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY}
            raise LoadError(ENCRYPTED if is_locked else DAMAGED) from error

    def __enter__(self) -> "PdfFile":
        """Return the file."""
        return self

    def __exit__(self, *error: object) -> None:
        """Close the file."""
        self._document.close()

    def __len__(self) -> int:
        """Return the number of pages."""
        return len(self._document)

    def read_metadata(self) -> dict[str, str]:
        """Return what the file says of itself: Title, Author, CreationDate and so on, those that are not empty."""
        rows = self._document.get_metadata_dict(skip_empty=True)
        return {name: " ".join(repair_surrogates(value).replace("\0", " ").split()) for name, value in rows.items()}

    def read_page(self, number: int) -> PageContent | None:
        """Return what is on a page, or None if it is damaged."""
        from pypdfium2 import PdfiumError

        try:
            with closing(self._document[number]) as page, closing(page.get_textpage()) as text:
                boxes = tuple(piece.box for piece in _read_pieces(page, text))
                width, height = page.get_size()
                return PageContent(boxes, width, height, not boxes and _has_picture(page))
        except PdfiumError:
            return None

    def read_characters(self, number: int) -> PageCharacters:
        """Return the characters of a page. Raise LoadError if it is damaged."""
        from pypdfium2 import PdfiumError

        try:
            with closing(self._document[number]) as page, closing(page.get_textpage()) as text:
                return PageCharacters(tuple(_read_pieces(page, text)), *_Turn(page).size)
        except PdfiumError as error:
            raise LoadError(DAMAGED) from error

    def open_form(self) -> bool:
        """Return whether the file has a form; its fields are then drawn, which they are not before."""
        from pypdfium2 import PdfiumError

        # PDFium logs that it cannot read the XFA beside the fields.
        with silence_logger("pypdfium2"), suppress(PdfiumError):
            self._document.init_forms()
        return self._document.formenv is not None

    def read_fields(self, number: int) -> list[FormField]:
        """Return the filled fields that a page shows in the order of the file; none if the page is damaged."""
        from pypdfium2 import PdfiumError

        try:
            if not self.open_form():
                return []
            with closing(self._document[number]) as page:
                turn = _Turn(page)
                fields = [turn.turn_field(field) for field in read_fields(self._document.formenv, page)]
                width, height = turn.size
                return [
                    one for one in fields if one.left < width and one.right > 0 and one.top < height and one.bottom > 0
                ]
        except PdfiumError:
            return []

    def render_page(self, number: int, dots_per_inch: float, max_pixels: int, colours: bool = True) -> Picture:
        """Return the picture of a page, smaller if it would have more than ``max_pixels``. Raise LoadError."""
        from pypdfium2 import PdfiumError

        try:
            with closing(self._document[number]) as page:
                width, height = page.get_size()
                largest = (max_pixels / max(width * height, 1)) ** 0.5
                scale = min(dots_per_inch / POINTS_PER_INCH, largest)
                with closing(page.render(scale=scale, grayscale=not colours, rev_byteorder=True)) as bitmap:
                    return _copy_bitmap(bitmap)
        except PdfiumError as error:
            raise LoadError(DAMAGED) from error


def _copy_bitmap(bitmap: "PdfBitmap") -> Picture:
    """Return the pixels of a bitmap of PDFium, whose rows may be padded."""
    rows = bitmap.to_numpy()[..., :3] if bitmap.n_channels > 1 else bitmap.to_numpy()
    return Picture(bitmap.width, bitmap.height, min(bitmap.n_channels, 3), rows.tobytes())


def _has_picture(page: "PdfPage") -> bool:
    from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE, FPDF_PAGEOBJ_PATH

    parts = page.get_objects(filter=(FPDF_PAGEOBJ_IMAGE, FPDF_PAGEOBJ_PATH), max_depth=3)
    return any(part.type == FPDF_PAGEOBJ_IMAGE or count >= MIN_SHAPES for count, part in enumerate(parts, 1))


def _read_pieces(page: "PdfPage", text: "PdfTextPage") -> Iterator[TextPiece]:
    """Yield the pieces of lines in the order of the file; a wide space inside a line begins another piece."""
    piece: list[Character] = []
    index = -1
    for index, character in enumerate(_read_characters(page, text)):
        if piece and (character is None or _begins_piece(piece, character)):
            yield from _make_piece(piece, _find_size(text, index - len(piece), len(piece)))
            piece = []
        if character is not None:
            piece.append(character)
        if piece and piece[-1].text == LINE_HYPHEN:
            yield from _make_piece(piece, _find_size(text, index + 1 - len(piece), len(piece)))
            piece = []
    if piece:
        yield from _make_piece(piece, _find_size(text, index + 1 - len(piece), len(piece)))


def _find_size(text: "PdfTextPage", start: int, length: int) -> float:
    """Return the size of the font of most of a piece, by a few of its characters."""
    from pypdfium2.raw import FPDFText_GetFontSize

    step = max(length // SIZE_SAMPLES, 1)
    sizes = [round(float(FPDFText_GetFontSize(text, start + offset)), 1) for offset in range(step // 2, length, step)]
    return max(sizes, key=sizes.count)


def _begins_piece(piece: list[Character], character: Character) -> bool:
    drawn = next((one for one in reversed(piece) if one.text != " "), None)
    if drawn is None or character.text == " ":
        return False
    height = max(drawn.bottom - drawn.top, 0.1)
    is_below = character.top >= drawn.bottom or character.bottom <= drawn.top
    return is_below or character.left - drawn.right >= MIN_BOX_GAP * height or character.right < piece[0].left


def _make_piece(piece: list[Character], size: float) -> Iterator[TextPiece]:
    drawn = [character for character in piece if character.text != " "]
    words = " ".join(repair_surrogates("".join(character.text for character in piece)).split())
    if drawn and words:
        # The middle one: an accent or a raised figure does not make a line higher.
        middle = sorted(drawn, key=lambda character: character.bottom)[len(drawn) // 2]
        left, right = min(one.left for one in drawn), max(one.right for one in drawn)
        yield TextPiece(TextBox(words, left, middle.top, right, middle.bottom, size), tuple(piece))


def _read_characters(page: "PdfPage", text: "PdfTextPage") -> Iterator[Character | None]:
    """Yield each character with its place on the page as it is shown; None is a line break."""
    from pypdfium2.raw import FS_RECTF, FPDFText_GetLooseCharBox, FPDFText_GetUnicode

    turn = _Turn(page)
    box = FS_RECTF()
    for index in range(text.count_chars()):
        code = FPDFText_GetUnicode(text, index)
        if code in {10, 13}:
            yield None
            continue
        character = " " if code in {0, 9, 32, 160} else chr(code)
        FPDFText_GetLooseCharBox(text, index, box)
        yield Character(LIGATURES.get(character, character), *turn.turn(box.left, box.top, box.right, box.bottom))


class _Turn:
    """Converts coordinates of a PDF, which start at the lower left, to those of the page as it is shown."""

    def __init__(self, page: "PdfPage") -> None:
        self._left, self._bottom, self._right, self._top = page.get_bbox()
        self._rotation = page.get_rotation()

    @property
    def size(self) -> tuple[float, float]:
        """The width and height of the page as it is shown."""
        width, height = self._right - self._left, self._top - self._bottom
        return (height, width) if self._rotation in {90, 270} else (width, height)

    def turn_field(self, field: FormField) -> FormField:
        """Return a field with its place on the page as it is shown."""
        left, top, right, bottom = self.turn(field.left, field.top, field.right, field.bottom)
        return replace(field, left=left, top=top, right=right, bottom=bottom)

    def turn(self, left: float, top: float, right: float, bottom: float) -> tuple[float, float, float, float]:
        """Return left, top, right and bottom."""
        x0, x1 = left - self._left, right - self._left
        y0, y1 = self._top - top, self._top - bottom
        width, height = self._right - self._left, self._top - self._bottom
        match self._rotation:
            case 90:
                return height - y1, x0, height - y0, x1
            case 180:
                return width - x1, height - y1, width - x0, height - y0
            case 270:
                return y0, width - x1, y1, width - x0
        return x0, y0, x1, y1
