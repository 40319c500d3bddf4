"""Evaluation without labels: known-item probes made of the collection itself.

Azzopardi & de Rijke 2006, "Automatic Construction of Known-Item Finding Test Beds", make questions
of the documents that shall be found; Azzopardi & Vinay 2008, "Retrievability", ask what cannot be.
"""

from qa.evaluation.known_item.evaluate import MAX_PASSAGES, evaluate_known_items
from qa.evaluation.known_item.summary import format_summary
from qa.evaluation.known_item.types import KnownItemReport, check_folder, save_report

__all__ = ["MAX_PASSAGES", "KnownItemReport", "check_folder", "evaluate_known_items", "format_summary", "save_report"]
