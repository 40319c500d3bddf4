"""A page of a PDF read in a child process: pictures, and files that are damaged or hostile."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from index.build import page_process
from index.build.page_process import draw_page, find_on_page
from index.errors import LoadError
from index.parsers.pdf_file import Picture
from index.parsers.png import encode_png
from index.types import Span
from tests.index.parsers.pdf_samples import PROSE, draw, draw_picture, draw_prose
from tests.index.parsers.samples import pdf
from tests.index.parsers.test_pdf import encrypted


def draw_file(path: Path, data: bytes, number: int = 0, seconds: float = 15.0) -> Image.Image:
    path.write_bytes(data)
    with path.open("rb") as file:
        # Whoever opened the file may have read it, to compare its hash.
        file.read()
        return Image.open(BytesIO(draw_page(file, number, seconds)))


def test_a_picture(tmp_path: Path) -> None:
    """It is drawn at twice the size in points, in grey if there are no colours and in colours if there are."""

    def coloured(canvas: Canvas) -> None:
        canvas.setFillColorRGB(0.8, 0, 0)
        canvas.rect(0, 0, 600, 400, stroke=0, fill=1)

    file = draw([draw_prose, coloured])
    grey, red = (draw_file(tmp_path / "a.pdf", file, number) for number in (0, 1))
    assert (grey.mode, grey.size) == ("L", (1200, 1600))
    assert (red.mode, red.getpixel((600, 1590)), red.getpixel((600, 10))) == ("RGB", (204, 0, 0), (255, 255, 255))


@pytest.mark.parametrize("channels", [1, 3])
def test_png(channels: int) -> None:
    """Another program reads the same pixels from the file."""
    pixels = bytes(range(7 * 5 * channels))
    image = Image.open(BytesIO(encode_png(Picture(7, 5, channels, pixels))))
    assert (image.size, image.tobytes()) == ((7, 5), pixels)


def test_boxes(tmp_path: Path) -> None:
    """The child returns the size of the page with the boxes of each span."""
    path = tmp_path / "a.pdf"
    path.write_bytes(draw([draw_prose]))
    with path.open("rb") as file:
        layout = find_on_page(file, 0, PROSE, [Span(0, 8), Span(9, 14)])
    assert (layout.width, layout.height) == (600, 800)
    assert [(box.start, box.end) for box in layout.boxes] == [(0, 8), (9, 14)]


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"%PDF-1.4", "is damaged or not a PDF"), (encrypted("secret"), "is encrypted"), (pdf(["a"]), "is damaged")],
)
def test_what_cannot_be_drawn(tmp_path: Path, data: bytes, reason: str) -> None:
    """A damaged or encrypted file, or a page that is not there, is a LoadError that says so."""
    with pytest.raises(LoadError, match=reason):
        draw_file(tmp_path / "a.pdf", data, number=1)


def test_a_huge_page(tmp_path: Path) -> None:
    """Its picture has no more pixels than others."""
    huge = pdf(["Killy walks."]).replace(b"/MediaBox [0 0 600 300]", b"/MediaBox [0 0 14400 9600]", 1)
    image = draw_file(tmp_path / "a.pdf", huge)
    assert 3_900_000 < image.width * image.height <= 4_100_000


def test_a_page_that_takes_too_long(tmp_path: Path) -> None:
    """It is given up after the processor time that it may take."""
    loop = "0 0 m 600 300 l 600 0 l 0 300 l b* " * 3
    drawn = f"q {loop} Q " * 200_000
    with pytest.raises(LoadError, match="takes more than 1 seconds to draw"):
        draw_file(tmp_path / "a.pdf", pdf(["x"]).replace(b"BT /F1 12 Tf 20 200 Td (x) Tj ET", drawn.encode()), 0, 1.0)


def test_a_scanned_page(tmp_path: Path) -> None:
    """Pictures in the file are drawn, too."""
    image = draw_file(tmp_path / "a.pdf", draw([lambda canvas: draw_picture(canvas, ["Killy walks."])]))
    assert image.convert("L").getextrema() == (0, 255)


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        ("os.kill(os.getpid(), signal.SIGSEGV)", r"makes PDFium fail \(signal 11\)"),
        ("os._exit(3)", r"makes PDFium fail \(exit code 3\)"),
        ("os._exit(77)", "takes more than 500 MB of memory"),
        ("limits.limit_resources(50_000_000, 60); os._exit(0 if bytearray(10**9) else 1)", "exit code 1"),
    ],
)
def test_a_child_that_dies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, behaviour: str, reason: str) -> None:
    """Whatever ends it, the caller gets a LoadError."""
    path = (
        f"import os, signal, sys; sys.path[:] = sys.argv[2:]; import index.build.process_limits as limits; {behaviour}"
    )
    monkeypatch.setattr(page_process, "PROGRAM", path)
    with pytest.raises(LoadError, match=reason):
        draw_file(tmp_path / "a.pdf", pdf(["Killy walks."]))
