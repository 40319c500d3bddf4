"""The handler of the log, which waits only a moment for whoever collects the lines.

A pipe that nobody reads is full after some 64 KB, and a process that writes to it then stands still: a collector of
logs that hangs would stop every request. Here, lines are lost instead, and the next one that can be written says how
many.
"""

import logging
import os
import select
import socket
import stat
import time
from io import FileIO

# The longest wait, and the least time from one to the next: a slow collector takes a tenth of the time at most.
PATIENCE_S, WAIT_EVERY_S = 0.1, 1.0
LOST = "lines of the log were lost because nobody read them"


class PatientHandler(logging.Handler):
    """Writes each record to a file descriptor as a line, unless that would take longer than a moment.

    A line that is longer than ``select.PIPE_BUF`` can be cut off.
    """

    def __init__(self, descriptor: int) -> None:
        """Write to the file of ``descriptor``, whose own flags are left alone: other processes share them."""
        super().__init__()
        self._outlet = _open_outlet(descriptor)
        self._process = os.getpid()
        self._lost = 0
        # Whether the last line is without its end.
        self._cut = False
        self._next_wait = 0.0

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record, or count it as lost; one that cannot be formatted is reported as logging does."""
        try:
            line = self.format(record)
        except Exception:  # noqa: BLE001 — as in the handlers of logging
            self.handleError(record)
            return
        if not self._tell_losses() or not self._write(line):
            self._lost += 1

    def close(self) -> None:
        """Say how many lines were lost, if that can be written."""
        self.acquire()
        try:
            self._tell_losses()
        finally:
            self._outlet.close()
            self.release()
        super().close()

    def _tell_losses(self) -> bool:
        """Return whether nothing is lost, or it could be said."""
        if self._process != os.getpid():
            # The process that has forked this one tells its own losses.
            self._process, self._lost, self._cut = os.getpid(), 0, False
        if not self._lost:
            return True
        record = {"name": __name__, "levelno": logging.WARNING, "levelname": "WARNING", "msg": LOST}
        if not self._write(self.format(logging.makeLogRecord({**record, "fields": {"lost": self._lost}}))):
            return False
        self._lost = 0
        return True

    def _write(self, line: str) -> bool:
        """Return whether the whole line was written."""
        data = (b"\n" if self._cut else b"") + line.encode(errors="backslashreplace") + b"\n"
        try:
            while data:
                # A pipe takes this much at once or nothing, so lines of several processes are not mixed.
                written = self._try_to_write(data[: select.PIPE_BUF])
                if not written:
                    return False
                data = data[written:]
                self._cut = bool(data)
        except (OSError, ValueError):  # nobody can read it any more, or it is closed
            return False
        return True

    def _try_to_write(self, data: bytes) -> int:
        """Write what can be written now and return the number of bytes; wait for a moment, once a second at most."""
        written, now = self._outlet.write(data), time.monotonic()
        if written is None and now >= self._next_wait:
            self._next_wait = now + WAIT_EVERY_S
            poll = select.poll()
            poll.register(self._outlet.fileno(), select.POLLOUT)
            poll.poll(PATIENCE_S * 1000)
            written = self._outlet.write(data)
        return written or 0


class _SocketOutlet:
    """Writes to a socket as FileIO does to a file that must not wait."""

    def __init__(self, descriptor: int) -> None:
        self._socket = socket.socket(fileno=os.dup(descriptor))
        self.fileno, self.close = self._socket.fileno, self._socket.close

    def write(self, data: bytes) -> int | None:
        try:
            return self._socket.send(data, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return None


def _open_outlet(descriptor: int) -> "FileIO | _SocketOutlet":
    """Return what writes to the file of a descriptor and never waits.

    Opened once more, because the flag of the descriptor itself is that of every process that has it, such as the shell.
    """
    if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
        return _SocketOutlet(descriptor)
    try:
        return FileIO(os.open(f"/dev/fd/{descriptor}", os.O_WRONLY | os.O_APPEND | os.O_NONBLOCK), "w")
    except OSError:  # a file of somebody else, which never waits
        return FileIO(descriptor, "w", closefd=False)
