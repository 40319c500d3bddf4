"""The offline half: files become a searchable generation on disk. Never imports ``qa``."""

__version__ = "0.3.0"
