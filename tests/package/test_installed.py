"""The wheel in a bare virtual environment: every command, without torch, and without a name of the checkout."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LIBRARY = """
import sys
from netsphere import Engine, read
print(read("Who directed the film?", ["The film is directed by Hiroyuki Seshita."])[0].text)
print(Engine.open().ask("Who directed the film?").text)
print(sorted({"index", "qa", "serve", "torch"} & sys.modules.keys()))
"""
pytestmark = pytest.mark.slow


@dataclass
class Installation:
    """An environment with the wheel, and a home of its own, in which nothing is of the checkout."""

    binaries: Path
    home: Path

    @property
    def environment(self) -> dict[str, str]:
        """The variables of a user who has set none of Netsphere's."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("NETSPHERE_", "PYTHON"))}
        return kept | {"HOME": str(self.home), "XDG_DATA_HOME": str(self.home / "data")}

    def call(self, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a program of the environment in the home."""
        words = [str(self.binaries / command[0]), *command[1:]]
        environment = self.environment | variables
        return subprocess.run(words, cwd=self.home, env=environment, capture_output=True, text=True, timeout=600)


@pytest.fixture(scope="module")
def installation(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Install the wheel and build an index of the seed with the first build's download of the model.

    The environment has no pip, like those that uv and pipx make.
    """
    folder = tmp_path_factory.mktemp("installed")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True)
    made = Installation(folder / "venv" / "bin", folder / "home")
    made.home.mkdir()
    pip = [sys.executable, "-m", "pip", "--python", made.binaries / "python"]
    subprocess.run([*pip, "install", "-qq", wheel], check=True)
    (made.home / "texts").symlink_to(ROOT / "seeds")
    built = made.call("netsphere", "build", "texts")
    assert built.returncode == 0, built.stderr
    assert "downloading the weights of all-MiniLM-L6-v2" in built.stderr
    return made


def test_it_has_no_torch_and_says_its_version(installation: Installation) -> None:
    """The build of the fixture has needed none either."""
    listed = json.loads(installation.call("pip", "list", "--format", "json").stdout)
    assert not {"torch", "transformers", "sentence-transformers"} & {one["name"] for one in listed}
    assert installation.call("netsphere", "--version").stdout.startswith("Netsphere 0.")


def test_the_index_is_in_the_data_folder_and_every_command_finds_it(installation: Installation) -> None:
    """Without a flag; what is printed names commands that are there."""
    folder = installation.home / "data" / "netsphere"
    assert {"index", "models"} <= {path.name for path in folder.iterdir()}
    status, verify, ask = (
        installation.call("netsphere", *words)
        for words in (("status",), ("verify",), ("ask", "Who directed the film?"))
    )
    assert "1 document" in status.stdout
    assert "every hash and every invariant holds" in verify.stdout
    assert "“Hiroyuki Seshita”" in ask.stdout
    missing = installation.call("netsphere", "status", "--index", "nowhere")
    assert missing.stderr.endswith("build one with: netsphere build FOLDER --index nowhere\n")
    assert installation.call("netsphere", "build").returncode == 2
    assert installation.call("netsphere", "rollback").returncode == 1


def test_it_serves(installation: Installation) -> None:
    """The API answers, and so does the page, with its static files."""
    words = [installation.binaries / "netsphere", "serve", "--port", "0"]
    with subprocess.Popen(
        words, cwd=installation.home, env=installation.environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        address = process.stdout.readline().removeprefix("Netsphere answers on ").strip()
        with urllib.request.urlopen(f"{address}/v1/ask?q=Who+directed+the+film%3F") as response:  # noqa: S310
            answer = json.load(response)
        for path in ("/?q=Who+directed+the+film%3F", "/static/chat.js", "/docs", "/readyz"):
            with urllib.request.urlopen(f"{address}{path}") as response:  # noqa: S310
                assert response.status == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert "Hiroyuki Seshita" in answer["answer"]["text"]
    assert answer["retrieval"]["degraded"] == []


def test_it_is_a_library(installation: Installation) -> None:
    """``from netsphere import …`` loads no module that is called as in the checkout."""
    done = installation.call("python", "-c", LIBRARY)
    assert done.stdout.splitlines() == ["Hiroyuki Seshita", "Hiroyuki Seshita", "[]"], done.stderr


def test_what_an_extra_adds_is_named_where_it_is_missing(installation: Installation) -> None:
    """One sentence with the command that installs it, from a command, and from doctor."""
    evaluation = installation.call("netsphere", "eval", "run", str(ROOT / "tests" / "judgements" / "blame.jsonl"))
    model = installation.call("netsphere", "build", "texts", "--model", "texts")
    doctor = installation.call("netsphere", "doctor", "--port", "0")
    for done in (evaluation, model):
        assert done.returncode == 1
        assert "which is not installed: pip install 'netsphere[all]'" in done.stderr
        assert "Traceback" not in done.stderr
    assert doctor.returncode == 0, doctor.stdout
    assert re.search(r"\d+ required, each in the version that was tested", doctor.stdout)
    assert "not installed: torch, " in doctor.stdout and "bm25s" not in doctor.stdout


def test_the_shell_completes_commands_and_flags(installation: Installation) -> None:
    """By click's own protocol, as docs/installing.md sets it up."""

    def complete(*words: str) -> str:
        return installation.call(
            "netsphere",
            _NETSPHERE_COMPLETE="bash_complete",
            COMP_WORDS=" ".join(("netsphere", *words)),
            COMP_CWORD=str(len(words)),
        ).stdout

    assert complete("st") == "plain,status\n"
    assert complete("build", "--stem") == "plain,--stemmer\n"
    assert complete("keys", "re") == "plain,revoke\n"
    assert "_netsphere_completion" in installation.call("netsphere", _NETSPHERE_COMPLETE="bash_source").stdout
