"""The command ``doctor``: run every check and print what it finds."""

from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import click

from index.cli import Command, is_stated, setting_options
from qa.doctor.collection import check_index
from qa.doctor.libraries import check_libraries
from qa.doctor.machine import check_disk, check_folders, check_port
from qa.doctor.models import check_encoder, check_reader
from qa.doctor.types import Configuration, Finding, Level

CHECKS: tuple[Callable[[Configuration], Iterator[Finding]], ...] = (
    check_libraries,
    check_encoder,
    check_reader,
    check_index,
    check_folders,
    check_disk,
    check_port,
)
PATHS = ("index", "models", "feedback", "keys")


@click.command(cls=Command)
@setting_options(*(field.name for field in fields(Configuration)))
def doctor(**flags: Any) -> None:  # noqa: ANN401 — of the table's types
    """Check the installation, the model, the index and the machine. Exits with 1 if something is wrong.

    Example: python -m qa doctor --index var/index
    """
    flags |= {name: Path(flags[name]) for name in PATHS}
    if not is_stated("model"):
        flags["model"] = None
    configuration = Configuration(**flags)
    faults = 0
    for check in CHECKS:
        for finding in _run_check(check, configuration):
            click.echo(f"{finding.level:<6} {finding.subject:<10} {finding.text}")
            faults += finding.level is Level.FAULT
    if faults:
        raise SystemExit(1)


def _run_check(check: Callable[[Configuration], Iterator[Finding]], configuration: Configuration) -> Iterator[Finding]:
    """Yield what a check finds. A file that it may not read is a fault, and does not end the other checks."""
    try:
        yield from check(configuration)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        text = f"cannot use {error.filename or 'the system'} ({reason}); let this user read it"
        yield Finding(Level.FAULT, check.__name__.removeprefix("check_"), text)
