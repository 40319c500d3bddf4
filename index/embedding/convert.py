"""Convert a sentence-transformers model to the files that ``QuantizedEncoder`` runs, once for all collections."""

import json
import logging
from abc import ABC, abstractmethod
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from index.embedding.ctranslate2 import (
    FIRST_POSITION,
    HEAD,
    NETWORK,
    OWN_HEAD,
    OWN_NETWORK,
    QUESTION_FOLDER,
    QUESTION_HEAD,
    TOKENIZER,
    EncoderConfig,
)
from index.embedding.heads import Head, read_head
from index.embedding.model_cache import ensure_cached
from index.embedding.routes import Route
from index.embedding.saturation import limit_weights
from index.embedding.sentence_transformer import SentenceTransformerEncoder
from index.errors import ModelError, QuantizationError

if TYPE_CHECKING:
    from ctranslate2.specs import TransformerEncoderModelSpec

# Holds the reason if a model cannot be quantized, so that the conversion is not tried on every build. Versions that
# could quantize fewer models had another name for it, so that those are tried again.
REJECTION = "rejected.txt"
# Part of the fingerprint: another way to convert gives other vectors, so it must be another encoder.
METHOD = "int8 that cannot saturate"


class QuantizedFolder(ABC):
    """A folder with the int8 form of a model, or with the reason why there is none."""

    def __init__(self, fingerprint: str, models: Path, suffix: str = "") -> None:
        """Choose the folder in ``models`` by the fingerprint of the float32 model and the way of conversion.

        ``suffix`` names what else the folder holds.
        """
        self._fingerprint = sha256(f"{fingerprint} {METHOD} {version('ctranslate2')}".encode()).hexdigest()
        self.folder = models / f"{fingerprint[:12]}-{self._fingerprint[:12]}{suffix}"
        self._rejection = self.folder / REJECTION

    def ensure_converted(self) -> Path:
        """Return the folder, whose files are intact, after converting the model if that is needed.

        Raise QuantizationError if the model cannot be converted or was rejected, and ModelError if it cannot be
        loaded or the folder cannot be written.
        """
        if (reason := self.read_rejection()) is not None:
            raise QuantizationError(reason)
        try:
            ensure_cached(self.folder, self._write_files)
        except QuantizationError as error:
            self.reject(str(error))
            raise
        except OSError as error:
            raise ModelError(
                f"cannot write the quantized model to {self.folder.parent} ({error}); choose another with --models"
            ) from error
        return self.folder

    def read_rejection(self) -> str | None:
        """Return why the model is used in float32, or None if it is not."""
        return self._rejection.read_text(encoding="utf-8") if self._rejection.is_file() else None

    def reject(self, reason: str) -> None:
        """Use the model in float32 from now on. Raise OSError, and then remember nothing."""
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = self._rejection.with_suffix(".new")
        draft.write_text(reason, encoding="utf-8")
        draft.replace(self._rejection)

    @abstractmethod
    def _write_files(self, folder: Path) -> None:
        """Fill an empty folder; raise QuantizationError, ModelError or OSError."""


class QuantizedModel(QuantizedFolder):
    """The int8 form of any model, converted from what sentence-transformers loads."""

    def __init__(self, encoder: SentenceTransformerEncoder, models: Path) -> None:
        """Choose the folder in ``models``."""
        super().__init__(encoder.fingerprint, models)
        self._encoder = encoder

    def _write_files(self, folder: Path) -> None:
        """Write what encodes passages, and what is different for questions."""
        encoder, passages, questions = self._encoder, self._encoder.passages, self._encoder.questions
        dimension = int(encoder.model.truncate_dim or 0)
        parts = read_parts(passages, dimension), read_parts(questions, dimension)
        question = ""
        if not encoder.shares_network:
            question = OWN_NETWORK
            (folder / QUESTION_FOLDER).mkdir()
            self._write_route(questions, parts[1], folder / QUESTION_FOLDER)
        elif questions.modules != passages.modules:
            if parts[0].pooling != parts[1].pooling:
                raise QuantizationError(f"passages have the pooling {parts[0].pooling}, questions {parts[1].pooling}")
            question = OWN_HEAD
            parts[1].head.save(folder / QUESTION_HEAD)
        self._write_route(passages, parts[0], folder, question)

    def _write_route(self, route: Route, parts: "RouteParts", folder: Path, question: str = "") -> None:
        first_position = _write_network(parts.transformer, folder / NETWORK)
        route.tokenizer.save(str(folder / TOKENIZER))
        if parts.head:
            parts.head.save(folder / HEAD)
        EncoderConfig(
            name=self._encoder.name,
            source=self._encoder.fingerprint,
            fingerprint=self._fingerprint,
            limit=self._encoder.max_tokens,
            first=parts.pooling == "cls",
            passage_prompt=self._encoder.passages.prompt,
            question_prompt=self._encoder.questions.prompt,
            head=bool(parts.head),
            question=question,
            first_position=first_position,
        ).write(folder)


