"""Convert a sentence-transformers model to the files that ``QuantizedEncoder`` runs, once for all collections."""

from abc import ABC, abstractmethod
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, cast

from index.embedding.ctranslate2 import NETWORK, TOKENIZER, EncoderConfig
from index.embedding.model_cache import ensure_cached
from index.embedding.saturation import limit_weights
from index.embedding.sentence_transformer import SentenceTransformerEncoder
from index.errors import ModelError, QuantizationError

if TYPE_CHECKING:
    from ctranslate2.specs import TransformerEncoderModelSpec
    from sentence_transformers import SentenceTransformer

# Holds the reason if a model cannot be quantized, so that the conversion is not tried on every build.
REJECTION = "refused.txt"
# Part of the fingerprint: another way to convert gives other vectors, so it must be another encoder.
METHOD = "int8 that cannot saturate"


class QuantizedFolder(ABC):
    """A folder with the int8 form of a model, or with the reason why there is none."""

    def __init__(self, fingerprint: str, models: Path) -> None:
        """Choose the folder in ``models`` by the fingerprint of the float32 model and the way of conversion."""
        self._fingerprint = sha256(f"{fingerprint} {METHOD} {version('ctranslate2')}".encode()).hexdigest()
        self.folder = models / f"{fingerprint[:12]}-{self._fingerprint[:12]}"
        self._rejection = self.folder / REJECTION

    def ensure_converted(self) -> Path:
        """Return the folder, whose files are intact, after converting the model if that is needed.

        Raise QuantizationError if the model cannot be converted or was rejected, and ModelError if it cannot be
        loaded or the folder cannot be written.
        """
        if self._rejection.is_file():
            raise QuantizationError(self._rejection.read_text(encoding="utf-8"))
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
        encoder = self._encoder
        pooling = _check_pooling(encoder.model)
        _write_network(encoder.model, folder / NETWORK)
        encoder.tokenizer.save(str(folder / TOKENIZER))
        EncoderConfig(
            name=encoder.name,
            source=encoder.fingerprint,
            fingerprint=self._fingerprint,
            limit=encoder.max_tokens,
            first=pooling == "cls",
            passage_prompt=encoder.passage_prompt,
            question_prompt=encoder.question_prompt,
        ).write(folder)


def _write_network(model: "SentenceTransformer", folder: Path) -> None:
    from safetensors import SafetensorError  # late, because serving does without it

    with TemporaryDirectory() as float32:
        try:
            cast(Any, model[0]).auto_model.save_pretrained(float32)
        except SafetensorError as error:  # how it reports a full disk
            raise OSError(str(error)) from error
        model.tokenizer.save_pretrained(float32)
        try:
            convert_network(float32, folder)
        # How CTranslate2 reports an architecture, an activation, or position embeddings that it does not support.
        except (ValueError, KeyError, AssertionError) as error:
            raise QuantizationError(f"CTranslate2 cannot convert it: {error!r}") from error


def convert_network(float32: str, folder: Path) -> None:
    """Convert a saved transformers model to int8 weights that cannot saturate, in a new folder."""
    from ctranslate2.converters import TransformersConverter

    # The first step of its method ``convert``, which offers no place between quantizing and writing.
    write_quantized(TransformersConverter(float32)._load(), folder)


def write_quantized(spec: "TransformerEncoderModelSpec", folder: Path) -> None:
    """Write a network with int8 weights that cannot saturate, in a new folder."""
    spec.validate()
    spec.optimize(quantization="int8")
    limit_weights(spec.variables())
    folder.mkdir()
    spec.save(str(folder))


def _check_pooling(model: "SentenceTransformer") -> str:
    """Return how the vectors of tokens become one; raise QuantizationError for what ``QuantizedEncoder`` cannot do."""
    modules = [type(module).__name__ for module in model]
    if modules[:2] != ["Transformer", "Pooling"] or set(modules[2:]) - {"Normalize"}:
        raise QuantizationError(f"its modules are {', '.join(modules)}, not Transformer, Pooling and Normalize")
    pooling = model[1].pooling_mode
    if pooling not in {"mean", "cls"} or not model[1].include_prompt:
        raise QuantizationError(f"its pooling is {pooling}, not mean or cls with the prompt included")
    return str(pooling)
