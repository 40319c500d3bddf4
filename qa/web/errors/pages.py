"""Failures as a page for people. Programs, which say nothing else or prefer JSON, get the problem."""

import re

from flask import Flask
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from qa.messages import ENGLISH, Messages
from qa.web.errors.problems import MEDIA_TYPE, ProblemError

HTML, HTML_TYPE = "text/html", "text/html; charset=utf-8"
# In the order in which they are taken if a client does not care.
OFFERED = (MEDIA_TYPE, "application/json", HTML)
# Below it are programs only.
API = "/v1/"
ACCEPT = re.compile(rb"(?im)^accept:[ \t]*([\x20-\x7e]*)\r$")
TARGET = re.compile(rb"(?:GET|HEAD|POST) (/[!-~]*)")


def prefers_page(path: str, accept: str) -> bool:
    """Return whether whoever asked for a path is a browser that shows a page, by its header ``Accept``."""
    if path.startswith(API) or not path.startswith("/"):
        return False
    return parse_accept_header(accept, MIMEAccept).best_match(OFFERED) == HTML


def render_page(app: Flask, problem: ProblemError, root: str, request_id: str, t: Messages = ENGLISH) -> bytes:
    """Return the page of a problem, with texts ``t``. Its links start with ``root``, the address of the first page.

    It needs no context of Flask, because the server refuses some requests before Flask sees them.
    """
    page = app.jinja_env.get_template("error.html").render(
        title=problem.code.title,
        status=problem.code.status,
        detail=str(problem),
        code=problem.code.word,
        messages=[error.message for error in problem.errors[1:]],
        retry_after=problem.headers.get("Retry-After"),
        request_id=request_id,
        root=root,
        t=t,
    )
    return page.encode("utf-8", "backslashreplace")


def read_head(head: bytes) -> tuple[str, str]:
    """Return the path and the header ``Accept`` of a request that was not parsed, as far as they are there.

    If the head is so long that it was cut off, ``Accept`` may be what is missing: then whoever asks for a page is taken
    for a browser.
    """
    is_cut = b"\r\n\r\n" not in head and b"\n\n" not in head
    target, accept = TARGET.match(head), ACCEPT.search(head)
    path = target[1].partition(b"?")[0].decode("ascii") if target else API
    if accept:
        return path, accept[1].decode("ascii")
    return path, HTML if is_cut else ""


def find_root(path: str) -> str:
    """Return the relative link from a path, as it was sent, to the first page; it holds below any prefix of a proxy."""
    return "../" * (path.count("/") - 1) or "./"
