"""Security headers for every response."""

from flask import Response

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "connect-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
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
    # A page that opens this one cannot reach into its window, and no other site can load anything from here.
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # What the pages never use, so that nothing that runs in them can.
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def add_security_headers(response: Response) -> Response:
    """Add the headers to a response, failures included, unless its view has set one otherwise."""
    # Looked up once: each ``setdefault`` would go through all headers twice.
    given = {name.lower() for name, _ in response.headers}
    response.headers.extend((name, value) for name, value in HEADERS.items() if name.lower() not in given)
    return response
