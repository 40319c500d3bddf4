"""The options of the process that builds what is written."""

from dataclasses import dataclass
from pathlib import Path

from index.settings import IndexSettings


@dataclass(frozen=True, slots=True)
class BuilderOptions:
    """What is built, and how. Of ``index`` the folder and the bounds count; the rest is as the served generation is.

    ``model`` is where the model of the index is now, if it has moved. ``questions`` is a file of questions that are
    asked before and after each change, beside those in ``feedback``, with the ``reader``.
    """

    index: IndexSettings
    model: str | None
    reader: str
    feedback: Path
    questions: Path | None = None
    watch: bool = False
