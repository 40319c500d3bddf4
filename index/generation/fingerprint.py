"""Fingerprints of what a generation is built from: its documents, and the program, settings and model."""

import json
from collections.abc import Iterable
from hashlib import sha256

from index import __version__
from index.generation.manifest import FORMAT
from index.settings import IndexSettings
from index.types import Document, Encoder


def fingerprint_documents(documents: Iterable[Document]) -> str:
    """Return the hex digest of every document's id, text, title, metadata and structure, in order."""
    digest = sha256()
    for document in documents:
        row = [document.id, document.sha256, document.title, document.metadata, document.pages]
        row.append([(h.start, h.end, h.level) for h in document.headings])
        digest.update(json.dumps(row, sort_keys=True, default=str).encode())
    return digest.hexdigest()


def fingerprint_recipe(settings: IndexSettings, encoder: Encoder) -> str:
    """Return the hex digest of the program's version, the settings that decide answers, and the model."""
    recipe = [FORMAT, __version__, settings.answer_settings, encoder.name, encoder.fingerprint]
    return sha256(json.dumps(recipe, sort_keys=True).encode()).hexdigest()
