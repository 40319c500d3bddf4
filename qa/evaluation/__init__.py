"""Offline evaluation: judged questions in, measures with intervals out (docs/evaluation.md).

>>> from qa.evaluation import compare, load, run
>>> from qa.evaluation import load_reading, run_reading
"""

from qa.evaluation.comparison import Comparison, compare
from qa.evaluation.data import load
from qa.evaluation.data.reading import ReadingDataset, load_reading
from qa.evaluation.runs.reading import run_reading
from qa.evaluation.runs.run import run
from qa.evaluation.types import Dataset, Run

__all__ = ["Comparison", "Dataset", "ReadingDataset", "Run", "compare", "load", "load_reading", "run", "run_reading"]
