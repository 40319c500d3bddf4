"""Calibration of a reader on its own: from the logits of a reading to two probabilities, without a collection.

Two logistic models (Platt 1999), fitted by ``benchmarks/training/reader/calibrate.py`` on articles that the reader was
not trained on, and shipped beside its weights. In the pairs of question and text that they were fitted on, every second
text answers; of the others some only seem to.
"""

import json
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from index.errors import ModelError
from qa.logistic import LogisticModel
from qa.reader.reader import ABOUT
from qa.types import Reading

CALIBRATION = "calibration.json"


@dataclass(frozen=True, slots=True)
class ReadingCalibration:
    """``words``: whether the words of a reading answer; ``text``: whether its text does.

    ``fitted_for`` is the hash of the weights that gave the logits.
    """

    words: LogisticModel
    text: LogisticModel
    fitted_for: str

    def compute_confidence(self, reading: Reading) -> tuple[float, float]:
        """Return the confidence in the words and in the text; words never answer where the text does not."""
        relevance = self.text.predict_probability(reading)
        if reading.span is None:
            return 0.0, relevance
        return min(relevance, self.words.predict_probability(reading)), relevance


@cache
def load_reading_calibration(folder: Path) -> ReadingCalibration:
    """Load the calibration in the folder of a reader. Raise ModelError if it has none."""
    path = folder / CALIBRATION
    try:
        fitted = json.loads(path.read_text(encoding="utf-8"))
        words, text = (LogisticModel(**fitted[name]) for name in ("words", "text"))
        return ReadingCalibration(words, text, fitted["fitted_for"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"no calibration in {folder} ({error!r}); fit one: "
            f"python -m benchmarks.training.reader.calibrate ../shared/data"
        ) from error


def hash_weights(folder: Path) -> str:
    """Return the SHA-256 of all files of a reader but its calibration and its description."""
    digest = sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.name not in {CALIBRATION, ABOUT}):
        digest.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()
