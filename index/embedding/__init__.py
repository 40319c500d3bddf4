"""Encoders: a sentence-transformers model as itself, or made fast. Which of the two is decided here."""

import logging
from pathlib import Path

from index.embedding.convert import Converted
from index.embedding.ctranslate2 import DESCRIPTION, QuantizedEncoder
from index.embedding.model_files import DEFAULT_MODEL, find_model_folder, fingerprint_model
from index.embedding.sentence_transformer import SentenceTransformerEncoder
from index.errors import IncompatibleGeneration, QuantizationError
from index.generation.manifest import Manifest
from index.types import Encoder

FOLDER = "encoder"
"""Where a generation keeps the encoder that made it, if that is one of a few files."""
log = logging.getLogger(__name__)


def load_encoder(name: str = DEFAULT_MODEL, models: str | Path = "var/models") -> Encoder:
    """What embeds a collection: the model made fast, converted once into ``models``, else as it is.

    Raises ModelError where there is no such model. Why a model stays as it is is logged.
    """
    kept = Converted(name, Path(models))
    if kept.refusal is None:
        return QuantizedEncoder(kept.folder)
    log.warning("%s stays in float32, about three times as slow: %s", name, kept.refusal)
    return SentenceTransformerEncoder(name)


def refuse(name: str, models: str | Path, drifted: QuantizationError) -> None:
    """Remembers that the model made fast is not the model, so that ``load_encoder`` leaves it as it is."""
    Converted(name, Path(models)).refuse(str(drifted))


def load_generation_encoder(folder: Path, manifest: Manifest, model: str | None = None) -> Encoder:
    """What made a generation, ready for its questions: out of its own folder, or the model it names.

    ``model`` may say where that model is to be found now. Raises IncompatibleGeneration where that is another
    one, and ModelError.
    """
    if not (folder / FOLDER / DESCRIPTION).is_file():
        return SentenceTransformerEncoder(model or manifest.model)
    encoder = QuantizedEncoder(folder / FOLDER)
    if model and fingerprint_model(model, find_model_folder(model)) != encoder.source:
        raise IncompatibleGeneration(
            f"{folder} was made by {manifest.model} ({encoder.source[:12]}), not by {model} as it is now; rebuild it "
            f"with: python -m index build {manifest.source} --index {folder.parent} --model {model}"
        )
    return encoder
