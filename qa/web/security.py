"""Security: headers for every response, and the bearer-token check for admin routes."""

from hmac import compare_digest

from flask import Response

from qa.web.errors.problems import Code, ProblemError

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "connect-src 'self'",
        "style-src 'self'",
        # The icon of the pages is an empty data: URL, so that browsers ask for no favicon.
        "img-src 'self' data:",
        "form-action 'self'",
        "base-uri 'none'",
        # No other site may show the page in a frame and lead a visitor's clicks (clickjacking).
        "frame-ancestors 'none'",
    )
)

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    # The address of a page holds the question that was asked.
    "Referrer-Policy": "no-referrer",
}


def add_security_headers(response: Response) -> Response:
    """Add the headers to a response, failures included."""
    response.headers.update(HEADERS)
    return response


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
