"""What all commands share."""

import pytest

from index.cli import one_sentence
from index.errors import BuildError, UsageError


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (UsageError("--keep is '0'; give 1 or more"), 2, "error: --keep is '0'; give 1 or more"),
        (BuildError("nothing was built"), 1, "error: nothing was built"),
        (PermissionError(13, "Permission denied", "var/out"), 1, "error: var/out cannot be used: Permission denied"),
    ],
)
def test_an_error_becomes_one_sentence_and_an_exit_code(
    error: Exception, code: int, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ours and the system's; 2 where the call was wrong, 1 where it failed."""

    @one_sentence
    def command() -> None:
        raise error

    with pytest.raises(SystemExit) as stopped:
        command()
    assert stopped.value.code == code
    assert capsys.readouterr().err == sentence + "\n"


def test_a_reader_that_stops_reading_is_not_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    """``… | head -1`` is for click to end quietly."""

    @one_sentence
    def command() -> None:
        raise BrokenPipeError(32, "Broken pipe")

    with pytest.raises(BrokenPipeError):
        command()
    assert capsys.readouterr().err == ""
