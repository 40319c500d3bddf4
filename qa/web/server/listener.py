"""The listening socket, which all workers share."""

import socket
import struct
from contextlib import suppress
from ctypes import addressof, create_string_buffer

from index.errors import NetsphereError
from qa.web.server.http_server import BACKLOG

# Of Linux (asm-generic/socket.h); Python's socket module does not name it.
SO_ATTACH_FILTER = 26


class AddressInUse(NetsphereError):
    """The host and port cannot be listened on."""


def stop_handshakes(listener: socket.socket) -> None:
    """Make the kernel ignore new connections, on Linux.

    One that began between a worker's last accept and its close would be reset; a client that is ignored tries again
    by itself, and then the connection is refused.
    """
    # A classic BPF program of one instruction: return 0, which is how many bytes of a packet to keep.
    instruction = create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0))
    with suppress(OSError):
        listener.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HL", 1, addressof(instruction)))


def open_listener(host: str, port: int) -> socket.socket:
    """Return a socket that listens on the address. Raise AddressInUse, which says why it cannot."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        # Now, not when the workers are ready: of two servers that start at once, one must fail here.
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        reason = (error.strerror or str(error)).lower()
        detail = f"cannot listen on {host}:{port}: {reason}; choose another port with --port"
        raise AddressInUse(detail) from None
    return listener
