"""The steps of the Containerfile, executed in bare folders: what they install and copy builds an index and serves it."""

import fnmatch
import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import SEEDS
from tests.deploy.containerfile import Step, find, list_stage, read_environment
from tests.test_house import ROOT

FILE = ROOT / "Containerfile"
# Of the machine, which a test must not change; a look at them is all there is.
OF_THE_SYSTEM = ("apt-get ", "groupadd ", "useradd ", "mkdir -p /data")


@dataclass
class Image:
    """A folder that stands for the root of an image, with its own Python, and the environment of its steps."""

    root: Path
    python: Path
    environment: dict[str, str]
    entrypoint: list[str]
    command: list[str]
    health: list[str]

    def map_text(self, text: str) -> str:
        """Let the absolute paths of the image lie in the folder."""
        return text.replace("/app", f"{self.root}/app").replace("/data", f"{self.root}/data")

    def run(self, words: list[str], **more: str) -> "subprocess.Popen[str]":
        """Start a program as the container does, in /data."""
        program = [str(self.python) if words[0] == "python" else words[0], *map(self.map_text, words[1:])]
        values = {name: self.map_text(value) for name, value in self.environment.items()}
        environment = {"PATH": os.environ["PATH"], **values, **more}
        return subprocess.Popen(
            program, cwd=self.root / "data", env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )


def make_image(folder: Path, name: str, installs: bool) -> Image:
    """Execute the steps of a stage. Without ``installs`` the libraries are those that run the tests."""
    steps = list_stage(FILE, name)
    for part in ("app", "data/index"):
        (folder / part).mkdir(parents=True)
    subprocess.run(
        [sys.executable, "-m", "venv", *([] if installs else ["--without-pip"]), folder / "venv"], check=True
    )
    python = folder / "venv" / "bin" / "python"
    if not installs:
        libraries = next((folder / "venv" / "lib").glob("python*/site-packages"))
        (libraries / "tests.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    last = {kind: [*find(steps, kind)][-1].words for kind in ("ENTRYPOINT",)}
    command = [step.words for step in find(steps, "CMD")]
    health = [json.loads(step.arguments.partition(" CMD ")[2]) for step in find(steps, "HEALTHCHECK")]
    image = Image(
        folder, python, read_environment(steps), last["ENTRYPOINT"], command[-1] if command else [], health[0] if health else []
    )  # fmt: skip
    for step in steps:
        if step.instruction == "COPY":
            copy(step, folder / "app")
        elif step.instruction == "RUN" and not step.arguments.startswith(OF_THE_SYSTEM):
            execute(step, image, installs)
    return image


def copy(step: Step, app: Path) -> None:
    """Copy a file or a folder of the checkout, if the build context has it."""
    *sources, target = step.words
    for source in sources:
        assert f"!{source}" in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, app / target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / source, app / target)


def execute(step: Step, image: Image, installs: bool) -> None:
    """Run a step with the Python of the image."""
    command = image.map_text(step.arguments)
    if "pip install" in command:
        assert (image.root / "app" / command.split(" -r ")[1]).is_file()
        if not installs:
            return
    assert command.startswith("python "), step
    values = {name: image.map_text(value) for name, value in image.environment.items()}
    subprocess.run(
        ["/bin/sh", "-ec", command.replace("python", str(image.python), 1)],
        cwd=image.root / "app", env={"PATH": os.environ["PATH"], "HOME": str(image.root), **values}, check=True,
    )  # fmt: skip


@pytest.mark.slow
def test_the_images_build_an_index_and_serve_it(tmp_path: Path) -> None:
    """The one the index, the other an answer and a health check that passes, on what its requirements install."""
    builder = make_image(tmp_path / "build", "build", installs=False)
    assert [*(tmp_path / "build/app/models").iterdir()]  # the model is inside
    words = [*builder.entrypoint, *(str(SEEDS) if word == "/documents" else word for word in builder.command)]
    with builder.run(words) as build:
        _, errors = build.communicate()
    assert build.returncode == 0, errors
    image = make_image(tmp_path / "serve", "serve", installs=True)
    shutil.copytree(tmp_path / "build/data/index", tmp_path / "serve/data/index", dirs_exist_ok=True)
    with image.run(image.entrypoint, NETSPHERE_PORT="0", NETSPHERE_PUBLIC="true") as server:
        assert server.stdout and server.stderr
        port = server.stdout.readline().strip().rpartition(":")[2]
        url = f"http://127.0.0.1:{port}/v1/ask?q=Who+directed+the+film%3F"
        with urllib.request.urlopen(url) as response:
            assert json.load(response)["answer"]["text"] == "Hiroyuki Seshita"
        with image.run(image.health, NETSPHERE_PORT=port) as check:
            assert check.wait(30) == 0
        server.send_signal(signal.SIGTERM)
        assert server.wait(30) == 0
        lines = server.stderr.read().splitlines()
    assert json.loads(lines[0])["message"] == "ready to answer"
    with image.run(image.health, NETSPHERE_PORT=port) as check:
        assert check.wait(30) != 0  # nobody answers any more


@pytest.mark.parametrize("name", ["serve", "build"])
def test_an_image_runs_as_somebody_who_may_do_little(name: str) -> None:
    """Not as root, and what it writes is in the volume; the base image is named by its exact version."""
    steps = list_stage(FILE, name)
    assert [step.arguments for step in find(steps, "USER")] == ["netsphere"]
    assert [step.arguments for step in find(steps, "VOLUME")] == ["/data"]
    assert steps[0].arguments.startswith("docker.io/library/python:3.11.")
    written = [value for key, value in read_environment(steps).items() if key in {"NETSPHERE_INDEX", "NETSPHERE_KEYS"}]
    assert written and all(value.startswith("/data/") for value in written)


def test_the_build_context_holds_no_secret_and_no_index() -> None:
    """Everything is left out that no step copies."""
    first, *allowed = [
        line for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if not line.startswith("#")
    ]
    assert first == "*"
    names = {line.removeprefix("!") for line in allowed if line.startswith("!")}
    copied = {
        word for name in ("serve", "build") for step in find(list_stage(FILE, name), "COPY") for word in step.words[:-1]
    }
    assert names == copied
    assert not any(fnmatch.fnmatch(".env", name) or fnmatch.fnmatch("var/keys.sqlite", name) for name in names)
