"""The log of a server on standard error: lines for people or, for programs that collect logs, a JSON object a line.

Whoever logs something that can be searched for adds it as fields: ``extra={"fields": {"request_id": …}}``.
"""

import json
import logging
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from qa.web.access_log import enable_access_log
from qa.web.log_handler import PatientHandler

TEXT, JSON = "text", "json"
THREAD_FAILED = "a thread in the background failed"
log = logging.getLogger(__name__)
TEXT_FORMAT = "[%(asctime)s] [%(process)d] [%(levelname)s] %(message)s"
DATE_FORMAT = "%Y-%m-%d %H:%M:%S %z"


@dataclass(frozen=True, slots=True)
class LogOptions:
    """``format`` is ``text`` or ``json``; ``requests`` says whether each request has a line."""

    format: str = TEXT
    requests: bool = False


class TextFormatter(logging.Formatter):
    """Formats a record as one line for people, its fields at the end as ``name=value``."""

    def __init__(self) -> None:
        """Set the layout."""
        super().__init__(TEXT_FORMAT, DATE_FORMAT)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 — the name of logging
        """Return the line without a traceback, which follows it."""
        line = super().formatMessage(record)
        return " ".join([line, *(f"{name}={value}" for name, value in _read_fields(record).items())])


class JsonFormatter(logging.Formatter):
    """Formats a record as a JSON object in one line, a traceback included."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line: time in UTC, level, logger, process, message, then the fields of the record."""
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        entry: dict[str, Any] = {
            "time": time.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "pid": record.process,
            "message": record.getMessage(),
            **_read_fields(record),
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry)  # ASCII only: a message may quote text that UTF-8 cannot encode


def configure_log(options: LogOptions) -> None:
    """Send the log of this process, and of those that it forks, to standard error in the chosen format."""
    handler = PatientHandler(sys.stderr.fileno())
    handler.setFormatter(JsonFormatter() if options.format == JSON else TextFormatter())
    logging.getLogger().addHandler(handler)
    threading.excepthook = _log_thread_error
    logging.getLogger(f"{__package__}.documents").setLevel(logging.INFO)
    if options.requests:
        logging.getLogger(f"{__package__}.server").setLevel(logging.INFO)
        enable_access_log()


def _log_thread_error(failed: threading.ExceptHookArgs) -> None:
    """Log what ended a thread; Python itself would write lines of its own."""
    if failed.exc_value and not isinstance(failed.exc_value, SystemExit):
        log.error(THREAD_FAILED, exc_info=failed.exc_value)


def _read_fields(record: logging.LogRecord) -> Mapping[str, object]:
    fields: Mapping[str, object] = getattr(record, "fields", {})
    return fields
