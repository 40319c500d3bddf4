"""Bearer-token check for admin routes."""

from hmac import compare_digest

from qa.web.errors.problems import Code, ProblemError


def require_admin_key(authorization: str | None, key: str) -> None:
    """Raise ProblemError unless the ``Authorization`` header is ``Bearer`` and the admin key; always without a key."""
    if not key:
        raise ProblemError(Code.FORBIDDEN, "No admin key is set; start the server with NETSPHERE_ADMIN_KEY.")
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.casefold() != "bearer" or not token:
        detail = "This route needs the admin key; send it as Authorization: Bearer KEY."
        raise ProblemError(Code.UNAUTHORIZED, detail, headers={"WWW-Authenticate": "Bearer"})
    if not compare_digest(token.strip().encode(), key.encode()):
        raise ProblemError(Code.FORBIDDEN, "Invalid admin key; send the value of the server's setting admin_key.")
