"""Who can reach the server, and whether that takes a key: a server that others can reach is not opened by accident."""

import socket
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from index.errors import UsageError
from qa.web.access.keys import KeyStore, Scope
from qa.web.access.proxies import Network, parse_address


def decide_key_needed(host: str, proxies: Sequence[Network], public: bool, keys: Path, admin_key: str) -> bool | None:
    """Return whether asking needs a key; None if only this machine can reach the server and decides by its keys.

    Raises UsageError if others can reach it and no key exists.
    """
    if public:
        return False
    if is_loopback(host) and not proxies:
        return None
    now = datetime.now(UTC)
    usable = (key for key in KeyStore(keys).list_keys() if key.is_valid(now) and key.allows(Scope.ASK))
    if not admin_key and next(usable, None) is None:
        reason = f"listen on {host}" if not is_loopback(host) else "serve behind a proxy"
        raise UsageError(
            f"cannot {reason} without a key, because others could read the documents: "
            "add one with python -m qa keys add NAME, or let everybody ask with --public"
        )
    return True


def is_loopback(host: str) -> bool:
    """Return whether a host, a name or an address, is reached from this machine only."""
    try:
        found = {parse_address(str(entry[4][0])) for entry in socket.getaddrinfo(host, None)}
    except OSError:
        return False  # listening on it fails with a better sentence
    return all(address is not None and address.is_loopback for address in found)
