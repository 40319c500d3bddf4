"""Draw a page of a PDF, or find words on it, in a child process that a damaged or hostile file cannot leave.

Unlike the process that parses for a build (``parser_process.py``) it reads one page and ends: a server must not keep
what one file has done to PDFium when it reads another, nor the memory of it. It gets the file as a descriptor, and
answers in JSON and bytes, not in pickles, because who has taken over the child would then take over the server.
"""

import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from math import isfinite
from tempfile import TemporaryFile
from typing import Any, BinaryIO, NoReturn

from index.build.process_limits import OUT_OF_MEMORY, limit_output, limit_resources
from index.errors import LoadError
from index.parsers.page_boxes import DIGITS, PageBox, find_boxes
from index.parsers.pdf_file import PdfFile
from index.parsers.png import SIGNATURE, encode_png
from index.types import Span

log = logging.getLogger(__name__)

LIBRARY = "pypdfium2"
# What is sharp on a screen of twice the usual resolution, for a page in half of a window. A4 has 2 million pixels.
DOTS_PER_INCH, MAX_PIXELS = 144, 4_000_000
# Of processor time. A page takes less than one.
MAX_SECONDS = 15.0
# A busy machine gives the child, which lets questions go first, a part of the time.
WAIT_FACTOR, NICENESS = 4, 10
# PDFium needs memory for the file, for its pictures and for the page.
MEGABYTES, MEMORY_PER_BYTE = 500, 3
# More than a picture of MAX_PIXELS in colours has without compression.
MAX_OUTPUT = 20_000_000
MAX_LOGGED = 300
INVALID_ANSWER = "makes PDFium fail (an answer of another form)"
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
    if not body.startswith(SIGNATURE):
        raise LoadError(INVALID_ANSWER)
    return body


def find_on_page(
    file: BinaryIO, number: int, text: str, spans: Sequence[Span], seconds: float = MAX_SECONDS
) -> PageLayout:
    """Return the size of a page and the boxes of ``spans`` of its ``text``; raise LoadError if it cannot be read."""
    sought = {"text": text, "spans": [(span.start, span.end) for span in spans]}
    head, _ = _run({"number": number, "seconds": seconds} | sought, file)
    try:
        boxes = tuple(_read_box(box) for box in head["boxes"])
        return PageLayout(_read_length(head["width"]), _read_length(head["height"]), boxes)
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise LoadError(INVALID_ANSWER) from error


def _read_box(box: dict[str, Any]) -> PageBox:
    left, top, right, bottom = (_read_length(box[side]) for side in ("left", "top", "right", "bottom"))
    return PageBox(int(box["start"]), int(box["end"]), left, top, right, bottom)


def _read_length(value: Any) -> float:  # noqa: ANN401 -- from JSON
    """Return a number from the child; raise ValueError or TypeError if it is none."""
    length = float(value)
    if not isfinite(length):
        raise ValueError(value)
    return length


def _run(task: dict[str, Any], file: BinaryIO) -> tuple[dict[str, Any], bytes]:
    """Return what the child answers: a JSON object, and bytes; raise LoadError with its reason, or with its end."""
    descriptor, seconds = file.fileno(), task["seconds"]
    action = "search" if "spans" in task else "draw"
    command = [sys.executable, "-c", PROGRAM, str(descriptor), *sys.path]
    # Files and not pipes, so that the system bounds what the child writes, and none of its own children delays the end.
    with TemporaryFile() as output, TemporaryFile() as errors:
        try:
            done = subprocess.run(  # noqa: S603 -- our own program
                command,
                input=json.dumps(task).encode(),
                stdout=output,
                stderr=errors,
                pass_fds=[descriptor],
                timeout=seconds * WAIT_FACTOR,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise LoadError(f"takes more than {seconds * WAIT_FACTOR:g} seconds to {action}") from error
        finally:
            _log_last_line(errors)
        if done.returncode:
            raise LoadError(_explain_end(done.returncode, seconds, action))
        output.seek(0)
        head, _, body = output.read(MAX_OUTPUT).partition(b"\n")
    return _read_head(head), body


def _log_last_line(errors: BinaryIO) -> None:
    """Log what the child has printed last, quoted: it may be what a hostile file has made it print."""
    errors.seek(max(0, errors.seek(0, os.SEEK_END) - MAX_LOGGED))
    lines = errors.read(MAX_LOGGED).decode(errors="replace").split("\n")
    last = next((line for line in reversed(lines) if line.strip()), "")
    if last:
        log.warning("the process that reads a page of a PDF printed %a", last)


def _read_head(head: bytes) -> dict[str, Any]:
    """Return the JSON object that the child answers; raise LoadError with the reason in it, or if it is none."""
    try:
        answer = json.loads(head)
    except (ValueError, RecursionError) as error:
        raise LoadError(INVALID_ANSWER) from error
    if not isinstance(answer, dict):
        raise LoadError(INVALID_ANSWER)
    if "error" in answer:
        raise LoadError(str(answer["error"]))
    return answer


def _explain_end(status: int, seconds: float, action: str) -> str:
    if status == OUT_OF_MEMORY:
        return f"takes more than {MEGABYTES} MB of memory to {action}"
    if status == -signal.SIGXCPU:
        return f"takes more than {seconds:g} seconds of processor time to {action}"
    return f"makes PDFium fail ({f'signal {-status}' if status < 0 else f'exit code {status}'})"


def run_child(descriptor: int) -> NoReturn:
    """Answer the task on standard input about the file of a descriptor, on standard output."""
    task = json.load(sys.stdin.buffer)
    os.nice(NICENESS)
    try:
        with os.fdopen(descriptor, "rb") as file:
            file.seek(0)
            memory = MEGABYTES * 1_000_000 + MEMORY_PER_BYTE * os.fstat(descriptor).st_size
            limit_resources(memory, task["seconds"], is_final=True)
            limit_output(MAX_OUTPUT)
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
            file.open_form()
            return {}, encode_png(file.render_page(task["number"], DOTS_PER_INCH, MAX_PIXELS))
        page = file.read_characters(task["number"])
        fields = file.read_fields(task["number"])
    boxes = find_boxes(page.pieces, task["text"], [Span(*span) for span in task["spans"]], fields)
    width, height = (round(length, DIGITS) for length in (page.width, page.height))
    return {"width": width, "height": height, "boxes": [asdict(box) for box in boxes]}, b""
