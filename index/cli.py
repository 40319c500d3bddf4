"""What the commands of both halves share: settings as options, and errors as one sentence."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from index.errors import NetsphereError, UsageError
from index.search.stores.access import MILVUS, StoreAccess
from index.settings import SETTINGS, SETTINGS_FILE, read_settings_file

R = TypeVar("R")


class Failure(click.ClickException):
    """An error that click prints as one sentence before it exits with 1."""

    def show(self, file: Any = None) -> None:  # noqa: ANN401 — as click declares it
        """Print the sentence on standard error."""
        click.echo(f"error: {self.message}", file, err=True)


class WrongUse(Failure):
    """The same for a call that is wrong, with 2."""

    exit_code = 2


@contextmanager
def one_sentence_errors() -> Iterator[None]:
    """Translate the errors of Netsphere and of the operating system into failures that click prints."""
    try:
        yield
    except NetsphereError as error:
        raise (WrongUse if isinstance(error, UsageError) else Failure)(str(error)) from error
    except ModuleNotFoundError as error:  # of a library that only some commands need
        if (error.name or "").partition(".")[0] == __package__.partition(".")[0]:
            raise
        raise Failure(
            f"this needs the package {error.name}, which is not installed: pip install -r requirements.txt"
        ) from error
    except BrokenPipeError:
        raise  # the reader of our output has stopped, as ``head`` does; click ends quietly
    except OSError as error:
        raise Failure(f"cannot use {error.filename or 'the system'}: {error.strerror}") from error


class Option(click.Option):
    """Option whose error names the value, where it comes from and what is allowed."""

    def process_value(self, ctx: click.Context, value: Any) -> Any:  # noqa: ANN401 — of the option's own type
        """Convert and check the value. Raises UsageError."""
        try:
            return super().process_value(ctx, value)
        except click.BadParameter as error:
            origin = self.opts[0]
            match ctx.get_parameter_source(self.name):
                case ParameterSource.ENVIRONMENT:
                    origin = f"{self.envvar}"
                case ParameterSource.DEFAULT_MAP:
                    origin = f"{self.name} in {SETTINGS_FILE}"
            rule = error.message
            match self.type:
                case click.IntRange(min=low, max=high):
                    rule = f"must be a whole number from {low} to {high}"
                case click.Choice(choices=choices):
                    rule = f"must be one of {', '.join(choices)}"
            raise UsageError(f"invalid value {value!r} for {origin}: {rule}") from error


class Command(click.Command):
    """Command whose options may be set in ``netsphere.toml``, and whose errors are one sentence."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments, with the values of ``netsphere.toml`` as defaults."""
        with one_sentence_errors():
            if not {*args} & {*self.get_help_option_names(ctx)}:  # help must work whatever the file contains
                ctx.default_map = read_settings_file(Path.cwd())
            return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 — what the command returns
        """Call the command."""
        with one_sentence_errors():
            return super().invoke(ctx)


class Group(click.Group):
    """Group of such commands."""

    command_class = Command


def setting_options(*names: str) -> Callable[[Callable[..., R]], Callable[..., R]]:
    """Add an option for each named setting: flag, environment variable, type, default and help of the table.

    The environment variables are named one by one instead of by click's ``auto_envvar_prefix``, which would
    give one to every other option, too, such as ``--json``.
    """

    def decorate(command: Callable[..., R]) -> Callable[..., R]:
        for name in reversed(names):
            flag = name.replace("_", "-")
            is_switch = isinstance(SETTINGS[name].default, bool)
            command = click.option(
                f"--{flag}/--no-{flag}" if is_switch else f"--{flag}",
                cls=Option,
                type=SETTINGS[name].metadata["type"],
                default=SETTINGS[name].default,
                envvar=f"NETSPHERE_{name.upper()}",
                help=SETTINGS[name].metadata["help"],
                show_default=True,
            )(command)
        return command

    return decorate


def is_stated(name: str) -> bool:
    """Return whether a setting of the running command was stated anywhere, rather than left at its default."""
    return click.get_current_context().get_parameter_source(name) is not ParameterSource.DEFAULT


def keep_store(flags: dict[str, Any]) -> None:
    """Let an index that a database has stay there, unless the running command was told of a store."""
    if not is_stated("store") and StoreAccess.read(Path(flags["index"])).uri:
        flags["store"] = MILVUS


def is_flag_given(name: str) -> bool:
    """Return whether an option of the running command was given on the command line."""
    return click.get_current_context().get_parameter_source(name) is ParameterSource.COMMANDLINE


def format_count(count: int, plural: str) -> str:
    """Return a number with its noun, given in the plural: ``1 document``, ``2,000 documents``."""
    return f"{count:,} {plural.removesuffix('s') if count == 1 else plural}"


def format_bytes(count: int) -> str:
    """Return a number of bytes as people read it: ``950 B``, ``12.3 MB``."""
    if count < 1000:
        return f"{count} B"
    power = min((len(str(count)) - 1) // 3, 4)
    return f"{count / 1000**power:.1f} {' kMGT'[power]}B"
