"""The handler of the log, which waits only a moment for whoever collects the lines.

A pipe that nobody reads is full after some 64 KB, and a process that writes to it then stands still: a collector of
logs that hangs would stop every request. Here, lines are lost instead, and the next one that can be written says how
many.
"""

import logging
import os
import select

PATIENCE_MS = 100
LOST = "lines of the log were lost because nobody read them"


class PatientHandler(logging.Handler):
    """Writes each record to a file descriptor as a line, unless that would take longer than a moment.

    It waits once; after a loss, no further line waits until one could be written. A line that is longer than
    ``select.PIPE_BUF`` can be cut off.
    """

    def __init__(self, descriptor: int) -> None:
        """Write to ``descriptor``, which stays open."""
        super().__init__()
        self._descriptor = descriptor
        self._lost = 0
        # Whether the last line is without its end.
        self._cut = False

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
            self.release()
        super().close()

    def _tell_losses(self) -> bool:
        """Return whether nothing is lost, or it could be said."""
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
        poll = select.poll()
        poll.register(self._descriptor, select.POLLOUT)
        # So many bytes at once find room in a pipe that can be written to.
        for start in range(0, len(data), select.PIPE_BUF):
            try:
                if not poll.poll(0 if self._lost else PATIENCE_MS):
                    return False
                os.write(self._descriptor, data[start : start + select.PIPE_BUF])
            except OSError:  # the reader is gone
                return False
            self._cut = start + select.PIPE_BUF < len(data)
        return True
