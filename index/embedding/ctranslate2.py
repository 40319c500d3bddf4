"""Int8-quantized encoder, run with CTranslate2.

Needs neither torch nor sentence-transformers. ``index/embedding/convert.py`` writes its files; ``docs/performance.md``
compares its speed with that of the float32 model. The only module that imports ctranslate2 for the encoder.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from pathlib import Path
from shutil import copytree
from typing import TYPE_CHECKING

import numpy as np

from index.embedding.heads import Head
from index.embedding.model_files import DISTILLED, check_digests
from index.embedding.quantization_check import check_quantization
from index.embedding.sentence_transformer import SentenceTransformerEncoder, can_load_sentence_transformers
from index.embedding.token_counter import TokenCounter
from index.embedding.tokens import count_prompt_tokens, drop_special_tokens, list_words, normalize_rows
from index.errors import ModelError
from index.processors import allow_wide_kernels, count_cpus
from index.types import NO_TOKENS, Embeddings, Positions

if TYPE_CHECKING:
    from ctranslate2 import Encoder as Network
    from tokenizers import Tokenizer

NETWORK, TOKENIZER, CONFIG, REPORT = "body", "tokenizer.json", "encoder.json", "checked.json"
# What follows pooling, if the model has such layers; those for questions, and a whole encoder for questions, if they
# are not those for passages.
HEAD, QUESTION_HEAD, QUESTION_FOLDER = "head.npz", "question_head.npz", "question"
# A network for questions that gives the vectors of this one, in fewer layers; all else is the same.
QUESTION_NETWORK = "question_body"
# What questions have of their own, apart from their prompt.
OWN_HEAD, OWN_NETWORK = "head", "network"
# The number of an MPNet's first position; those before it belong to padding.
FIRST_POSITION = 2


# The names of the fields are the keys of ``encoder.json`` in every index and model cache.
@dataclass(frozen=True, slots=True)
class EncoderConfig:
    """Everything that decides a vector, except the weights and the tokenizer.

    ``source`` is the fingerprint of the float32 model, ``limit`` the maximum number of tokens. If ``first`` is true, a
    text's vector is that of its first token, else the mean of all. ``head`` is whether layers follow; ``question`` is
    empty, ``OWN_HEAD``, ``OWN_NETWORK`` or ``DISTILLED``. ``first_position`` is 0 if the network numbers the tokens
    itself.
    """

    name: str
    source: str
    fingerprint: str
    limit: int
    first: bool
    passage_prompt: str
    question_prompt: str
    head: bool = False
    question: str = ""
    first_position: int = 0

    def write(self, folder: Path) -> None:
        """Write ``encoder.json``, without what is as in most models: versions that know no other can read it."""
        default = {field.name: field.default for field in fields(self)}
        entries = {name: value for name, value in asdict(self).items() if value != default[name]}
        (folder / CONFIG).write_text(json.dumps(entries, indent=1, ensure_ascii=False) + "\n", "utf-8")

    @classmethod
    def read(cls, folder: Path) -> "EncoderConfig":
        """Read ``encoder.json``; raise ModelError if it is missing or damaged."""
        try:
            return cls(**json.loads((folder / CONFIG).read_text(encoding="utf-8")))
        # No file; no JSON; other keys than the fields.
        except (OSError, ValueError, TypeError) as error:
            raise ModelError(f"{folder} does not hold an encoder ({error}); build the index again") from error


class QuantizedEncoder:
    """Int8 form of a sentence-transformers model; ``source`` is the fingerprint of that. Threads may share it."""

    def __init__(self, folder: Path) -> None:
        """Read the configuration; raise ModelError. The network is loaded when a text is first encoded."""
        self._folder = folder
        self._config = EncoderConfig.read(folder)
        self.name, self.source, self.fingerprint = self._config.name, self._config.source, self._config.fingerprint
        self.max_tokens = self._config.limit
        has_own_network = self._config.question == OWN_NETWORK
        self._question_encoder = QuantizedEncoder(folder / QUESTION_FOLDER) if has_own_network else self

    @cached_property
    def vocabulary(self) -> Sequence[str]:
        """The tokens of letters alone, in the order of their ids."""
        return list_words(self._tokenizer)

    @property
    def workers(self) -> int:
        """One a processor: two batches on one processor each are faster than one after the other on both."""
        return count_cpus()

    @cached_property
    def _network(self) -> "Network":
        return self._load_network(NETWORK)

    @cached_property
    def _question_network(self) -> "Network":
        """The network of questions, also that of passages if it is the same: then it is loaded once."""
        return self._load_network(QUESTION_NETWORK) if self._config.question == DISTILLED else self._network

    def _load_network(self, name: str) -> "Network":
        allow_wide_kernels()
        import ctranslate2

        try:
            return ctranslate2.Encoder(
                str(self._folder / name), compute_type="int8", intra_threads=1, inter_threads=self.workers
            )
        except (RuntimeError, ValueError) as error:
            raise ModelError(f"{self._folder} cannot be loaded ({error}); build the index again") from error

    @cached_property
    def _tokenizer(self) -> "Tokenizer":
        from tokenizers import Tokenizer

        try:
            return Tokenizer.from_file(str(self._folder / TOKENIZER))
        except Exception as error:  # tokenizers raises no narrower one
            raise ModelError(f"{self._folder / TOKENIZER} cannot be loaded ({error}); build the index again") from error

    @cached_property
    def _token_counter(self) -> TokenCounter:
        return TokenCounter(self._tokenizer)

    @cached_property
    def _special_ids(self) -> Positions:
        added = self._tokenizer.get_added_tokens_decoder()
        return np.asarray([number for number, token in added.items() if token.special], dtype=np.int64)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text as a passage, with prompt and special tokens."""
        return self._count_tokens(self._config.passage_prompt, texts)

    def count_question_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text as a question, with prompt and special tokens."""
        return self._question_encoder._count_tokens(self._config.question_prompt, texts)

    def encode_passages(self, texts: Sequence[str]) -> Embeddings:
        """Encode texts with the model's document prompt and layers."""
        encoded = self._encode_texts(self._network, self._config.passage_prompt, self._head, texts)
        return self._without_strange_tokens(encoded)

    def encode_questions(self, texts: Sequence[str]) -> Embeddings:
        """Encode texts with the model's query prompt, layers and network."""
        encoder, prompt = self._question_encoder, self._config.question_prompt
        head = self._question_head if self._config.question == OWN_HEAD else encoder._head
        return self._without_strange_tokens(encoder._encode_texts(encoder._question_network, prompt, head, texts))

    def _without_strange_tokens(self, encoded: Embeddings) -> Embeddings:
        """Drop the tokens if questions have another network than passages, so that they cannot be compared."""
        if self._question_encoder is self:
            return encoded
        return Embeddings(encoded.vectors, (NO_TOKENS,) * len(encoded.tokens))

    @cached_property
    def _head(self) -> Head:
        return Head.load(self._folder / HEAD) if self._config.head else Head()

    @cached_property
    def _question_head(self) -> Head:
        return Head.load(self._folder / QUESTION_HEAD)

    def _count_tokens(self, prompt: str, texts: Sequence[str]) -> list[int]:
        return self._token_counter.count([prompt + text for text in texts])

    def save(self, folder: Path) -> None:
        """Copy all files into a generation, which then answers without the model that built it.

        Raise OSError, or DamagedGeneration if they are not as they were converted.
        """
        copytree(self._folder, folder)
        check_digests(folder)

    def check_quantization(self, texts: Sequence[str]) -> None:
        """Compare the vectors with those of the float32 model; raise QuantizationError if they differ too much.

        The comparison at many text lengths takes longest and does not depend on the collection, so it is made once.
        Without sentence-transformers nothing is compared; then the model is the default one, which was compared.
        """
        if not can_load_sentence_transformers():
            return
        model, report = SentenceTransformerEncoder(self.name), self._folder / REPORT
        if report.is_file():
            check_quantization(self, model, texts, lengths=(), is_symmetric=model.is_symmetric)
        else:
            found = check_quantization(self, model, texts, is_symmetric=model.is_symmetric)
            report.write_text(json.dumps(asdict(found), indent=1) + "\n", encoding="utf-8")

    def _encode_texts(self, network: "Network", prompt: str, head: Head, texts: Sequence[str]) -> Embeddings:
        encodings = self._tokenizer.encode_batch([prompt + text for text in texts])
        ids = [encoding.ids[: self.max_tokens] for encoding in encodings]
        hidden = np.asarray(network.forward_batch(ids, **self._number_positions(ids)).last_hidden_state)
        rows = [hidden[position, : len(own)] for position, own in enumerate(ids)]
        vectors = np.stack([row[0] if self._config.first else row.mean(axis=0) for row in rows])
        arrays = [np.asarray(own, dtype=np.int64) for own in ids]
        skipped = count_prompt_tokens(self._tokenizer, prompt)
        tokens = (drop_special_tokens(*pair, self._special_ids, skipped) for pair in zip(arrays, rows, strict=True))
        return Embeddings(normalize_rows(head.apply(vectors)), tuple(tokens))

    def _number_positions(self, ids: Sequence[Sequence[int]]) -> Mapping[str, list[list[int]]]:
        """Return the positions of tokens for a network that takes them in the place of types (``mpnet.py``)."""
        first = self._config.first_position
        return {"token_type_ids": [list(range(first, first + len(own))) for own in ids]} if first else {}
