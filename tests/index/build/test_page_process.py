"""A page of a PDF read in a child process: pictures, and files that are damaged or hostile."""

import os
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
from tests.index.parsers.form_samples import form
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


def test_a_form(tmp_path: Path) -> None:
    """The picture shows what is filled in, inside the box of its words."""
    path = tmp_path / "a.pdf"
    image = draw_file(path, form(value="Ann Lee", tooltip="Name"))
    text = "Name: Ann Lee"
    with path.open("rb") as file:
        (box,) = find_on_page(file, 0, text, [Span(0, len(text))]).boxes
    left, top, right, bottom = (round(2 * side) for side in (box.left, box.top, box.right, box.bottom))
    inside = image.convert("L").crop((left + 8, top + 8, right - 8, bottom - 8))
    assert inside.getextrema()[0] < 128


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
    """It is given up after the processor time that it may take, or after four times as long on a busy machine."""
    loop = "0 0 m 600 300 l 600 0 l 0 300 l b* " * 3
    drawn = f"q {loop} Q " * 200_000
    with pytest.raises(LoadError, match=r"takes more than (1 seconds of processor time|4 seconds) to draw"):
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


def run_instead(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    """Let the child run another program, as if a file had taken it over after it had set its limits."""
    path = f"import os, sys, time; sys.path[:] = sys.argv[2:]; import index.build.process_limits as limits; {program}"
    monkeypatch.setattr(page_process, "PROGRAM", path)


def search_file(path: Path, seconds: float = 15.0) -> object:
    path.write_bytes(pdf(["Killy walks."]))
    with path.open("rb") as file:
        return find_on_page(file, 0, "Killy walks.", [Span(0, 5)], seconds)


@pytest.mark.parametrize(
    "answer",
    [
        "", "[", "[" * 100_000, "5", "[]", "{}", '{"width": 1, "height": "high", "boxes": []}',
        '{"width": 1, "height": NaN, "boxes": []}', '{"width": 1, "height": 1, "boxes": 1}',
        '{"width": 1, "height": 1, "boxes": [{"start": 1}]}', '{"width": 1, "height": 1, "boxes": [1]}',
    ],
)  # fmt: skip
def test_a_child_that_answers_something_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    """Whoever has taken it over cannot make the server fail, nor return another thing for a picture."""
    run_instead(monkeypatch, f"print(sys.stdin.read() and open({str(tmp_path / 'answer')!r}).read())")
    (tmp_path / "answer").write_text(answer, encoding="utf-8")
    with pytest.raises(LoadError, match="an answer of another form"):
        search_file(tmp_path / "a.pdf")
    with pytest.raises(LoadError, match="an answer of another form"):
        draw_file(tmp_path / "a.pdf", pdf(["Killy walks."]))


def test_what_a_child_prints_is_logged_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Quoted, and nothing of it goes into the log as it is."""
    run_instead(monkeypatch, r"os.write(2, b'first\nERROR \x1b[2J of \xff\rthe server\n'); os._exit(3)")
    with pytest.raises(LoadError, match="exit code 3"):
        search_file(tmp_path / "a.pdf")
    assert caplog.messages == [r"the process that reads a page of a PDF printed 'ERROR \x1b[2J of \ufffd\rthe server'"]
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    "program",
    [
        "limits.limit_resources(10**9, 9, is_final=True); import resource as r; r.setrlimit(r.RLIMIT_AS, (-1, -1))",
        "limits.limit_resources(10**9, 9, is_final=True); import resource as r; r.setrlimit(r.RLIMIT_CPU, (99, 99))",
        "limits.limit_output(1000); import resource as r; r.setrlimit(r.RLIMIT_FSIZE, (2000, 2000))",
        "limits.limit_output(1000); os.write(1, bytes(1000)); os.write(1, b'x')",
    ],
)
def test_a_child_cannot_raise_its_limits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, program: str
) -> None:
    """Unless it is the superuser's; nor can it write more than it may."""
    if os.geteuid() == 0:
        program = program.replace("import resource as r;", "import resource as r; os.setuid(65534);")
    run_instead(monkeypatch, program)
    with pytest.raises(LoadError, match="exit code 1"):
        search_file(tmp_path / "a.pdf")
    assert any(reason in caplog.text for reason in ("not allowed to raise maximum limit", "File too large"))


def test_messages_say_what_was_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To draw or to search, and how long it has really taken."""
    run_instead(monkeypatch, "time.sleep(60)")
    with pytest.raises(LoadError, match=r"^takes more than 0.4 seconds to search$"):
        search_file(tmp_path / "a.pdf", 0.1)
    with pytest.raises(LoadError, match=r"^takes more than 0.4 seconds to draw$"):
        draw_file(tmp_path / "a.pdf", pdf(["Killy walks."]), 0, 0.1)
    run_instead(monkeypatch, "os._exit(77)")
    with pytest.raises(LoadError, match="takes more than 500 MB of memory to search"):
        search_file(tmp_path / "a.pdf")
