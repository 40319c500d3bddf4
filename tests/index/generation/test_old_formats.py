"""An index of an older format is refused with the command that rebuilds it.

``old_formats/`` has an index of each, written by the program of its time and cut to the pointer and the manifest, which
is all that is read before the format is known. A new format adds one.
"""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from index.__main__ import main
from index.build.pipeline import build_index
from index.errors import IncompatibleGeneration
from index.generation.directory import IndexDirectory
from index.generation.manifest import FORMAT
from index.settings import IndexSettings
from tests.doubles import WordEncoder

OLD = Path(__file__).parent / "old_formats"
FORMATS = range(1, FORMAT)


@pytest.fixture
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    shutil.copytree(OLD / str(request.param), tmp_path / "index")
    return tmp_path / "index"


@pytest.mark.parametrize("index", FORMATS, indirect=True)
@pytest.mark.parametrize("command", ["status", "verify"])
def test_an_old_index_is_refused_with_the_command(index: Path, command: str) -> None:
    """It names the folder that the index was built from; it is not taken for a damaged one."""
    done = CliRunner().invoke(main, [command, "--index", str(index)])
    assert done.exit_code == 1
    expected = f"this program reads {FORMAT}; rebuild it with: python -m index build texts --index {index}\n"
    assert done.stderr.endswith(expected)
    assert "damaged" not in done.stderr


@pytest.mark.parametrize("index", FORMATS, indirect=True)
def test_the_command_rebuilds_an_old_index(index: Path, tmp_path: Path) -> None:
    """Afterwards all is well, and the old generation is neither served nor taken for damaged."""
    with pytest.raises(IncompatibleGeneration):
        IndexDirectory(index).open_current()
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.txt").write_text("Cats sleep on mats.", encoding="utf-8")
    build_index(tmp_path / "texts", IndexSettings(index=str(index)), WordEncoder())
    assert IndexDirectory(index).open_current().contents.documents[0].text == "Cats sleep on mats."
    assert CliRunner().invoke(main, ["verify", "--index", str(index)]).exit_code == 0
    rolled_back = CliRunner().invoke(main, ["rollback", "--index", str(index)])
    assert "no intact generation before" in rolled_back.stderr


def test_an_index_of_every_older_format_is_kept() -> None:
    """The next format cannot forget this one."""
    assert {int(folder.name) for folder in OLD.iterdir()} >= set(FORMATS)
