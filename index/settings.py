"""The table of settings, and how a value is found: flag, environment, file, default.

Nothing here reads the environment: the ``__main__`` files and ``serve.py`` pass it in.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.embedding.model_files import DEFAULT_MODEL
from index.errors import UsageError
from index.search.stores import STORES
from index.text.analyzer import STEMMERS
from index.text.chunking import ChunkSizes

PREFIX = "NETSPHERE_"
FILE = "netsphere.toml"

Parse = Callable[[object], Any]


@dataclass(frozen=True, slots=True)
class Setting:
    """One row: its name, default, how a text becomes a value, and a line of help."""

    name: str
    default: Any
    parse: Parse
    help: str


def whole(low: int, high: int) -> Parse:
    """A parser of whole numbers from ``low`` to ``high``; raises ValueError."""

    def parse(value: object) -> int:
        number = int(str(value))
        if not low <= number <= high:
            raise ValueError(f"must be from {low} to {high}")
        return number

    return parse


def filled(value: object) -> str:
    """A parser of any text but an empty one, which as a path would mean this folder; raises ValueError."""
    if not str(value).strip():
        raise ValueError("must not be empty")
    return str(value)


def one_of(*choices: str) -> Parse:
    """A parser of one of a few words; raises ValueError."""

    def parse(value: object) -> str:
        if value not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}")
        return str(value)

    return parse


INDEX_SETTINGS: tuple[Setting, ...] = (
    Setting("index", "var/index", filled, "folder of the index generations"),
    Setting("model", DEFAULT_MODEL, filled, "sentence-transformers model: a hub id or a folder"),
    Setting("models", "var/models", filled, "folder of models made fast, each once for all collections"),
    Setting(
        "store", "faiss", one_of(*STORES), "vector store: faiss (of many units, codes are compared first), or exact"
    ),
    Setting("stemmer", "english", one_of(*STEMMERS), "Snowball stemmer of the lexical leg, or none"),
    Setting("context", "mixed", one_of("mixed", "none"), "title and heading in a passage's vector: mixed in or not"),
    Setting("passage_chars", 500, whole(80, 4000), "the most characters of a passage; longer sentences are split"),
    Setting("max_file_mb", 100, whole(1, 100_000), "files larger than this are named and left out"),
    Setting("keep", 3, whole(1, 1000), "finished generations to keep, the served one included"),
)
ASK_SETTINGS: tuple[Setting, ...] = (
    Setting("reader", "shipped", filled, "what reads the best passages in mode precise: shipped, none, or a model"),
)
SERVE_SETTINGS: tuple[Setting, ...] = (
    Setting("host", "127.0.0.1", filled, "address to listen on; 0.0.0.0 for every one of the machine"),
    Setting("port", 8000, whole(0, 65535), "port to listen on; 0 takes a free one"),
    Setting("workers", 1, whole(1, 64), "processes that answer; each takes a processor and its own memory"),
    Setting("threads", 32, whole(1, 256), "requests that a process takes at once; it works on them together"),
    Setting(
        "feedback", "var/feedback.sqlite", filled, "file of what visitors say of passages; made with the first word"
    ),
    Setting("admin_key", "", str, "opens GET /v1/feedback; better given as NETSPHERE_ADMIN_KEY than as a flag"),
)
SETTINGS = INDEX_SETTINGS + ASK_SETTINGS + SERVE_SETTINGS
"""One row a setting, of both halves; ``docs/settings.md`` is checked against it."""
MODEL = next(setting for setting in SETTINGS if setting.name == "model")
"""An index knows its model; stating another one where it is served is refused."""


@dataclass(frozen=True, slots=True)
class IndexSettings:
    """The settings of a build, by the names of ``INDEX_SETTINGS``."""

    index: str = "var/index"
    model: str = DEFAULT_MODEL
    models: str = "var/models"
    store: str = "faiss"
    stemmer: str = "english"
    context: str = "mixed"
    passage_chars: int = 500
    max_file_mb: int = 100
    keep: int = 3

    def chunking(self, limit: int) -> ChunkSizes:
        """The sizes for an encoder that takes ``limit`` tokens.

        Packing aims a fifth below the bound, which leaves room to keep neighbours even. A
        quarter of the tokens stays free: the sum over sentences is not exact for every tokenizer.
        """
        return ChunkSizes(self.passage_chars, self.passage_chars * 4 // 5, max_tokens=limit * 3 // 4)

    @property
    def decisive(self) -> dict[str, Any]:
        """Those that change what an index answers, as its manifest records them."""
        names = ("store", "stemmer", "context", "passage_chars")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class Sources:
    """Where values come from: flags, then ``NETSPHERE_<NAME>``, then ``netsphere.toml``."""

    flags: Mapping[str, object]
    environment: Mapping[str, str]
    file: Mapping[str, object]

    @classmethod
    def of(cls, flags: Mapping[str, object], environment: Mapping[str, str], folder: Path) -> "Sources":
        """With the ``netsphere.toml`` of ``folder``, if there is one. Raises UsageError."""
        file = _read(folder / FILE)
        known = {setting.name for setting in SETTINGS}
        if unknown := sorted(set(file) - known):
            raise UsageError(f"{FILE} names {unknown[0]!r}, which is no setting; there are {', '.join(sorted(known))}")
        return cls(flags, environment, file)

    def stated(self, setting: Setting) -> Any:  # noqa: ANN401  (of the setting's own type)
        """The value that somebody stated, or None. Raises UsageError, which names value and origin."""
        variable = PREFIX + setting.name.upper()
        if self.flags.get(setting.name) is not None:
            return _parsed(setting, self.flags[setting.name], f"--{setting.name.replace('_', '-')}")
        if variable in self.environment:
            return _parsed(setting, self.environment[variable], variable)
        return _parsed(setting, self.file[setting.name], FILE) if setting.name in self.file else None

    def resolve(self, table: tuple[Setting, ...]) -> dict[str, Any]:
        """Every setting of the table, by name: what was stated, else its default."""
        stated = {setting.name: self.stated(setting) for setting in table}
        return {s.name: s.default if stated[s.name] is None else stated[s.name] for s in table}


def _parsed(setting: Setting, value: object, origin: str) -> object:
    try:
        return setting.parse(value)
    except ValueError as error:
        raise UsageError(f"{origin} is {value!r}, which is no good: {error} ({setting.help})") from error


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} is not a readable TOML file: {error}") from error
