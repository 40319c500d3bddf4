"""The listening socket, which all workers share."""

import socket
import struct
import time
from ctypes import addressof, create_string_buffer

from index.errors import NetsphereError
from qa.web.server.http_server import BACKLOG

# Of Linux (asm-generic/socket.h); Python's socket module does not name it.
SO_ATTACH_FILTER = 26
# A classic BPF program (linux/filter.h): code, jump if true, jump if false, operand. A filter of a TCP socket sees
# packets from the TCP header on, and returns how many bytes to keep. This one drops those that begin a handshake.
SYN, ACK, FLAGS_BYTE = 0x02, 0x10, 13
DROP_SYN = [
    (0x30, 0, 0, FLAGS_BYTE),  # load the flags
    (0x54, 0, 0, SYN | ACK),  # keep two of them
    (0x15, 0, 1, SYN),  # unless SYN is set alone, skip one instruction
    (0x06, 0, 0, 0),  # return 0 bytes
    (0x06, 0, 0, 0xFFFFFFFF),  # return all
]
# How long the last packet of a handshake may take: longer than most round trips.
HANDSHAKE_S = 0.2


class AddressInUse(NetsphereError):
    """The host and port cannot be listened on."""


def stop_handshakes(listener: socket.socket) -> None:
    """Make the kernel ignore new connections, and wait until handshakes that have begun are finished; only on Linux.

    A handshake that ends after a worker's last accept would be reset. A client that is ignored tries again by itself,
    and then the connection is refused.
    """
    program = create_string_buffer(b"".join(struct.pack("HBBI", *instruction) for instruction in DROP_SYN))
    try:
        pointer = struct.pack("HL", len(DROP_SYN), addressof(program))
        listener.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, pointer)
    except OSError:
        return
    time.sleep(HANDSHAKE_S)


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
