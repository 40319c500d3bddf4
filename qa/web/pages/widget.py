"""The script that puts a question box into the page of another site."""

from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import Response, request

from qa.web.requests.page_models import WidgetQuery
from qa.web.requests.parsing import read_query
from qa.web.service import Service

SCRIPT = Path(__file__).with_name("static") / "widget.js"
# Digits of the script's SHA-256: its version, and its ETag.
VERSION_DIGITS = 16
# In seconds: a page has a new version within this time, and one that names its version loads it once.
UNVERSIONED_AGE, VERSIONED_AGE = 600, 365 * 24 * 3600


def script(service: Service) -> Response:
    """Return the script of the question box for pages of other sites; its version may be named."""
    version = read_query(WidgetQuery).v
    content, current = read_script()
    response = Response(content, content_type="text/javascript; charset=utf-8")
    response.set_etag(current)
    response.cache_control.public = True
    response.cache_control.max_age = VERSIONED_AGE if version == current else UNVERSIONED_AGE
    response.cache_control.immutable = version == current
    # Any page may load it: it shows nothing of the documents, and asks as far as the setting origins allows.
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.make_conditional(request)
    return response


@cache
def read_script() -> tuple[bytes, str]:
    """Return the script and its version."""
    content = SCRIPT.read_bytes()
    return content, sha256(content).hexdigest()[:VERSION_DIGITS]
