"""A build in a process of its own, to be starved or killed: python -m tests.index.build.helpers FOLDER INDEX [BYTES]"""

import resource
import signal
import sys
from pathlib import Path

from index.build.pipeline import build_index
from index.errors import BuildError
from index.settings import IndexSettings
from tests.doubles import WordEncoder

if __name__ == "__main__":
    folder, index = Path(sys.argv[1]), sys.argv[2]
    if len(sys.argv) > 3:
        # No file may grow beyond this: the write fails as it does on a full disk.
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), int(sys.argv[3])))
    try:
        build_index(folder, IndexSettings(index=index, keep=2), WordEncoder())
    except BuildError as error:
        sys.exit(f"error: {error}")
