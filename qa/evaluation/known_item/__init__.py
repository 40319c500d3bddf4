"""Evaluation without labels: known-item probes made of the collection itself.

Azzopardi & de Rijke 2006, "Automatic Construction of Known-Item Finding Test Beds", make questions
of the documents that shall be found; Azzopardi & Vinay 2008, "Retrievability", ask what cannot be.
"""

from qa.evaluation.known_item.evaluate import MOST, probe
from qa.evaluation.known_item.store import check_folder, write
from qa.evaluation.known_item.summary import summary
from qa.evaluation.known_item.types import Probed

__all__ = ["MOST", "Probed", "check_folder", "probe", "summary", "write"]
