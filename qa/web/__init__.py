"""HTTP: the only place of Flask.

A request passes ``routes`` (the table) → ``api`` or ``pages`` (read, ask, return) →
``reading`` and ``schemas`` (bytes to a ``qa.types.Request``) → ``service`` (the engine,
counted) → ``qa.answer.serialize``. Whatever fails on the way becomes one shape in ``problems``.
"""

from qa.web.app import create_app

__all__ = ["create_app"]
