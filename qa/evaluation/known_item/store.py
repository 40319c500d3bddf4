"""A probing in a folder, for people and other tools."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from index.errors import UsageError
from qa.evaluation.known_item.types import KnownItemOutcome, KnownItemReport

FILE = "probe.json"


def check_folder(folder: Path) -> None:
    """Raise UsageError if the results cannot be written there, before anything is asked."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file; name a folder with --out")


def save_report(probed: KnownItemReport, folder: Path) -> Path:
    """Save everything in the summary and every question as ``probe.json``. Raises UsageError or OSError.

    Each probe has its question, what would have been right, the rank at which some of it was
    found (null: not among ten) and what was returned, best first, as ids of passages.
    """
    check_folder(folder)
    folder.mkdir(parents=True, exist_ok=True)
    rows = {name: value for name, value in asdict(probed).items() if name not in {"outcomes", "ids"}}
    rows["probes"] = [_describe_outcome(outcome, probed.ids) for outcome in probed.outcomes]
    path = folder / FILE
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def _describe_outcome(outcome: KnownItemOutcome, ids: Sequence[str]) -> dict[str, Any]:
    return {
        "kind": outcome.probe.kind,
        "question": outcome.probe.question,
        "rank": outcome.rank,
        "right": [ids[position] for position in sorted(outcome.probe.right)],
        "returned": [ids[position] for position in outcome.returned],
    }
