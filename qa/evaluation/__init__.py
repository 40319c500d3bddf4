"""Offline evaluation: judged questions in, measures with intervals out."""
