"""Check the encoder that builds, and the reader."""

from collections.abc import Iterator

from index.embedding.convert import QuantizedFolder, QuantizedModel
from index.embedding.default_model import DefaultModel, is_packaged
from index.embedding.model_files import DEFAULT_MODEL, INSTALL_MODELS, check_digests
from index.embedding.sentence_transformer import SentenceTransformerEncoder, can_load_sentence_transformers
from index.errors import DamagedGeneration, NetsphereError
from qa.doctor.types import Configuration, Finding, Level
from qa.reader import LARGE, load_reader
from qa.types import Reader

QUESTION, TEXT, WORDS = "Who directed the film?", "The film is directed by Hiroyuki Seshita.", "Hiroyuki Seshita"


def check_encoder(configuration: Configuration) -> Iterator[Finding]:
    """Find out whether the model that builds is there, or can be made."""
    name = configuration.model or DEFAULT_MODEL
    try:
        yield _describe_encoder(name, configuration)
    except NetsphereError as error:
        yield Finding(Level.FAULT, "model", str(error))


def _describe_encoder(name: str, configuration: Configuration) -> Finding:
    is_default = name == DEFAULT_MODEL
    if not is_default and not can_load_sentence_transformers():
        return Finding(
            Level.FAULT, "model", f"{name} needs sentence-transformers, which is not installed; {INSTALL_MODELS}"
        )
    quantized: QuantizedFolder = (
        DefaultModel(configuration.models)
        if is_default
        else QuantizedModel(SentenceTransformerEncoder(name), configuration.models)
    )
    if quantized.folder.exists():
        return _describe_folder(name, quantized)
    if is_default and not is_packaged():
        text = f"{name} is not in {configuration.models} yet; the first build downloads it, so that needs a network"
        return Finding(Level.NOTE, "model", text)
    if not is_default:
        # Only loading it tells whether the folder holds a model.
        _ = SentenceTransformerEncoder(name).model
    return Finding(Level.OK, "model", f"{name}; the first build quantizes it into {configuration.models}")


def _describe_folder(name: str, quantized: QuantizedFolder) -> Finding:
    if (reason := quantized.read_rejection()) is not None:
        return Finding(Level.NOTE, "model", f"{name} runs in float32, about three times as slow as in int8: {reason}")
    try:
        check_digests(quantized.folder)
    except DamagedGeneration as error:
        return Finding(Level.FAULT, "model", f"{error}; remove {quantized.folder}, the next build makes it again")
    return Finding(Level.OK, "model", f"{name}, quantized in {quantized.folder}")


def check_reader(configuration: Configuration) -> Iterator[Finding]:
    """Let the reader read one sentence."""
    name = configuration.reader
    if name == LARGE:
        # Loading it would download its base.
        made = any(configuration.models.glob("reader-large-*"))
        text = "large" if made else f"large is not in {configuration.models} yet; python -m qa fetch-reader makes it"
        yield Finding(Level.OK if made else Level.NOTE, "reader", text)
        return
    try:
        reader = load_reader(name, configuration.models)
        yield _describe_reading(name, reader)
    # A file of the distribution that is missing or damaged, or a library that is.
    except (NetsphereError, OSError, ValueError, RuntimeError, ImportError) as error:
        yield Finding(Level.FAULT, "reader", f"{name} cannot read ({error}); install Netsphere again, or set --reader")


def _describe_reading(name: str, reader: Reader | None) -> Finding:
    if reader is None:
        return Finding(Level.NOTE, "reader", "none: answers are ranked less well and not marked")
    (reading,) = reader.read(QUESTION, [("", TEXT)])
    words = TEXT[reading.span.start : reading.span.end] if reading.span else None
    if name == "shipped" and words != WORDS:
        text = f"{name} reads {words!r} in {TEXT!r}, not {WORDS!r}; install Netsphere again"
        return Finding(Level.FAULT, "reader", text)
    return Finding(Level.OK, "reader", name)
