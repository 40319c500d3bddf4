"""A sentence-transformers model into the few files that ``QuantizedEncoder`` runs, once for all collections."""

from collections.abc import Mapping
from functools import cached_property
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory, mkdtemp
from typing import TYPE_CHECKING, Any, cast

from index.embedding.ctranslate2 import BODY, DESCRIPTION, TOKENIZER, Description
from index.embedding.model_files import find_model_folder, fingerprint_model
from index.embedding.saturation import limit_weights

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

REFUSED = "refused.txt"
FORM = "int8"
# Part of the fingerprint: a form that gives other vectors is another encoder.
LIMITED = "int8 that cannot saturate"


class Unconvertible(ValueError):
    """What about the model cannot be converted."""


class Converted:
    """Where the converted form of a model is kept; looking at it makes it if that was not done yet."""

    def __init__(self, name: str, models: Path) -> None:
        """Finds and verifies the model's files; raises ModelError."""
        self._name = name
        self._model = find_model_folder(name)
        self._source = fingerprint_model(name, self._model)
        self._identity = sha256(f"{self._source} {LIMITED} {version('ctranslate2')}".encode()).hexdigest()
        self.folder = models / f"{self._source[:12]}-{self._identity[:12]}"

    @property
    def refusal(self) -> str | None:
        """Why there is no converted form; None where there is one."""
        if not (self.folder / DESCRIPTION).is_file() and not self._refused.is_file():
            try:
                self._make()
            except (Unconvertible, ValueError, KeyError, OSError) as error:
                self.refuse(str(error))
        return self._refused.read_text(encoding="utf-8") if self._refused.is_file() else None

    def refuse(self, reason: str) -> None:
        """The model is left as it is from now on."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._refused.write_text(reason, encoding="utf-8")

    @cached_property
    def _refused(self) -> Path:
        return self.folder / REFUSED

    def _make(self) -> None:
        """Beside its place and then moved there, so that no other process sees half of it."""
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(mkdtemp(dir=self.folder.parent))
        try:
            self._write(draft)
            if not self.folder.exists():
                draft.chmod(0o755)
                draft.rename(self.folder)
        finally:
            rmtree(draft, ignore_errors=True)

    def _write(self, draft: Path) -> None:
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()  # type: ignore[no-untyped-call]
        model = SentenceTransformer(str(self._model), device="cpu", local_files_only=True)
        pooling = _pooling(model)
        _write_body(model, draft)
        tokenizer = model.tokenizer.backend_tokenizer
        tokenizer.no_truncation()  # counting must see what encoding would cut off
        tokenizer.no_padding()
        tokenizer.save(str(draft / TOKENIZER))
        Description(
            name=self._name,
            source=self._source,
            fingerprint=self._identity,
            limit=int(model.max_seq_length or 512),
            first=pooling == "cls",
            passage_prompt=_prompt(model, "document", "passage", "corpus"),
            question_prompt=_prompt(model, "query"),
        ).write(draft)


def _write_body(model: "SentenceTransformer", folder: Path) -> None:
    from ctranslate2.converters import TransformersConverter

    with TemporaryDirectory() as plain:
        cast(Any, model[0]).auto_model.save_pretrained(plain)
        model.tokenizer.save_pretrained(plain)
        TransformersConverter(plain).convert(str(folder / BODY), quantization=FORM)
        limit_weights(folder / BODY)


def _pooling(model: "SentenceTransformer") -> str:
    """How the vectors of tokens become one. Raises Unconvertible for what this program does not do itself."""
    kinds = [type(module).__name__ for module in model]
    if kinds[:2] != ["Transformer", "Pooling"] or set(kinds[2:]) - {"Normalize"}:
        raise Unconvertible(f"it is made of {', '.join(kinds)}")
    if (pooling := model[1].pooling_mode) not in {"mean", "cls"} or not model[1].include_prompt:
        raise Unconvertible(f"its pooling is {pooling}")
    return str(pooling)


def _prompt(model: "SentenceTransformer", *keys: str) -> str:
    """What sentence-transformers puts before a text (its ``encode_document`` and ``encode_query``)."""
    prompts: Mapping[str, Any] = model.prompts or {}
    names = (*keys, model.default_prompt_name)
    return next((prompts[name] for name in names if name and prompts.get(name)), "")
