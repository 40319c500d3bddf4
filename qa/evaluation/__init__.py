"""Offline evaluation: judged questions in, measures with intervals out (docs/evaluation.md).

>>> from qa.evaluation import compare, load, run
"""

from qa.evaluation.compare import Comparison, compare
from qa.evaluation.formats import load
from qa.evaluation.run import run
from qa.evaluation.types import Dataset, Run

__all__ = ["Comparison", "Dataset", "Run", "compare", "load", "run"]
