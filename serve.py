"""python serve.py: serves an index that exists."""

import logging
import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from index.cli import one_sentence, setting_options
from index.settings import MODEL, SETTINGS, Sources
from index.shelf import Shelf
from qa.web.server import run

if TYPE_CHECKING:
    from flask import Flask

log = logging.getLogger(__name__)


@click.command(context_settings={"max_content_width": 100})
@setting_options(SETTINGS, "index", "model", "reader", "host", "port", "threads")
@one_sentence
def main(**flags: object) -> None:
    """Serve the API and the page over an index that was built before.

    Example: python serve.py --index var/index --port 8123
    """
    # Before torch is loaded. Its threads and the server's fight for the cores: a question took 12 ms
    # with one and up to 480 ms with two on a busy machine of two cores.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sources = Sources.of(flags, os.environ, Path.cwd())
    found = sources.resolve(SETTINGS)
    Shelf(Path(found["index"])).must_exist()
    app = partial(_app, found["index"], sources.stated(MODEL), found["reader"])
    run(app, found["host"], found["port"], found["threads"])


def _app(index: str, model: str | None, reader: str) -> "Flask":
    """Made in the serving process. The probe loads the model, so that no visitor waits for it."""
    from qa.engine import Engine
    from qa.web import create_app

    engine = Engine.open(index, model, reader)
    for part, found in engine.probe().items():
        if not found:
            log.error("the %s fails on a sentence that is indexed; answers will be degraded", part)
    return create_app(engine)


if __name__ == "__main__":
    main(prog_name="python serve.py")
