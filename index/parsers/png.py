"""Pictures as PNG (ISO/IEC 15948), by the standard library: one function needs no library for pictures."""

import struct
import zlib

import numpy as np

from index.parsers.pdf_file import Picture

SIGNATURE = b"\x89PNG\r\n\x1a\n"
BITS = 8
GREY, RGB = 0, 2
# A row is written as its difference from the row above, which is mostly zeros on a page.
UP = 2


def encode_png(picture: Picture) -> bytes:
    """Return the file of a picture; one without colours is written in grey, which is a third of it."""
    pixels = np.frombuffer(picture.pixels, np.uint8).reshape(picture.height, picture.width, picture.channels)
    if picture.channels > 1 and not np.any(pixels != pixels[..., :1]):
        pixels = pixels[..., :1]
    rows = pixels.reshape(picture.height, -1)
    filtered = np.full((picture.height, rows.shape[1] + 1), UP, np.uint8)
    filtered[:, 1:] = np.diff(rows, axis=0, prepend=np.zeros((1, rows.shape[1]), np.uint8))
    colour = GREY if pixels.shape[2] == 1 else RGB
    header = struct.pack(">IIBBBBB", picture.width, picture.height, BITS, colour, 0, 0, 0)
    chunks = (b"IHDR", header), (b"IDAT", zlib.compress(filtered.tobytes(), 6)), (b"IEND", b"")
    return SIGNATURE + b"".join(_write_chunk(name, data) for name, data in chunks)


def _write_chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
