"""Encoders: a sentence-transformers model, quantized to int8 if its vectors stay the same, else in float32."""

import logging
from pathlib import Path

from index.commands import format_build
from index.data_folder import DATA_FOLDER
from index.embedding.convert import QuantizedFolder, QuantizedModel
from index.embedding.ctranslate2 import CONFIG, QuantizedEncoder
from index.embedding.default_model import DefaultModel, identify_model
from index.embedding.model_files import DEFAULT_MODEL, DISTILLED, WHOLE
from index.embedding.sentence_transformer import SentenceTransformerEncoder
from index.errors import IncompatibleGeneration, ModelError, QuantizationError
from index.generation.manifest import Manifest
from index.types import Encoder

# Where a generation keeps the quantized encoder that built it.
ENCODER_FOLDER = "encoder"
# The folder of models that were made on this machine.
MODELS = str(DATA_FOLDER / "models")
log = logging.getLogger(__name__)


def load_encoder(name: str = DEFAULT_MODEL, models: str | Path = MODELS, question_network: str = WHOLE) -> Encoder:
    """Return the model in int8, converted once into the folder ``models``, or in float32 if it cannot be quantized.

    The reason for float32 is logged. Raise ModelError if there is no such model, or no such network for questions.
    """
    if question_network == DISTILLED and name != DEFAULT_MODEL:
        raise ModelError(
            f"no network of {name!r} is {DISTILLED}, only {DEFAULT_MODEL} has one; set question_network to {WHOLE}"
        )
    try:
        return QuantizedEncoder(_find_quantized(name, models, question_network).ensure_converted())
    except QuantizationError as error:
        log.warning("%s runs in float32, about three times as slow as in int8: %s", name, error)
        return SentenceTransformerEncoder(name)


def reject_quantization(name: str, models: str | Path, error: QuantizationError) -> None:
    """Remember why the int8 form of a model must not be used, so that ``load_encoder`` returns it in float32."""
    _find_quantized(name, models).reject(str(error))


def _find_quantized(name: str, models: str | Path, question_network: str = WHOLE) -> QuantizedFolder:
    """Return where the int8 form of a model is or will be. The default model needs no torch for it."""
    if name == DEFAULT_MODEL:
        return DefaultModel(Path(models), question_network)
    return QuantizedModel(SentenceTransformerEncoder(name), Path(models))


def load_generation_encoder(folder: Path, manifest: Manifest, model: str | None = None) -> Encoder:
    """Return the encoder for questions to a generation: from its own folder, or the model that it names.

    ``model`` is where that model is now, if it has moved. Raise IncompatibleGeneration if it is another model, and
    ModelError if it cannot be loaded.
    """
    if not (folder / ENCODER_FOLDER / CONFIG).is_file():
        return SentenceTransformerEncoder(model or manifest.model)
    encoder = QuantizedEncoder(folder / ENCODER_FOLDER)
    if model and identify_model(model) != encoder.source:
        raise IncompatibleGeneration(
            f"{folder} was built with {manifest.model} ({encoder.source[:12]}), not with {model} as it is now; "
            "leave out --model to search with the model that the index holds, or rebuild it with: "
            f"{format_build(manifest.source, folder.parent, model)}"
        )
    return encoder
