"""The check of the libraries, where the program is installed, and where it is only copied."""

from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from qa.doctor import libraries
from qa.doctor.requirements import read_requirements
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


def test_what_serving_needs_not_is_known() -> None:
    """By the two files of requirements."""
    everything, serving = (
        {line.partition("==")[0] for line in read_requirements(path)[""]}
        for path in (libraries.EVERYTHING, libraries.SERVING)
    )
    assert everything - serving == libraries.BEYOND_SERVING
    assert libraries.ONLY_BUILDING < libraries.BEYOND_SERVING


@pytest.mark.parametrize("has_builders", [False, True])
def test_an_installation_that_only_serves_has_no_fault(
    has_builders: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is noted that nothing can be built; where the builders are, a library that is missing is a fault."""
    lines = read_requirements(libraries.EVERYTHING)[""]
    versions = dict(line.split("==") for line in lines)
    absent = {"PyYAML"} if has_builders else libraries.BEYOND_SERVING

    def version(name: str) -> str:
        if name in absent:
            raise PackageNotFoundError(name)
        return versions[name]

    monkeypatch.setattr(libraries, "read_installed", lambda _: {"": lines, "all": []})
    monkeypatch.setattr(libraries, "SERVING", tmp_path / "missing.txt")
    monkeypatch.setattr(libraries, "EVERYTHING", tmp_path / "missing.txt")
    monkeypatch.setattr(libraries, "version", version)
    notes = ["not installed, and serving does not need it; to build here, too: pip install -r requirements.txt"]
    faults = [f"PyYAML is missing; {libraries.INSTALL}"]
    assert (find_texts(Level.NOTE), find_texts(Level.FAULT)) == (([], faults) if has_builders else (notes, []))
