"""The check before the view of a route: whether the caller's key has the scope of the route."""

from collections.abc import Mapping
from hmac import compare_digest
from pathlib import Path

from flask import Flask, Request, g, request

from qa.web.access.keys import Key, KeyFileUnusable, KeyStore, Scope, hash_key
from qa.web.errors.problems import Code, ProblemError

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
            # Nobody is let in who needs a key.
            raise ProblemError(Code.NOT_READY, f"{error}.", headers={"Retry-After": str(RETRY_AFTER_S)}) from error
        remedy = "send a valid one as Authorization: Bearer KEY"
        if not exists:
            remedy = f"add one (python -m qa keys add NAME --scope {scope}) or set NETSPHERE_ADMIN_KEY"
        if not sent:
            detail = f"This needs a key with the scope {scope}; {remedy}."
            raise ProblemError(Code.UNAUTHORIZED, detail, headers={"WWW-Authenticate": "Bearer"})
        if not key:
            raise ProblemError(Code.FORBIDDEN, f"Invalid key: it is unknown, revoked or expired; {remedy}.")
        raise ProblemError(Code.FORBIDDEN, f"The key {key.name!r} lacks the scope {scope}; send one that has it.")

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


def require_scopes(app: Flask, authorization: Authorization, scopes: Mapping[str, Scope | None]) -> None:
    """Check every request before its view; ``scopes`` are by endpoint, and one that is not among them needs ``ask``.

    ``g.key`` becomes the key of the caller, or None.
    """

    def check_scope() -> None:
        g.key = None
        scope = scopes.get(request.endpoint, Scope.ASK) if request.endpoint else None
        if scope and request.method != "OPTIONS":  # a browser asks by it, without a key, what it may send
            g.key = authorization.check(scope, read_key(request))

    app.before_request(check_scope)


def read_key(request: Request) -> str | None:
    """Return the key in the ``Authorization`` header of a request."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.casefold() == "bearer" else None
