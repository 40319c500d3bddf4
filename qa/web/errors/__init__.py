"""Every failure as problem+json (RFC 9457)."""
