"""The table of settings, and where a value comes from."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from index.cli import Command, is_flag_given, is_stated, setting_options
from index.settings import SETTINGS, IndexSettings, ServeSettings

DOCUMENT = Path(__file__).parents[2] / "docs" / "settings.md"
HEAD = """# Settings

*Checked against `index/settings.py` by `tests/index/test_settings.py`; `--write` writes it.*

A value is taken from the flag, else from the environment, else from a line of `netsphere.toml` in the
working directory (`name = value`), else it is the default. An empty environment variable counts as unset.
Each command has the flags that concern it; `--help` lists them. Paths that begin with `var/` do so in a checkout; an
[installation](installing.md) has its own in the user's data folder, such as `~/.local/share/netsphere`.

| name | flag | environment | default | what it is |
|---|---|---|---|---|
"""


@click.command(cls=Command)
@setting_options(*SETTINGS)
def show_settings(**values: object) -> None:
    """Print every value, and which were stated and which given as a flag."""
    stated = [name for name in SETTINGS if is_stated(name)]
    click.echo(json.dumps([values, stated, [name for name in SETTINGS if is_flag_given(name)]]))


def call(folder: Path, *flags: str, environment: dict[str, str] | None = None, file: str | None = None) -> Result:
    """Run the command in ``folder``, with this ``netsphere.toml`` there."""
    if file is not None:
        (folder / "netsphere.toml").write_text(file, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        return CliRunner().invoke(show_settings, flags, env=environment)


def resolve(folder: Path, *flags: str, **others: object) -> dict[str, Any]:
    result = call(folder, *flags, **others)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)[0]


def test_a_flag_beats_the_environment_beats_the_file_beats_the_default(tmp_path: Path) -> None:
    """In that order, each alone enough; an empty environment variable is as good as none."""
    five = {"NETSPHERE_KEEP": "5"}
    assert resolve(tmp_path)["keep"] == 3
    assert resolve(tmp_path, file="keep = 4\n")["keep"] == 4
    assert resolve(tmp_path, environment={"NETSPHERE_KEEP": ""})["keep"] == 4
    assert resolve(tmp_path, environment=five)["keep"] == 5
    assert resolve(tmp_path, "--keep", "6", environment=five)["keep"] == 6


@pytest.mark.parametrize(
    ("flags", "environment", "file", "sentence"),
    [
        (["--keep", "0"], {}, "", "invalid value '0' for --keep: must be a whole number from 1 to 1000"),
        (["--keep", "1001"], {}, "", "invalid value '1001' for --keep: must be a whole number from 1 to 1000"),
        (["--passage-chars", "x"], {}, "", "invalid value 'x' for --passage-chars: must be a whole number from 80 to 4000"),
        ([], {"NETSPHERE_KEEP": "1.5"}, "", "invalid value '1.5' for NETSPHERE_KEEP: must be a whole number from 1 to 1000"),
        ([], {"NETSPHERE_STORE": "redis"}, "", "invalid value 'redis' for NETSPHERE_STORE: must be one of exact, faiss, milvus"),
        ([], {}, "keep = 'many'", "invalid value 'many' for keep in netsphere.toml: must be a whole number from 1 to 1000"),
        ([], {}, "keep = 2.5", "invalid value '2.5' for keep in netsphere.toml: must be a whole number from 1 to 1000"),
        ([], {}, "keep = true", "invalid value 'True' for keep in netsphere.toml: must be a whole number from 1 to 1000"),
        ([], {}, "keeep = 4", f"unknown setting 'keeep' in netsphere.toml: must be one of {', '.join(SETTINGS)}"),
    ],
)  # fmt: skip
def test_a_bad_value_is_one_sentence_with_its_origin_and_what_is_allowed(
    tmp_path: Path, flags: list[str], environment: dict[str, str], file: str, sentence: str
) -> None:
    """On standard error, with exit code 2."""
    result = call(tmp_path, *flags, environment=environment, file=file)
    assert (result.exit_code, result.stderr) == (2, f"error: {sentence}\n")


def test_a_file_that_is_not_toml_is_named(tmp_path: Path) -> None:
    """With the place at which reading stopped; help works all the same."""
    result = call(tmp_path, file="port = 8000\nkeep = 3 4\n")
    assert result.exit_code == 2
    assert result.stderr.startswith(f"error: cannot read {tmp_path / 'netsphere.toml'} as TOML: ")
    assert "line 2" in result.stderr
    assert call(tmp_path, "--help").exit_code == 0


def test_what_was_stated_differs_from_a_default_of_the_same_value(tmp_path: Path) -> None:
    """An index knows its model, so only a model that somebody stated can disagree with it."""
    assert json.loads(call(tmp_path).stdout)[1:] == [[], []]
    same, default = {"NETSPHERE_MODEL": SETTINGS["model"].default}, SETTINGS["keep"].default
    result = call(tmp_path, "--port", "8000", environment=same, file=f"keep = {default}")
    assert json.loads(result.stdout)[1:] == [["model", "keep", "port"], ["port"]]


def format_default(default: object) -> str:
    return f"`{json.dumps(default) if isinstance(default, bool) else default}`" if default != "" else ""


def test_every_setting_is_documented(request: pytest.FixtureRequest) -> None:
    """``docs/settings.md`` is what the table says."""
    rows = (
        f"| `{name}` | `--{name.replace('_', '-')}` | `NETSPHERE_{name.upper()}` | {format_default(row.default)} "
        f"| {row.metadata['help']} |\n"
        for name, row in SETTINGS.items()
    )
    expected = HEAD + "".join(rows)
    if request.config.getoption("--write"):
        DOCUMENT.write_text(expected, encoding="utf-8")
    assert DOCUMENT.read_text(encoding="utf-8") == expected, (
        "write it with: pytest tests/index/test_settings.py --write"
    )


@pytest.mark.parametrize("name", ["index", "model", "host"])
@pytest.mark.parametrize("value", ["", "  "])
def test_an_empty_value_is_refused(tmp_path: Path, name: str, value: str) -> None:
    """As a path it would mean the working directory."""
    result = call(tmp_path, f"--{name}", value)
    assert (result.exit_code, result.stderr) == (2, f"error: invalid value '{value}' for --{name}: must not be empty\n")


@pytest.mark.parametrize("name", SETTINGS)
def test_every_default_is_a_value_that_could_be_stated(name: str, tmp_path: Path) -> None:
    """In any of the three ways, with the same result."""
    default = SETTINGS[name].default
    assert resolve(tmp_path)[name] == default
    flag = name.replace("_", "-")
    stated = [f"--{'' if default else 'no-'}{flag}"] if isinstance(default, bool) else [f"--{flag}", str(default)]
    assert resolve(tmp_path, *stated)[name] == default
    assert resolve(tmp_path, environment={f"NETSPHERE_{name.upper()}": str(default)})[name] == default
    assert resolve(tmp_path, file=f"{name} = {json.dumps(default)}\n")[name] == default


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [("passage_chars", 80, 4000), ("max_file_mb", 1, 100_000), ("keep", 1, 1000), ("port", 0, 65535),
     ("workers", 0, 64), ("threads", 1, 256)],
)  # fmt: skip
def test_bounds_belong_to_what_is_allowed(tmp_path: Path, name: str, low: int, high: int) -> None:
    """Both ends are good, and one beyond either is not."""
    flag = f"--{name.replace('_', '-')}"
    for value in (low, high):
        assert resolve(tmp_path, flag, str(value))[name] == value
    for value in (low - 1, high + 1):
        assert f"must be a whole number from {low} to {high}" in call(tmp_path, flag, str(value)).stderr


def test_the_table_has_the_settings_of_both_halves() -> None:
    """Each once, those of a build first."""
    assert [*SETTINGS] == [row.name for row in (*fields(IndexSettings), *fields(ServeSettings))]


def test_chunking_leaves_room_in_the_encoder() -> None:
    """A quarter of its tokens, and a fifth of a passage's characters."""
    sizes = IndexSettings(passage_chars=500).chunk_sizes(256)
    assert (sizes.max_chars, sizes.target_chars, sizes.max_tokens) == (500, 400, 192)
