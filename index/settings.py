"""The table of settings: name, default, type and help of each.

The fields of the two dataclasses are the rows. ``index/cli.py`` turns them into options, so that click finds
their values: flag, environment, ``netsphere.toml``, default. Nothing here reads the environment.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from re import fullmatch
from typing import Any

import click

from index.build.parser_process import ParseLimits
from index.data_folder import DATA_FOLDER
from index.embedding.model_files import DEFAULT_MODEL, DISTILLED, WHOLE
from index.errors import UsageError
from index.parsers.ocr import MODES
from index.search.stores import STORES
from index.search.stores.access import StoreAccess
from index.text.analyzer import STEMMERS
from index.text.chunking import ChunkSizes

SETTINGS_FILE = "netsphere.toml"
# The settings of a build that change what an index answers, beside the model.
ANSWER_SETTINGS = ("question_network", "store", "stemmer", "context", "passage_chars")


class NonEmpty(click.ParamType[str]):
    """Any text but white space. As a path, an empty text would mean the working directory."""

    name = "text"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the text. Raises click.BadParameter."""
        if not value.strip():
            self.fail("must not be empty", param, ctx)
        return value


class DatabaseName(click.ParamType[str]):
    """The beginning of the names of collections in a database."""

    name = "text"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the text. Raises click.BadParameter."""
        if not fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,63}", value):
            self.fail("must be a letter, and up to 63 letters, digits and underscores", param, ctx)
        return value


def _setting(default: str | int | bool, kind: click.ParamType[Any], description: str) -> Any:  # noqa: ANN401 — as dataclasses.field
    return field(default=default, metadata={"type": kind, "help": description})


@dataclass(frozen=True, slots=True)
class IndexSettings:
    """The settings of a build."""

    index: str = _setting(f"{DATA_FOLDER}/index", NonEmpty(), "folder of the index generations")
    model: str = _setting(DEFAULT_MODEL, NonEmpty(), "sentence-transformers model: a hub id or a folder")
    models: str = _setting(
        f"{DATA_FOLDER}/models", NonEmpty(), "cache folder for quantized models, shared by all collections"
    )
    question_network: str = _setting(
        WHOLE,
        click.Choice([WHOLE, DISTILLED]),
        f"network that encodes questions: the whole one that encodes passages, or, of {DEFAULT_MODEL}, a distilled one "
        "of half its layers, which is faster and a little less exact",
    )
    store: str = _setting(
        "faiss",
        click.Choice([*STORES]),
        "vector store: faiss (compact codes for large collections), exact, or milvus (a database for several machines)",
    )
    store_uri: str = _setting(
        "", click.STRING, "address of the database of store milvus, such as https://milvus.example.org:19530"
    )
    store_name: str = _setting(
        "netsphere", DatabaseName(), "name of the index in that database: with it begin the names of its collections"
    )
    store_token_file: str = _setting("", click.STRING, "file that holds user:password, or a token, for that database")
    store_ca: str = _setting(
        "",
        click.STRING,
        "file of the certificate that signs that of the database, if the system does not know it",
    )
    store_seconds: int = _setting(3, click.IntRange(1, 600), "seconds that a question waits for that database")
    stemmer: str = _setting("english", click.Choice([*STEMMERS]), "Snowball stemmer of the lexical leg, or none")
    context: str = _setting(
        "mixed", click.Choice(["mixed", "none"]), "whether title and heading are mixed into a passage's vector"
    )
    passage_chars: int = _setting(
        500, click.IntRange(80, 4000), "maximum length of a passage in characters; longer sentences are split"
    )
    max_file_mb: int = _setting(100, click.IntRange(1, 100_000), "larger files are reported and skipped")
    parse_seconds: int = _setting(
        120,
        click.IntRange(1, 86_400),
        "seconds to parse a file, and 10 for each MB of it; one that takes more is skipped",
    )
    parse_mb: int = _setting(
        1000,
        click.IntRange(100, 1_000_000),
        "memory in MB to parse a file, and 20 times its size; one that takes more is skipped",
    )
    ocr: str = _setting(
        "auto",
        click.Choice([*MODES]),
        "whether pages without text are read by OCR (tesseract): auto if it is installed, on, or off",
    )
    ocr_languages: str = _setting(
        "", click.STRING, "languages that OCR looks for, such as deu+eng; empty: up to four of those installed"
    )
    keep: int = _setting(3, click.IntRange(1, 1000), "finished generations to keep, including the one being served")
    hold: bool = _setting(False, click.BOOL, "whether a new generation waits to be published instead of being served")

    def chunk_sizes(self, max_tokens: int) -> ChunkSizes:
        """Return the sizes of passages for an encoder that takes ``max_tokens`` tokens.

        Passages are packed to four fifths of the maximum, which leaves room to keep neighbours even. A quarter
        of the tokens stays free, because the sum over sentences is not exact for every tokenizer.
        """
        return ChunkSizes(self.passage_chars, self.passage_chars * 4 // 5, max_tokens=max_tokens * 3 // 4)

    @property
    def store_access(self) -> StoreAccess:
        """How to reach the database of the store."""
        return StoreAccess(
            self.store_uri, self.store_name, self.store_token_file, self.store_ca, timeout_s=self.store_seconds
        )

    @property
    def parse_limits(self) -> ParseLimits:
        """The time and memory for parsing one file, and its OCR."""
        return ParseLimits(self.parse_seconds, self.parse_mb, self.ocr, self.ocr_languages)

    @property
    def answer_settings(self) -> dict[str, Any]:
        """The settings that change what an index answers, as its manifest records them."""
        return {name: getattr(self, name) for name in ANSWER_SETTINGS}


@dataclass(frozen=True, slots=True)
class ServeSettings:
    """The settings of answering and serving, beside those of the index."""

    reader: str = _setting(
        "shipped",
        NonEmpty(),
        "question-answering model for mode precise: shipped, large, none, a hub id or a folder",
    )
    host: str = _setting("127.0.0.1", NonEmpty(), "address to listen on; 0.0.0.0 for every address of the machine")
    port: int = _setting(8000, click.IntRange(0, 65535), "port to listen on; 0 picks a free one")
    workers: int = _setting(
        0,
        click.IntRange(0, 64),
        "processes that answer, which share the processors; 0: one for every two processors, at most eight",
    )
    threads: int = _setting(
        32, click.IntRange(1, 256), "requests that a process accepts at once; they are answered in batches"
    )
    max_wait_ms: int = _setting(
        0,
        click.IntRange(0, 60_000),
        "longest time in ms that a question waits for others; one that would wait longer is refused (503); 0: about "
        "as long as an answer takes",
    )
    rate_limit: int = _setting(
        0,
        click.IntRange(0, 1_000_000),
        "requests a minute that a process takes from one key or address; 0: any number",
    )
    feedback: str = _setting(
        f"{DATA_FOLDER}/feedback.sqlite",
        NonEmpty(),
        "SQLite file of visitors' feedback; created when the first arrives",
    )
    feedback_mb: int = _setting(100, click.IntRange(1, 100_000), "maximum size of that file; a full one takes no more")
    feedback_per_minute: int = _setting(
        60, click.IntRange(1, 1_000_000), "verdicts that a process takes from one key or address in a minute"
    )
    keep_questions: int = _setting(
        0,
        click.IntRange(0, 3650),
        "days that questions are kept for the administration, without who asked them, beside the feedback; 0: not at "
        "all",
    )
    keys: str = _setting(
        f"{DATA_FOLDER}/keys.sqlite", NonEmpty(), "SQLite file of the keys; python -m qa keys adds one"
    )
    watch: bool = _setting(
        False,
        click.BOOL,
        "whether to follow the folder that the index was built from, and to build what changes there",
    )
    questions: str = _setting(
        "", click.STRING, "file of questions, one JSON object a line, that are asked before and after each change"
    )
    max_upload_mb: int = _setting(32, click.IntRange(1, 500), "maximum size of a request that writes documents")
    admin_key: str = _setting(
        "",
        click.STRING,
        "one more key with the scope admin; set NETSPHERE_ADMIN_KEY, because flags are visible to other users",
    )
    log_questions: bool = _setting(False, click.BOOL, "whether questions are written to the log, with who asked them")
    log_requests: bool = _setting(
        True, click.BOOL, "whether each request has a line in the log, without what was asked and who asked it"
    )
    telemetry: str = _setting(
        "", click.STRING, "OpenTelemetry collector, such as http://127.0.0.1:4318, that spans are sent to; empty: none"
    )
    log_format: str = _setting(
        "text", click.Choice(["json", "text"]), "text: a line for people; json: an object a line, for programs"
    )
    site_name: str = _setting("Netsphere", NonEmpty(), "name at the top of the pages")
    theme: str = _setting("", click.STRING, "folder of theme.css and logo.svg, which change how the pages look")
    page_language: str = _setting(
        "auto",
        click.STRING,
        "language of the pages: en, de or ja; auto: the one that the browser prefers",
    )
    speech: bool = _setting(
        False, click.BOOL, "whether questions may be spoken; browsers may send what they hear to their makers"
    )
    public: bool = _setting(False, click.BOOL, "whether everybody who reaches the server may ask without a key")
    hosts: str = _setting(
        "", click.STRING, "names by which the server is reached, besides localhost, with commas between them"
    )
    origins: str = _setting(
        "", click.STRING, "other sites whose pages may use the API, such as https://example.org, with commas"
    )
    proxies: str = _setting(
        "",
        click.STRING,
        "addresses or networks, with commas, of proxies whose X-Forwarded- headers are believed",
    )


SETTINGS: Mapping[str, Field[Any]] = {row.name: row for row in (*fields(IndexSettings), *fields(ServeSettings))}


def read_settings_file(folder: Path) -> dict[str, str]:
    """Return the values of the ``netsphere.toml`` of ``folder`` as texts, to be checked like those of flags.

    Returns nothing if there is no such file. Raises UsageError.
    """
    path = folder / SETTINGS_FILE
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot read {path} as TOML: {error}") from error
    if unknown := sorted(values.keys() - SETTINGS.keys()):
        raise UsageError(f"unknown setting {unknown[0]!r} in {SETTINGS_FILE}: must be one of {', '.join(SETTINGS)}")
    return {name: _format_value(value) for name, value in values.items()}


def _format_value(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
