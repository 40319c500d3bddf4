"""Offline evaluation: judged questions in, measures with intervals out (docs/evaluation.md).

>>> from qa.evaluation import compare, load, run
"""

from qa.evaluation.comparison import Comparison, compare
from qa.evaluation.data import load
from qa.evaluation.runs.run import run
from qa.evaluation.types import Dataset, Run

__all__ = ["Comparison", "Dataset", "Run", "compare", "load", "run"]
