"""Which texts of a request are refused."""

from pydantic_core import PydanticCustomError


def reject_invalid_text(value: str) -> str:
    """Return a text; raise PydanticCustomError if it holds NUL or a lone surrogate."""
    if "\0" in value:
        raise PydanticCustomError("nul_character", "should not hold a NUL character")
    return require_unicode(value)


def require_unicode(value: str) -> str:
    """Return a text; raise PydanticCustomError if it holds a lone surrogate, which UTF-8 cannot encode."""
    try:
        value.encode()
    except UnicodeEncodeError:
        raise PydanticCustomError("string_unicode", "should be text without lone surrogates") from None
    return value
