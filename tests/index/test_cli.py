"""What all commands share."""

import click
import pytest
from click.testing import CliRunner

from index.cli import Command, format_count
from index.errors import BuildError, UsageError


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (UsageError("nowhere does not exist"), 2, "error: nowhere does not exist"),
        (BuildError("nothing was built"), 1, "error: nothing was built"),
        (PermissionError(13, "Permission denied", "var/out"), 1, "error: cannot use var/out: Permission denied"),
        (OSError(28, "No space left on device"), 1, "error: cannot use the system: No space left on device"),
        (BrokenPipeError(32, "Broken pipe"), 1, ""),
    ],
)
def test_an_error_becomes_one_sentence_and_an_exit_code(error: Exception, code: int, sentence: str) -> None:
    """Ours and the system's; 2 if the call is wrong, 1 if it fails. Nothing if ``head`` reads no further."""

    @click.command(cls=Command)
    def command() -> None:
        raise error

    result = CliRunner().invoke(command)
    assert (result.exit_code, result.stdout, result.stderr.rstrip()) == (code, "", sentence)


def test_an_error_of_our_own_making_is_not_hidden() -> None:
    """A bug surfaces with its traceback."""

    @click.command(cls=Command)
    def command() -> None:
        raise KeyError("evidence")

    assert isinstance(CliRunner().invoke(command).exception, KeyError)


@pytest.mark.parametrize(("count", "text"), [(0, "0 documents"), (1, "1 document"), (2, "2 documents")])
def test_a_count_agrees_with_its_noun(count: int, text: str) -> None:
    """One is singular, none is plural."""
    assert format_count(count, "documents") == text