@dataclass(frozen=True, slots=True)
class RouteParts:
    """The parts of a route that are quantized one by one; ``pooling`` is "mean" or "cls"."""

    transformer: Any
    pooling: str
    head: Head


def read_parts(route: Route, dimension: int) -> RouteParts:
    """Return the parts of a route; raise QuantizationError for what ``QuantizedEncoder`` cannot do."""
    names = [type(module).__name__ for module in route.modules]
    if names[:2] != ["Transformer", "Pooling"]:
        raise QuantizationError(f"its modules are {', '.join(names)}, which do not begin with Transformer, Pooling")
    transformer, pooling, *rest = route.modules
    if pooling.pooling_mode not in {"mean", "cls"} or not pooling.include_prompt:
        raise QuantizationError(f"its pooling is {pooling.pooling_mode}, not mean or cls with the prompt included")
    return RouteParts(transformer, str(pooling.pooling_mode), read_head(rest, dimension))


def _write_network(transformer: Any, folder: Path) -> int:  # noqa: ANN401 — a torch module
    """Write the int8 network to a new folder; return the number of the first token's position if it is to be given."""
    from safetensors import SafetensorError  # late, because serving does without it

    # CTranslate2 loads some models with heads that they do not have, on which transformers reports at length.
    logging.getLogger("transformers.modeling_utils").setLevel(logging.ERROR)
    with TemporaryDirectory() as float32:
        try:
            transformer.auto_model.save_pretrained(float32)
        except SafetensorError as error:  # how it reports a full disk
            raise OSError(str(error)) from error
        transformer.tokenizer.save_pretrained(float32)
        try:
            if transformer.config.model_type == "mpnet":
                convert_mpnet(Path(float32), folder)
                return FIRST_POSITION
            convert_network(float32, folder)
        # How CTranslate2 reports an architecture, an activation, or position embeddings that it does not support.
        except (ValueError, KeyError, AssertionError, AttributeError) as error:
            raise QuantizationError(f"CTranslate2 cannot convert it: {error!r}") from error
    return 0


def convert_mpnet(float32: Path, folder: Path) -> None:
    """Convert a saved MPNet, for which CTranslate2 has no converter, as ``convert_network`` does others."""
    from safetensors.numpy import load_file

    from index.embedding.mpnet import build_mpnet

    write_quantized(build_mpnet(load_file(float32 / "model.safetensors"), float32), folder)


def convert_network(float32: str, folder: Path) -> None:
    """Convert a saved transformers model to int8 weights that cannot saturate, in a new folder."""
    from ctranslate2.converters import TransformersConverter
    from ctranslate2.specs import TransformerEncoderModelSpec

    # transformers 5 writes it no more, because its models know no other, and CTranslate2 4.8 asks for it.
    config = Path(float32) / "config.json"
    described = {"position_embedding_type": "absolute"} | json.loads(config.read_text(encoding="utf-8"))
    config.write_text(json.dumps(described), encoding="utf-8")
    # The first step of its method ``convert``, which offers no place between quantizing and writing.
    spec = TransformersConverter(float32)._load()
    if not isinstance(spec, TransformerEncoderModelSpec):
        raise QuantizationError(f"CTranslate2 runs it as a {spec.name}, which gives no vectors")
    write_quantized(spec, folder)


def write_quantized(spec: "TransformerEncoderModelSpec", folder: Path) -> None:
    """Write a network with int8 weights that cannot saturate, in a new folder."""
    spec.validate()
    spec.optimize(quantization="int8")
    limit_weights(spec.variables())
    folder.mkdir()
    spec.save(str(folder))
