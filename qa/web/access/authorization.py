"""The check before the view of a route: whether the caller's key has the scope of the route."""

from collections.abc import Collection, Mapping
from hmac import compare_digest
from pathlib import Path

from flask import Flask, g, redirect, request, url_for
from werkzeug import Response as WerkzeugResponse
from werkzeug.http import parse_cookie

from qa.web.access.keys import Key, KeyFileUnusable, KeyStore, Scope, hash_key
from qa.web.errors.problems import Code, ProblemError

# In which the browser of somebody who has signed in keeps the key.
COOKIE = "netsphere_key"
# When a client may send a request again that failed because the file of keys is unusable.
RETRY_AFTER_S = 5


class Authorization:
    """Decides who may do what, by the file of keys and the setting ``admin_key``."""

    def __init__(self, keys: Path | None, admin_key: str, key_needed: bool | None) -> None:
        """Remember the settings; the file of keys is read at every check.

        ``key_needed`` says whether asking needs a key; None: as soon as a key with the scope ``ask`` was added.
        """
        self._store = KeyStore(keys) if keys else None
        self._admin = Key("", "admin_key", hash_key(admin_key), frozenset({Scope.ADMIN})) if admin_key else None
        self._key_needed = key_needed

    def check(self, scope: Scope, sent: str | None) -> Key | None:
        """Return the valid key that was sent; None for a visitor without one, if the scope needs none.

        Raises ProblemError if the scope needs a key and there is none, or one that is not valid or lacks the scope.
        """
        try:
            key = self._find_key(sent) if sent else None
            if (key and key.allows(scope)) or (scope is Scope.ASK and not self._asking_needs_key()):
                return key
            exists = self._admin or self._was_granted(scope, Scope.ADMIN)
        except KeyFileUnusable as error:
            raise _file_problem(error) from error  # nobody is let in who needs a key
        remedy = "send a valid one as Authorization: Bearer KEY"
        if not exists:
            remedy = f"add one (python -m qa keys add NAME --scope {scope}) or set NETSPHERE_ADMIN_KEY"
        if not sent:
            detail = f"This needs a key with the scope {scope}; {remedy}."
            raise ProblemError(Code.UNAUTHORIZED, detail, headers={"WWW-Authenticate": "Bearer"})
        if not key:
            raise ProblemError(Code.FORBIDDEN, f"Invalid key: it is unknown, revoked or expired; {remedy}.")
        raise ProblemError(Code.FORBIDDEN, f"The key {key.name!r} lacks the scope {scope}; send one that has it.")

    def check_uploader(self, headers: Mapping[str, str]) -> None:
        """Raise ProblemError unless ``AUTHORIZATION`` or ``COOKIE``, as waitress names them, has a key for writing."""
        cookie = parse_cookie(headers.get("COOKIE", "")).get(COOKIE)
        self.check(Scope.WRITE, parse_bearer_token(headers.get("AUTHORIZATION", "")) or cookie)

    def find_key(self, sent: str) -> Key | None:
        """Return the valid key that was sent, or None. Raises ProblemError if the file of keys is unusable."""
        try:
            return self._find_key(sent)
        except KeyFileUnusable as error:
            raise _file_problem(error) from error

    def _find_key(self, sent: str) -> Key | None:
        if self._admin and compare_digest(self._admin.digest, hash_key(sent)):
            return self._admin
        return self._store.find_key(sent) if self._store else None

    def _asking_needs_key(self) -> bool:
        # Also if that key has expired or was revoked: the server must not be opened by the loss of its last key.
        return self._was_granted(Scope.ASK) if self._key_needed is None else self._key_needed

    def _was_granted(self, *scopes: Scope) -> bool:
        keys = self._store.list_keys() if self._store else []
        return any(not key.scopes.isdisjoint(scopes) for key in keys)


def require_scopes(
    app: Flask, authorization: Authorization, scopes: Mapping[str, Scope | None], pages: Collection[str]
) -> None:
    """Check every request before its view; ``scopes`` are by endpoint, and one that is not among them needs ``ask``.

    ``g.key`` becomes the key of the caller, or None. Whoever may not see one of the ``pages`` is led to the form that
    asks for a key.
    """

    def check_scope() -> WerkzeugResponse | None:
        g.key, endpoint = None, request.endpoint
        scope = scopes.get(endpoint, Scope.ASK) if endpoint else None
        if not endpoint or not scope or request.method == "OPTIONS":  # by it a browser asks what it may send
            return None
        token = parse_bearer_token(request.headers.get("Authorization", ""))
        try:
            g.key = authorization.check(scope, token or request.cookies.get(COOKIE))
        except ProblemError as problem:
            if token or endpoint not in pages or problem.code not in {Code.UNAUTHORIZED, Code.FORBIDDEN}:
                raise
            return _redirect_to_sign_in(endpoint)
        return None

    app.before_request(check_scope)


def parse_bearer_token(header: str) -> str:
    """Return the key in the value of ``Authorization``, or an empty text."""
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme.casefold() == "bearer" else ""


def _redirect_to_sign_in(endpoint: str) -> WerkzeugResponse:
    query = request.query_string.decode("ascii", "replace")
    page = url_for(endpoint, **(request.view_args or {})) + (f"?{query}" if query else "")
    return redirect(url_for("sign_in.show", next=page), 303)


def _file_problem(error: KeyFileUnusable) -> ProblemError:
    return ProblemError(Code.NOT_READY, f"{error}.", headers={"Retry-After": str(RETRY_AFTER_S)})
