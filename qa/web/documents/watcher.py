"""Notice changes below the folder that an index was built from. The only module that imports watchfiles."""

import logging
import socket
from collections.abc import Iterable
from pathlib import Path
from threading import Thread
from time import sleep

from index.build.ignore import IGNORE_FILE, IgnoreRules
from index.errors import UsageError

log = logging.getLogger(__name__)

# A change is reported when nothing else has changed for the first time, or after the second: a file that is being
# copied is not read half, and a folder that changes all the time is read all the same. Milliseconds.
QUIET_MS, MAX_QUIET_MS = 300, 10_000
# How often to look whether the folder itself was replaced, which reports no change. Milliseconds.
CHECK_MS = 1000
# Until it is looked for again if the folder is gone.
ABSENT_S = 1.0


class FolderWatcher:
    """A thread that makes a socket readable if something below a folder, or a single file, has changed.

    Links to folders are not followed: what changes behind them is noticed with the next change elsewhere.
    """

    def __init__(self, source: Path) -> None:
        """Start to watch; ``source`` need not exist."""
        self.source = source.absolute()
        self.changes, self._reporter = socket.socketpair()
        self.changes.setblocking(False)
        self._reporter.setblocking(False)
        self._is_stopped = False
        Thread(target=self._watch, name="watch folder", daemon=True).start()

    def take_changes(self) -> bool:
        """Return whether something has changed since the last call."""
        try:
            return bool(self.changes.recv(4096))
        except BlockingIOError:
            return False

    def stop(self) -> None:
        """Watch no longer; the thread ends within a second or two."""
        self._is_stopped = True
        self.changes.close()
        self._reporter.close()

    def _watch(self) -> None:
        is_first, is_absent = True, False
        while not self._is_stopped:
            try:
                self._watch_until_replaced(is_first)
                is_absent = False
            except OSError as error:
                if not is_absent:
                    log.warning("cannot watch %s: %s; what was indexed stays", self.source, error)
                is_absent = True
                sleep(ABSENT_S)
            is_first = False

    def _watch_until_replaced(self, is_first: bool) -> None:
        """Report changes until the folder is another one, which is a change, too. Raises OSError if it is gone."""
        from watchfiles import watch

        self.source.stat()
        # Of a single file the folder is watched, because editors replace files.
        root = self.source if self.source.is_dir() else self.source.parent
        identity = _identify(root)
        if not is_first:
            self._report()
        for changes in watch(
            root,
            watch_filter=None,
            debounce=MAX_QUIET_MS,
            step=QUIET_MS,
            rust_timeout=CHECK_MS,
            yield_on_timeout=True,
            raise_interrupt=False,
        ):
            if self._is_stopped or _identify(root) != identity:
                return
            if self._concerns_source(path for _, path in changes):
                self._report()

    def _concerns_source(self, paths: Iterable[str]) -> bool:
        """Return whether a path is the source, or below it and not passed over by a build, or an ignore file."""
        rules = IgnoreRules(self.source)  # which may have changed
        try:
            return any(
                Path(path) == self.source or (Path(path).is_relative_to(self.source) and _decides(Path(path), rules))
                for path in paths
            )
        except UsageError:  # the build says what is wrong with an ignore file
            return True

    def _report(self) -> None:
        try:
            self._reporter.send(b"C")
        except OSError:
            log.debug("a change is reported already, or nobody waits for it")


def _decides(path: Path, rules: IgnoreRules) -> bool:
    """Return whether a build depends on a path below the source."""
    return not rules.skips(path) or (path.name == IGNORE_FILE and not rules.skips(path.parent))


def _identify(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_dev, status.st_ino
