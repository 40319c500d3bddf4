"""The check of the libraries, where the program is installed, and where it is only copied."""

from pathlib import Path

import pytest

from qa.doctor import libraries
from qa.doctor.types import Configuration, Level

CONFIGURATION = Configuration(
    Path("index"), None, Path("models"), "none", "127.0.0.1", 0, Path("feedback"), Path("keys"), watch=False
)


def find_texts(level: Level) -> list[str]:
    return [found.text for found in libraries.check_libraries(CONFIGURATION) if found.level is level]


@pytest.mark.parametrize("kept", ["SERVING", "EVERYTHING"])
def test_an_image_has_one_file_of_requirements_and_no_distribution(
    kept: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The image ``serve`` has its own, the image ``build`` the other one."""
    monkeypatch.setattr(libraries, "DISTRIBUTION", "not-installed")
    for name in {"SERVING", "EVERYTHING"} - {kept}:
        monkeypatch.setattr(libraries, name, tmp_path / "missing.txt")
    assert find_texts(Level.FAULT) == []
    assert "required, each in the version that was tested" in find_texts(Level.OK)[1]
    assert find_texts(Level.NOTE) == []


def test_an_installation_lacks_only_what_the_named_command_installs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The extra ``all`` is not every extra: a note about another would stay after its command."""
    extras = {"": ["click==0"], "all": ["not-here==1"], "mcp": ["nor-here==1"], "train": ["neither-here==1"]}
    monkeypatch.setattr(libraries, "read_installed", lambda _: extras)
    monkeypatch.setattr(libraries, "SERVING", tmp_path / "missing.txt")
    monkeypatch.setattr(libraries, "EVERYTHING", tmp_path / "missing.txt")
    assert find_texts(Level.NOTE) == ["not installed: not-here; pip install -r requirements.txt"]
    (fault,) = find_texts(Level.FAULT)
    assert fault.startswith("click is ")
