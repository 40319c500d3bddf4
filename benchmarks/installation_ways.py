"""The ways from nothing to the first answer that ``benchmarks/installation.py`` measures."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.comparison.environments import find_python
from benchmarks.comparison.peers import RECIPE, ROOT


@dataclass(frozen=True, slots=True)
class Step:
    """A command as a user types it. The last one of a way serves; its address is asked until it answers."""

    shown: str
    command: Sequence[str]
    serves: bool = False


@dataclass(frozen=True, slots=True)
class Way:
    """A way from nothing to the first answer: its steps, and where they run."""

    title: str
    steps: Sequence[Step]


def list_ways(folder: Path, port: int, index: Path) -> list[Way]:
    """Return the ways, each in its own folder below ``folder``, serving on ``port``; ``index`` was built elsewhere."""
    make = ["make", "-C", str(folder / "make"), "serve", f"PORT={port}", "HOST=127.0.0.1"]
    return [
        Way("`make serve`", [_clone(folder / "make"), Step("make serve", make, serves=True)]),
        Way("`pip install .`", _list_package_steps(folder / "package", port)),
        Way("serving only, of an index built elsewhere", _list_serving_steps(folder / "serving", port, index)),
        Way("the plain recipe", _list_recipe_steps(folder / "recipe", port)),
    ]


def _list_package_steps(folder: Path, port: int) -> list[Step]:
    netsphere, index = str(folder / "venv/bin/netsphere"), f"--index={folder / 'index'}"
    return [
        _clone(folder / "clone"),
        _make_venv(folder),
        _install("pip install .", folder, str(folder / "clone")),
        Step("netsphere build seeds", [netsphere, "build", str(folder / "clone/seeds"), index]),
        Step("netsphere serve", [netsphere, "serve", index, f"--port={port}"], serves=True),
    ]


def _list_serving_steps(folder: Path, port: int, index: Path) -> list[Step]:
    serve = [str(folder / "venv/bin/python"), str(folder / "clone/serve.py"), f"--index={index}", f"--port={port}"]
    requirements = str(folder / "clone/requirements-serve.txt")
    return [
        _clone(folder / "clone"),
        _make_venv(folder),
        _install("pip install -r requirements-serve.txt", folder, "-r", requirements),
        Step("python serve.py", serve, serves=True),
    ]


def _list_recipe_steps(folder: Path, port: int) -> list[Step]:
    script = str(Path(__file__).with_name("installation_recipe.py"))
    return [
        _make_venv(folder),
        _install("pip install sentence-transformers faiss-cpu flask …", folder, *RECIPE.packages),
        Step(
            "python recipe.py", [str(folder / "venv/bin/python"), script, str(ROOT / "seeds"), str(port)], serves=True
        ),
    ]


def _clone(folder: Path) -> Step:
    return Step("git clone …", ["git", "clone", "--quiet", str(ROOT), str(folder)])


def _make_venv(folder: Path) -> Step:
    return Step("python -m venv .venv", [find_python((3, 11)), "-m", "venv", str(folder / "venv")])


def _install(shown: str, folder: Path, *packages: str) -> Step:
    pip = [str(folder / "venv/bin/python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    return Step(shown, [*pip, *packages])
