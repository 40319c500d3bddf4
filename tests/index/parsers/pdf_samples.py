"""PDF files as programs make them, by reportlab: columns, running heads, pictures of text."""

from collections.abc import Callable, Sequence
from io import BytesIO
from textwrap import wrap
from typing import Any

from PIL import Image, ImageDraw, ImageFont
from reportlab.pdfgen.canvas import Canvas

PROSE = (
    "The city grows without a plan, and nobody remembers who began to build it. The Safeguard protects the Netsphere "
    "against everybody who has no net terminal gene, and Killy looks for such a gene on every level of the structure. "
    "Cibo is a scientist who lost a whole laboratory to the Safeguard, and since then she follows the wanderer. "
)


def draw(pages: Sequence[Callable[[Canvas], None]], **options: Any) -> bytes:  # noqa: ANN401 — as reportlab takes them
    """Return a PDF of pages that are drawn by functions."""
    file = BytesIO()
    canvas = Canvas(file, pagesize=(600, 800), invariant=True, **options)
    for page in pages:
        page(canvas)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def draw_lines(canvas: Canvas, lines: Sequence[str], left: float = 60, top: float = 700) -> None:
    """Draw lines of text below each other."""
    for number, line in enumerate(lines):
        canvas.drawString(left, top - 14 * number, line)


def draw_prose(canvas: Canvas, text: str = PROSE, width: int = 40, left: float = 60) -> None:
    """Draw a text in lines of at most ``width`` characters."""
    draw_lines(canvas, wrap(text, width), left)


def draw_columns_in_turn(canvas: Canvas, first: str, second: str) -> None:
    """Draw two columns line by line, as some programs do."""
    for number, lines in enumerate(zip(wrap(first, 40), wrap(second, 40), strict=False)):
        for line, left in zip(lines, (60, 320), strict=True):
            canvas.drawString(left, 700 - 14 * number, line)


def picture(lines: Sequence[str], size: tuple[int, int] = (1000, 400)) -> Image.Image:
    """Return a picture of lines of text, as a scanner makes it."""
    image = Image.new("L", size, 255)
    font = ImageFont.load_default(40)
    for number, line in enumerate(lines):
        ImageDraw.Draw(image).text((40, 40 + 60 * number), line, fill=0, font=font)
    return image


def draw_picture(canvas: Canvas, lines: Sequence[str]) -> None:
    """Draw a picture of text that fills the page's width."""
    from reportlab.lib.utils import ImageReader

    canvas.drawImage(ImageReader(picture(lines)), 50, 400, 500, 200)


def garble(file: bytes) -> bytes:
    """Return a file whose font says that its letters are signs, as one without a usable character map."""
    signs = b" ".join(b"/exclam /numbersign /percent /ampersand /asterisk /plus".split())
    encoding = b"<< /Type /Encoding /Differences [ 65 " + b" ".join([signs] * 10) + b" ] >>"
    return file.replace(b"/Encoding /WinAnsiEncoding", b"/Encoding " + encoding)
