"""The listening socket, which all workers share."""

import socket
import struct
from contextlib import suppress
from ctypes import addressof, create_string_buffer

# Of Linux (asm-generic/socket.h); Python's socket module does not name it.
SO_ATTACH_FILTER = 26


def stop_handshakes(listener: socket.socket) -> None:
    """Make the kernel ignore new connections, on Linux.

    One that began between a worker's last accept and its close would be reset; a client that is ignored tries again
    by itself, and then the connection is refused.
    """
    # A classic BPF program of one instruction: return 0, which is how many bytes of a packet to keep.
    instruction = create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0))
    with suppress(OSError):
        listener.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HL", 1, addressof(instruction)))
