"""python serve.py: serves an index that exists."""

import os

# Before numpy is loaded, whose threads wait for work by spinning: with them a question takes twice the processor's
# time. One thread for each batch under way leaves nobody in another one's way. tokenizers has threads, too.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import TYPE_CHECKING

import click

from index.cli import one_sentence, setting_options
from index.generation.directory import IndexDirectory
from index.settings import MODEL, SETTINGS, Sources

if TYPE_CHECKING:
    from flask import Flask

    from qa.web.service import AppOptions

log = logging.getLogger(__name__)


@click.command(context_settings={"max_content_width": 100})
@setting_options(SETTINGS, "index", "model", "reader", "host", "port", "workers", "threads", "feedback", "admin_key")
@one_sentence
def main(**flags: object) -> None:
    """Serve the API and the page over an index that was built before.

    Example: python serve.py --index var/index --port 8123
    """
    sources = Sources.of(flags, os.environ, Path.cwd())
    found = sources.resolve(SETTINGS)
    IndexDirectory(Path(found["index"])).require_current()
    with _counting(found["workers"]) as counted:
        from qa.web.server import ServerOptions, run_server
        from qa.web.service import AppOptions

        options = AppOptions(metrics_folder=counted, feedback=Path(found["feedback"]), admin_key=found["admin_key"])
        app = partial(_app, found["index"], sources.stated(MODEL), found["reader"], options)
        run_server(app, found["host"], found["port"], ServerOptions(found["workers"], found["threads"]))


@contextmanager
def _counting(workers: int) -> Iterator[str | None]:
    """Several processes count in files of one folder, which prometheus_client must know before it is loaded."""
    if workers == 1:
        yield None
        return
    folder, parent = mkdtemp(prefix="netsphere-"), os.getpid()
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
    try:
        yield folder
    finally:
        if os.getpid() == parent:  # a worker that ends comes by here, too, and the others still count
            rmtree(folder, ignore_errors=True)


def _app(index: str, model: str | None, reader: str, options: "AppOptions") -> "Flask":
    """Made in the serving process. The probe loads the model, so that no visitor waits for it."""
    from qa.engine import Engine
    from qa.web import create_app

    engine = Engine.open(index, model, reader)
    for part, found in engine.check_readiness().items():
        if not found:
            log.error("the %s fails on a sentence that is indexed; answers will be degraded", part)
    return create_app(engine, options)


if __name__ == "__main__":
    main(prog_name="python serve.py")
