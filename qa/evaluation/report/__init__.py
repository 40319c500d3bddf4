"""What an evaluation shows: pages in HTML, summaries in Markdown."""

from qa.evaluation.report.pages import write_ablation, write_comparison, write_report
from qa.evaluation.report.summary import write_summary

__all__ = ["write_ablation", "write_comparison", "write_report", "write_summary"]
