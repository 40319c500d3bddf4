"""SHA-256 of files that are read again and again, computed once as long as a file does not change."""

import hashlib
import os
from collections import OrderedDict
from collections.abc import Callable
from io import BufferedReader
from threading import Lock
from time import time_ns

# Files whose digests are remembered, each about 300 bytes.
MAX_FILES = 1024
# A file system may give the same time to two changes within this, so a file that was just changed is read again.
MIN_AGE_NS = 2_000_000_000

# What changes with the file: its device, inode, size, and the times of its last change. The second of them cannot be
# set back by whoever writes into the file.
FileState = tuple[int, int, int, int, int]


class FileDigests:
    """The digests of the files that were asked for last, by their state, not by their name. Thread-safe."""

    def __init__(self, now_ns: Callable[[], int] = time_ns) -> None:
        """Know none yet; ``now_ns`` returns the time in nanoseconds, as files have it."""
        self._digests: OrderedDict[FileState, bytes] = OrderedDict()
        self._lock, self._now_ns = Lock(), now_ns

    def compute(self, file: BufferedReader) -> bytes:
        """Return the digest of all of an open file, which is read only if it is not known; raise OSError."""
        state = _read_state(file)
        with self._lock:
            if state in self._digests:
                self._digests.move_to_end(state)
                return self._digests[state]
        now = self._now_ns()
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").digest()
        # Unless it was changed while it was read, or so shortly before that another change might not be seen.
        if _read_state(file) == state and now - max(state[3:]) > MIN_AGE_NS:
            with self._lock:
                self._digests[state] = digest
                while len(self._digests) > MAX_FILES:
                    self._digests.popitem(last=False)
        return digest


def _read_state(file: BufferedReader) -> FileState:
    status = os.fstat(file.fileno())
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
