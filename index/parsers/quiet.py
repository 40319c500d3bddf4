"""Parsing libraries log every oddity of a file; a build reports what matters in one sentence instead."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def silence_logger(name: str) -> Iterator[None]:
    """Suppress all messages of a library's logger and restore its level afterwards."""
    logger = logging.getLogger(name)
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(level)
