"""Draw a page of a PDF, or find words on it, in a child process that a damaged or hostile file cannot leave.

Unlike the process that parses for a build (``parser_process.py``) it reads one page and ends: a server must not keep
what one file has done to PDFium when it reads another, nor the memory of it. It gets the file as a descriptor, and
answers in JSON and bytes, not in pickles, because who has taken over the child would then take over the server.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from typing import Any, BinaryIO, NoReturn

from index.build.process_limits import OUT_OF_MEMORY, limit_resources
from index.errors import LoadError
from index.parsers.page_boxes import DIGITS, PageBox, find_boxes
from index.parsers.pdf_file import PdfFile
from index.parsers.png import encode_png
from index.types import Span

LIBRARY = "pypdfium2"
# What is sharp on a screen of twice the usual resolution, for a page in half of a window. A4 has 2 million pixels.
DOTS_PER_INCH, MAX_PIXELS = 144, 4_000_000
# Of processor time. A page takes less than one.
MAX_SECONDS = 15.0
# A busy machine gives the child, which lets questions go first, a part of the time.
WAIT_FACTOR, NICENESS = 4, 10
# PDFium needs memory for the file, for its pictures and for the page.
MEGABYTES, MEMORY_PER_BYTE = 500, 3
PROGRAM = f"import sys; sys.path[:] = sys.argv[2:]; from {__name__} import run_child; run_child(int(sys.argv[1]))"


@dataclass(frozen=True, slots=True)
class PageLayout:
    """The size of a page as it is shown, in points, and the boxes that were looked for."""

    width: float
    height: float
    boxes: tuple[PageBox, ...]


def is_available() -> bool:
    """Return whether the library that reads PDF is installed."""
    return find_spec(LIBRARY) is not None


def draw_page(file: BinaryIO, number: int, seconds: float = MAX_SECONDS) -> bytes:
    """Return the picture of a page, counted from 0, as PNG; raise LoadError if it cannot be drawn."""
    _, body = _run({"number": number, "seconds": seconds}, file)
    return body


def find_on_page(
    file: BinaryIO, number: int, text: str, spans: Sequence[Span], seconds: float = MAX_SECONDS
) -> PageLayout:
    """Return the size of a page and the boxes of ``spans`` of its ``text``; raise LoadError if it cannot be read."""
    sought = {"text": text, "spans": [(span.start, span.end) for span in spans]}
    head, _ = _run({"number": number, "seconds": seconds} | sought, file)
    return PageLayout(head["width"], head["height"], tuple(PageBox(**box) for box in head["boxes"]))


def _run(task: dict[str, Any], file: BinaryIO) -> tuple[dict[str, Any], bytes]:
    """Return what the child answers: a JSON object, and bytes; raise LoadError with its reason, or with its end."""
    descriptor, seconds = file.fileno(), task["seconds"]
    command = [sys.executable, "-c", PROGRAM, str(descriptor), *sys.path]
    try:
        done = subprocess.run(  # noqa: S603 -- our own program
            command,
            input=json.dumps(task).encode(),
            stdout=subprocess.PIPE,
            pass_fds=[descriptor],
            timeout=seconds * WAIT_FACTOR,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise LoadError(f"takes more than {seconds:g} seconds to draw") from error
    if done.returncode:
        raise LoadError(_explain_end(done.returncode, seconds))
    head, _, body = done.stdout.partition(b"\n")
    answer: dict[str, Any] = json.loads(head)
    if "error" in answer:
        raise LoadError(answer["error"])
    return answer, body


def _explain_end(status: int, seconds: float) -> str:
    if status == OUT_OF_MEMORY:
        return f"takes more than {MEGABYTES} MB of memory to draw"
    if status == -signal.SIGXCPU:
        return f"takes more than {seconds:g} seconds to draw"
    return f"makes PDFium fail ({f'signal {-status}' if status < 0 else f'exit code {status}'})"


def run_child(descriptor: int) -> NoReturn:
    """Answer the task on standard input about the file of a descriptor, on standard output."""
    task = json.load(sys.stdin.buffer)
    os.nice(NICENESS)
    try:
        with os.fdopen(descriptor, "rb") as file:
            file.seek(0)
            limit_resources(MEGABYTES * 1_000_000 + MEMORY_PER_BYTE * os.fstat(descriptor).st_size, task["seconds"])
            head, body = _answer(task, file.read())
    except LoadError as error:
        head, body = {"error": str(error)}, b""
    except MemoryError:
        # At once: what else Python would do here may need memory.
        os._exit(OUT_OF_MEMORY)
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + body)
    sys.stdout.buffer.flush()
    os._exit(0)


def _answer(task: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    with PdfFile(data) as file:
        if "spans" not in task:
            return {}, encode_png(file.render_page(task["number"], DOTS_PER_INCH, MAX_PIXELS))
        page = file.read_characters(task["number"])
    boxes = find_boxes(page.pieces, task["text"], [Span(*span) for span in task["spans"]])
    width, height = (round(length, DIGITS) for length in (page.width, page.height))
    return {"width": width, "height": height, "boxes": [asdict(box) for box in boxes]}, b""
