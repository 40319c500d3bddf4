"""The HTTP server: waitress in one process or several, configured here and nowhere else.

``supervisor`` starts, replaces and stops the processes; ``worker`` is one of them, ``builder_process`` another;
``http_server``, ``connection`` and ``request_parser`` adapt waitress.
"""

import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import click
from flask import Flask

from index import __version__
from index.processors import share_cpus
from qa.web.log_format import JSON, LogOptions, configure_log
from qa.web.metrics import forget_process
from qa.web.server.builder_process import BuilderProcess
from qa.web.server.listener import open_listener
from qa.web.server.supervisor import ServedApp, Supervisor

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """The number of worker processes, and of the requests that each of them takes at once.

    ``metrics_folder`` is the one in which the processes share their metrics, if there are several. ``builders`` build
    what is written while serving, one for each index folder. ``log`` says what is logged, and how. ``note_served`` is
    called with each version from when it is served.
    """

    workers: int
    threads: int
    metrics_folder: str | None = None
    builders: Sequence[BuilderProcess] = ()
    log: LogOptions = field(default_factory=LogOptions)
    note_served: Callable[[str], object] = lambda _: None


def run_server(
    make_app: Callable[[str], Flask], host: str, port: int, options: ServerOptions, find_version: Callable[[], str]
) -> None:
    """Serve until SIGTERM or SIGINT; SIGHUP, or a new version, replaces the workers without a failed request.

    ``find_version`` names what is to be served now; ``make_app`` opens it in each worker, after the fork.
    Ends with SystemExit: 0 after a signal, 1 if ``make_app`` failed. Raises AddressInUse if the
    address cannot be listened on. Port 0 takes a free port; the ready line names it.
    """
    listener = open_listener(host, port)
    bound, number = listener.getsockname()[:2]
    address = f"http://[{bound}]:{number}" if ":" in bound else f"http://{bound}:{number}"
    configure_log(options.log)
    app = ServedApp(
        find_version,
        partial(_make_app, make_app, options.workers),
        announce=partial(_announce_ready, address, options),
        forget_worker=partial(forget_process, options.metrics_folder),
        builders=options.builders,
        note_served=options.note_served,
        report_end=log.critical if options.log.format == JSON else _print_error,
    )
    raise SystemExit(Supervisor(app, listener, options.workers, options.threads).run())


def _make_app(make_app: Callable[[str], Flask], workers: int, version: str) -> Flask:
    """Make the application of one of several workers, after the fork."""
    share_cpus(workers)
    return make_app(version)


def _announce_ready(address: str, options: ServerOptions, version: str) -> None:
    click.echo(f"Netsphere answers on {address}")
    fields = {
        "netsphere": __version__,
        "address": address,
        "generation": version,
        "workers": options.workers,
        "threads": options.threads,
    }
    log.info("ready to answer", extra={"fields": fields})


def _print_error(message: str) -> None:
    os.write(2, f"{message}\n".encode())
