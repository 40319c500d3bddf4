"""An application over two small collections that share an id, without a model."""

import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from flask import Flask

from index.build.pipeline import build_index
from index.generation.directory import IndexDirectory
from index.settings import IndexSettings
from qa.engine import Engine
from qa.reader import NONE
from qa.web import create_app
from qa.web.collections import ServedCollection
from qa.web.service import AppOptions
from tests.doubles import WordEncoder

TEXTS = {
    "films": {
        "blame.txt": "The film Blame was directed by Hiroyuki Seshita. It was released in spring.",
        "shared.txt": "Opening hours of the cinema are posted at the door.",
        "only-films.txt": "Popcorn is sold in the foyer before every film.",
        "collection.toml": 'title = "Films & more"\ndescription = "What is <shown>."\nlanguages = ["en", "ja"]\n'
        'origin = "https://example.org/films"\nlicense = "CC BY 4.0"\nquestions = ["Who directed the film?"]\n',
    },
    "staff": {
        "shared.txt": "Every employee has thirty days of paid leave in a year.",
        "travel.txt": "The daily allowance for travel to France is fifty euros.",
        "travel.txt.toml": 'language = "en"\n',
    },
}


def build(folder: Path, name: str) -> Path:
    """Return the folder of an index over the texts of a collection."""
    source = folder / name
    source.mkdir(parents=True)
    for file, text in TEXTS[name].items():
        (source / file).write_text(text, encoding="utf-8")
    index = folder / f"index-{name}"
    build_index(source, IndexSettings(index=str(index)), WordEncoder())
    return index


@cache
def build_once(name: str) -> Path:
    """Return the folder of an index that is built once in a run; nobody may write there."""
    return build(Path(mkdtemp()), name)


def open_collection(folder: Path, name: str) -> ServedCollection:
    """Return a collection in a folder, copied there if it is not there."""
    index = folder / f"index-{name}"
    if not index.exists():
        shutil.copytree(build_once(name), index)
    return ServedCollection(name, Engine(IndexDirectory(index).open_current(), WordEncoder(), NONE), index)


def create_two(folder: Path) -> Flask:
    """Return the application of both, the films first."""
    served = [open_collection(folder, name) for name in TEXTS]
    return create_app(served, AppOptions(feedback=folder / "feedback.sqlite", admin_key="KEY"))


def create_one(folder: Path, name: str) -> Flask:
    """Return the application of one of them alone, as of a server with ``--index``."""
    options = AppOptions(feedback=folder / "one.sqlite", admin_key="KEY", index=folder / f"index-{name}")
    return create_app(open_collection(folder, name).engine, options)
