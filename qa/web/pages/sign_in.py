"""Signing in to the pages of a server on which asking needs a key: the browser keeps the key in a cookie.

Scripts cannot read the cookie (HttpOnly), and a browser does not send it with what pages of other sites ask for
(SameSite). The first line of a docstring is the summary in OpenAPI.
"""

import re

from flask import Response, make_response, redirect, render_template, request, url_for

from qa.web.access.authorization import COOKIE
from qa.web.access.keys import Scope
from qa.web.requests.page_models import SignInForm, SignInQuery
from qa.web.requests.parsing import read_form, read_query
from qa.web.service import Service

# A key that was revoked does not work in a cookie either, so that this may be long.
COOKIE_AGE_S = 30 * 24 * 3600
# A path of this server: two slashes, or a slash and a backslash, would lead to another one.
PATH = re.compile(r"/(?![/\\])[\x21-\x7e]*")


def show(service: Service) -> Response:
    """Show the form that asks for a key, or, if the browser has one, the button that forgets it."""
    query = read_query(SignInQuery)
    key = request.cookies.get(COOKIE)
    found = service.authorization.find_key(key) if key else None
    page = render_template("sign_in.html", next=query.next, failed=query.failed, key=found)
    return make_response(page)


def enter(service: Service) -> Response:
    """Keep a key in a cookie and go on to the page ``next``; back to the form if the key does not allow to ask."""
    query = read_query(SignInQuery)
    sent = read_form(SignInForm).key
    key = service.authorization.find_key(sent)
    if not key or not key.allows(Scope.ASK):
        return _redirect(url_for("sign_in.show", next=query.next, failed="true"))
    response = _redirect(query.next if PATH.fullmatch(query.next) else url_for("pages.ask"))
    response.set_cookie(
        COOKIE, sent, COOKIE_AGE_S, path=f"{request.root_path}/", secure=request.is_secure, httponly=True,
        samesite="Strict",
    )  # fmt: skip
    return response


def leave(service: Service) -> Response:
    """Forget the key of this browser."""
    read_query(SignInQuery)
    response = _redirect(url_for("sign_in.show"))
    response.delete_cookie(COOKIE, path=f"{request.root_path}/")
    return response


def _redirect(url: str) -> Response:
    return make_response(redirect(url, 303))
