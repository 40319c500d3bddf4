"""HTTP: the only place of Flask.

A request passes ``access`` (host, site, key) → ``routes`` (the table) → ``api`` or ``pages.views`` → ``requests``
(bytes to a checked ``qa.types.Request``) → ``service`` (the engine behind cache and batcher) →
``qa.answer.serialize``.
Every failure on the way becomes a problem of RFC 9457 in ``errors``.
"""

from qa.web.app import create_app

__all__ = ["create_app"]
