"""An environment of its own for each peer, in a folder that git ignores."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.comparison.peers import Environment

# A peer that installs at all does so within this, torch included.
MAX_SECONDS = 3600
STAMP = "installed.json"
# Packages of these names are shown apart: they are most of an environment, and pip brings another build of them for
# each version of Python and each machine.
TORCH = re.compile(r"(torch|torchvision|functorch|nvidia|cuda|triton|torchgen)\b")


class CannotRun(Exception):
    """A peer that cannot be installed or run here; the message is the reason, for the document."""


def make_environment(environment: Environment, folder: Path) -> list[str]:
    """Install the packages into the folder unless it was done, and return the command of its interpreter.

    Raise CannotRun with the last line of the installer's messages.
    """
    # Installers run inside the folder, where a relative path would name another.
    folder = folder.absolute()
    wanted = json.loads(json.dumps(asdict(environment)))
    stamp = folder / STAMP
    if not stamp.is_file() or json.loads(stamp.read_text(encoding="utf-8")) != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (_install_npm if environment.npm else _install_pip)(environment, folder)
        stamp.write_text(json.dumps(wanted), encoding="utf-8")
    if environment.npm:
        return [str(next(folder.glob("node_modules/node-linux-*/bin/node")).resolve())]
    # The safe path, so that no module beside child.py hides one of the peer's.
    return [str(folder / "bin" / "python"), "-P"]


def _install_pip(environment: Environment, folder: Path) -> None:
    python = find_python(environment.python)
    _run([python, "-m", "venv", str(folder)], folder)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    _run([*pip, *environment.packages], folder)


def _install_npm(environment: Environment, folder: Path) -> None:
    # Without a package.json npm looks for one in the folders above.
    (folder / "package.json").write_text("{}", encoding="utf-8")
    _run(["npm", "install", "--no-fund", "--no-audit", "--loglevel=error", *environment.packages], folder)


def _run(command: Sequence[str], folder: Path) -> None:
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=MAX_SECONDS, check=False)  # noqa: S603  (our own)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotRun(f"{command[0]} failed: {error}") from error
    if done.returncode:
        lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        raise CannotRun(next((line for line in reversed(lines) if "ERROR" in line), lines[-1] if lines else "failed"))


def find_python(least: tuple[int, int]) -> str:
    """Return a Python of at least this version: this one, or the first on the path or of pyenv. Raise CannotRun."""
    if sys.version_info >= least:
        # Not a virtual environment's, whose packages must not shine through.
        return str(Path(sys.base_prefix) / "bin" / f"python{sys.version_info[0]}.{sys.version_info[1]}")
    for python in _list_pythons(least):
        done = subprocess.run([python, "--version"], capture_output=True, check=False)  # noqa: S603
        if not done.returncode:
            return python
    raise CannotRun(f"needs Python {least[0]}.{least[1]} or newer; here is {sys.version_info[0]}.{sys.version_info[1]}")


def _list_pythons(least: tuple[int, int]) -> Iterator[str]:
    names = [f"python{least[0]}.{minor}" for minor in range(least[1], least[1] + 3)]
    roots = [*os.get_exec_path(), *(str(path) for path in sorted(Path.home().glob(".pyenv/versions/*/bin")))]
    for name in names:
        yield from (str(Path(root) / name) for root in roots if (Path(root) / name).is_file())


def measure_folder_mb(folder: Path) -> float:
    """Return the megabytes of the files below a folder, each once however many names it has."""
    return sum(_list_sizes(folder).values()) / 1e6


def measure_torch_mb(environment: Path) -> float:
    """Return the megabytes of torch and what comes with it, CUDA included, in a virtual environment."""
    packages = [path for path in environment.glob("lib/*/site-packages/*") if TORCH.match(path.name)]
    return sum(measure_folder_mb(path) for path in packages if path.is_dir())


def _list_sizes(folder: Path) -> dict[tuple[int, int], int]:
    stats = [path.lstat() for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return {(stat.st_dev, stat.st_ino): stat.st_size for stat in stats}
