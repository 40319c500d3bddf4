"""A model of what collections past one machine need: from assumptions that each name their source to tables.

python -m benchmarks.scale_model

``assumptions.py`` holds every number that goes in, ``storage.py``, ``cluster.py``, ``embedding.py``, ``latency.py`` and
``limits.py`` are pure functions from a number of passages and those numbers, and ``document.py`` writes the page.
"""
