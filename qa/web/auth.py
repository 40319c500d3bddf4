"""Who may do what not everybody may."""

from hmac import compare_digest

from qa.web.errors.problems import Code, Refusal


def check(authorization: str | None, key: str) -> None:
    """Refused: whose ``Authorization`` is not ``Bearer`` and the admin key; everybody where there is no key."""
    if not key:
        raise Refusal(Code.FORBIDDEN, "No admin key is set; start the server with NETSPHERE_ADMIN_KEY.")
    scheme, _, given = (authorization or "").partition(" ")
    if scheme.casefold() != "bearer" or not given:
        detail = "This takes the admin key; send it as Authorization: Bearer KEY."
        raise Refusal(Code.UNAUTHORIZED, detail, headers={"WWW-Authenticate": "Bearer"})
    if not compare_digest(given.strip().encode(), key.encode()):
        raise Refusal(Code.FORBIDDEN, "The key is not the admin key; it is the setting admin_key of the server.")
