"""What all tests share: hypothesis that repeats itself, and the seed indexed once with the real model."""

import logging
import os

# Before numpy and FAISS are loaded: their threads wait by spinning, and tests run side by side on every processor.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from index.build.pipeline import build_index
from index.embedding import load_encoder
from index.generation.directory import IndexDirectory
from index.generation.generation import Generation
from index.search.stores.access import StoreAccess
from index.settings import IndexSettings
from index.types import Encoder
from qa.engine import Engine
from tests.milvus_server import STANDALONE, TOKEN_FILE, name_index, run_milvus

SEEDS = Path(__file__).parents[1] / "seeds"
ADMIN_KEY = "only for tests"

# No test depends on chance or on how busy the machine is.
settings.register_profile(
    "repeatable", derandomize=True, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("repeatable")


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--write`` makes the tests of documents write what they would compare; ``--soak`` makes tests/soak run long."""
    parser.addoption("--write", action="store_true", help="write the documents that show what the program prints")
    parser.addoption("--soak", action="store_true", help="run the tests of tests/soak in their long form: hours")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that load the real model are slow: ``make quick`` leaves them out."""
    for item in items:
        if "encoder" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def soak(request: pytest.FixtureRequest) -> bool:
    """Whether to run the long form of a test."""
    return bool(request.config.getoption("--soak"))


@pytest.fixture(autouse=True)
def no_leg_fails(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test in which a leg failed, unless it is marked ``leg_failure``: the engine answers in spite of our bugs."""
    failures: list[str] = []
    handler = logging.Handler(logging.ERROR)
    handler.emit = lambda record: failures.append(f"{record.getMessage()}: {record.exc_info and record.exc_info[1]!r}")
    logger = logging.getLogger("qa.ranking.retriever")
    logger.addHandler(handler)
    yield
    logger.removeHandler(handler)
    if failures and not request.node.get_closest_marker("leg_failure"):
        pytest.fail("; ".join(failures))


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """The shipped model in int8."""
    return load_encoder()


@pytest.fixture(scope="session")
def seed_index(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Path:
    """An index folder over the seed."""
    folder = tmp_path_factory.mktemp("seed") / "index"
    build_index(SEEDS, IndexSettings(index=str(folder)), encoder)
    return folder


@pytest.fixture(scope="session")
def generation(seed_index: Path) -> Generation:
    """The seed's generation, opened."""
    return IndexDirectory(seed_index).open_current()


@pytest.fixture(scope="session")
def engine(generation: Generation, encoder: Encoder) -> Engine:
    """Answers over the seed."""
    return Engine(generation, encoder)


@pytest.fixture(scope="session")
def milvus_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoreAccess]:
    """A Milvus server that several tests use, each with an index of its own."""
    if STANDALONE:
        yield StoreAccess(STANDALONE, token_file=TOKEN_FILE, timeout_s=60)
        return
    with run_milvus(tmp_path_factory.mktemp("milvus")) as access:
        # It is not stopped before the tests end, so a long wait costs nothing, and a busy machine fails no test.
        yield replace(access, timeout_s=60)


@pytest.fixture
def milvus(milvus_server: StoreAccess) -> StoreAccess:
    """An index in a Milvus server, of which it has nothing yet."""
    return name_index(milvus_server)


@contextmanager
def serving(index: Path, port: int = 0, workers: int = 1, max_wait_ms: int = 60_000) -> Iterator[str]:
    """The address of a real server process over an index, on a free port unless one is given.

    A machine that runs tests side by side is overloaded, so questions may wait for long by default.
    """
    kept = index.parent / "feedback.sqlite"
    command = [sys.executable, "serve.py", "--index", str(index), "--port", str(port), "--feedback", str(kept)]
    command += ["--workers", str(workers), "--max-wait-ms", str(max_wait_ms)]
    environment = os.environ | {"NETSPHERE_ADMIN_KEY": ADMIN_KEY}
    with subprocess.Popen(command, cwd=SEEDS.parent, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        line = process.stdout.readline()
        try:
            yield line.removeprefix("Netsphere answers on ").strip()
        finally:
            # Also after a failed test: leaving the context waits for the process.
            process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


@pytest.fixture(scope="session")
def server(seed_index: Path) -> Iterator[str]:
    """A server over the seed."""
    with serving(seed_index) as address:
        yield address
