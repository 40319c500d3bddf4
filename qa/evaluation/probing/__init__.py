"""Evaluation without labels: known-item probes made of the collection itself.

Azzopardi & de Rijke 2006, "Automatic Construction of Known-Item Finding Test Beds", make questions
of the documents that shall be found; Azzopardi & Vinay 2008, "Retrievability", ask what cannot be.
"""

from qa.evaluation.probing.probe import MOST, probe
from qa.evaluation.probing.text import summary
from qa.evaluation.probing.types import Probed
from qa.evaluation.probing.write import check_folder, write

__all__ = ["MOST", "Probed", "check_folder", "probe", "summary", "write"]
