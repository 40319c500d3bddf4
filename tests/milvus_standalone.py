"""python -m tests.milvus_standalone MILVUS_SERVER: the tests of the store milvus against a real Milvus server."""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.milvus_server import URI, run_inside, run_server

# Those of the store and of sharing; what stops and starts a server of its own does so with milvus-lite.
TESTS = (
    "tests/index/search/stores/test_contract.py",
    "tests/index/search/stores/test_milvus.py",
    "tests/index/sharing",
    "tests/qa/web/server/test_shared.py",
)


def main(program: str) -> int:
    """Run the tests, and return their exit status; raise RuntimeError if the server does not start or stop."""
    if (status := run_inside("tests.milvus_standalone", [program])) is not None:
        return status
    with TemporaryDirectory() as folder, run_server(program, Path(folder)) as token:
        named = {"NETSPHERE_TEST_MILVUS": URI, "NETSPHERE_TEST_MILVUS_TOKEN": str(token)}
        command = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadfile", "-k", "milvus or sharing or shared"]
        return subprocess.run([*command, *TESTS], env={**os.environ, **named}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
