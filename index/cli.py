"""What the commands of both halves share: settings as flags, errors as one sentence."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import click

from index.errors import NetsphereError, UsageError
from index.settings import Setting

P = ParamSpec("P")
R = TypeVar("R")


def setting_options(table: tuple[Setting, ...], *names: str) -> Callable[[Callable[..., R]], Callable[..., R]]:
    """A flag for each named setting, with the help and default of the table."""
    chosen = [setting for setting in table if setting.name in names]

    def decorate(command: Callable[..., R]) -> Callable[..., R]:
        for setting in reversed(chosen):
            flag = f"--{setting.name.replace('_', '-')}"
            text = f"{setting.help}  [default: {setting.default}]"
            command = click.option(flag, setting.name, default=None, help=text)(command)
        return command

    return decorate


def one_sentence(command: Callable[P, R]) -> Callable[P, R]:
    """Prints an error of ours as one sentence: exit code 2 for wrong use, 1 for failure."""

    @wraps(command)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except NetsphereError as error:
            click.echo(f"error: {error}", err=True)
            raise SystemExit(2 if isinstance(error, UsageError) else 1) from error
        except BrokenPipeError:
            raise  # somebody reads no further, as ``head`` does; click ends quietly
        except OSError as error:
            click.echo(f"error: {error.filename or 'the system'} cannot be used: {error.strerror}", err=True)
            raise SystemExit(1) from error

    return guarded
