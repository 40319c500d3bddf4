"""Where a setting comes from."""

import json
from dataclasses import fields
from pathlib import Path

import pytest

from index.errors import UsageError
from index.settings import INDEX_SETTINGS, MODEL, SETTINGS, IndexSettings, Setting, Sources

DOCUMENT = Path(__file__).parents[2] / "docs" / "settings.md"
HEAD = """# Settings

*Checked against `index/settings.py` by `tests/index/test_settings.py`; `--write` writes it.*

A value is taken from the flag, else from the environment, else from a line of `netsphere.toml` in the
folder where the command is called (`name = value`), else it is the default. Each command has the flags
that concern it; `--help` lists them.

| name | flag | environment | default | what it is |
|---|---|---|---|---|
"""


def resolve(
    table: tuple[Setting, ...], flags: dict[str, str], environment: dict[str, str], folder: Path
) -> dict[str, object]:
    return Sources.of(flags, environment, folder).resolve(table)


def test_a_flag_beats_the_environment_beats_the_file_beats_the_default(tmp_path: Path) -> None:
    """In that order, each alone enough."""
    assert resolve(SETTINGS, {}, {}, tmp_path)["keep"] == 3
    (tmp_path / "netsphere.toml").write_text("keep = 4\n", encoding="utf-8")
    assert resolve(SETTINGS, {"keep": None}, {}, tmp_path)["keep"] == 4
    assert resolve(SETTINGS, {}, {"NETSPHERE_KEEP": "5"}, tmp_path)["keep"] == 5
    assert resolve(SETTINGS, {"keep": "6"}, {"NETSPHERE_KEEP": "5"}, tmp_path)["keep"] == 6


@pytest.mark.parametrize(
    ("flags", "environment", "file", "words"),
    [
        ({"keep": "0"}, {}, "", "--keep is '0', which is no good: must be from 1 to 1000"),
        ({"passage_chars": "x"}, {}, "", "--passage-chars is 'x'"),
        ({}, {"NETSPHERE_STORE": "milvus"}, "", "NETSPHERE_STORE is 'milvus', which is no good: must be one of exact, faiss"),
        ({}, {}, "keep = 'many'", "netsphere.toml is 'many'"),
        ({}, {}, "keeep = 4", "netsphere.toml names 'keeep', which is no setting"),
        ({}, {}, "keep = ", "is not a readable TOML file"),
    ],
)  # fmt: skip
def test_a_bad_value_is_named_with_its_origin(
    tmp_path: Path, flags: dict[str, str], environment: dict[str, str], file: str, words: str
) -> None:
    """And with what would be good."""
    (tmp_path / "netsphere.toml").write_text(file, encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        resolve(SETTINGS, flags, environment, tmp_path)
    assert words in str(caught.value)


def test_the_table_and_the_dataclasses_agree(tmp_path: Path) -> None:
    """Every row of the table is a field with the same default, and the reverse."""
    assert IndexSettings(**resolve(INDEX_SETTINGS, {}, {}, tmp_path)) == IndexSettings()
    assert [s.name for s in INDEX_SETTINGS] == [f.name for f in fields(IndexSettings)]


def test_what_nobody_stated_is_told_apart_from_a_default(tmp_path: Path) -> None:
    """An index knows its model, so only a model that somebody named can disagree with it."""
    assert Sources.of({}, {}, tmp_path).stated(MODEL) is None
    assert Sources.of({}, {"NETSPHERE_MODEL": "mine"}, tmp_path).stated(MODEL) == "mine"


def shown(default: object) -> str:
    return f"`{default}`" if default != "" else ""


def test_every_setting_is_documented(request: pytest.FixtureRequest) -> None:
    """``docs/settings.md`` is what the table says."""
    rows = (
        f"| `{s.name}` | `--{s.name.replace('_', '-')}` | `NETSPHERE_{s.name.upper()}` | {shown(s.default)} | {s.help} |\n"
        for s in SETTINGS
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
    """As a path it would mean the folder that one happens to stand in."""
    with pytest.raises(UsageError, match=f"NETSPHERE_{name.upper()} is '{value}', which is no good: must not be empty"):
        resolve(SETTINGS, {}, {f"NETSPHERE_{name.upper()}": value}, tmp_path)


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_every_default_is_a_value_that_could_be_stated(setting: Setting, tmp_path: Path) -> None:
    """In any of the three ways, with the same result."""
    stated = {setting.name: str(setting.default)}
    assert resolve((setting,), stated, {}, tmp_path) == {setting.name: setting.default}
    assert resolve((setting,), {}, {f"NETSPHERE_{setting.name.upper()}": str(setting.default)}, tmp_path) == {
        setting.name: setting.default
    }
    (tmp_path / "netsphere.toml").write_text(f"{setting.name} = {json.dumps(setting.default)}\n", encoding="utf-8")
    assert resolve((setting,), {}, {}, tmp_path) == {setting.name: setting.default}


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [("passage_chars", 80, 4000), ("max_file_mb", 1, 100_000), ("keep", 1, 1000), ("port", 0, 65535), ("threads", 1, 256)],
)  # fmt: skip
def test_bounds_belong_to_what_is_allowed(tmp_path: Path, name: str, low: int, high: int) -> None:
    """Both ends are good, and one beyond either is not."""
    for value in (low, high):
        assert resolve(SETTINGS, {name: str(value)}, {}, tmp_path)[name] == value
    for value in (low - 1, high + 1):
        with pytest.raises(UsageError, match=f"must be from {low} to {high}"):
            resolve(SETTINGS, {name: str(value)}, {}, tmp_path)


def test_chunking_leaves_room_in_the_encoder() -> None:
    """A quarter of its tokens, and a fifth of a passage's characters."""
    chunking = IndexSettings(passage_chars=500).chunking(256)
    assert (chunking.max_chars, chunking.target_chars, chunking.max_tokens) == (500, 400, 192)
