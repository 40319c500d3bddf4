"""Trusted proxies: whose ``X-Forwarded-`` headers say who the client is and by which address it came."""

import re
from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, TypeAlias

from werkzeug.middleware.proxy_fix import ProxyFix

from index.errors import UsageError

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network
WsgiApp: TypeAlias = Callable[[dict[str, Any], Any], Iterable[bytes]]

CLIENT = "HTTP_X_FORWARDED_FOR"
# What a value must be. A prefix becomes the start of every link: "//evil.example" would lead to another site.
VALID = {
    "HTTP_X_FORWARDED_PROTO": re.compile(r"https?"),
    "HTTP_X_FORWARDED_HOST": re.compile(r"[A-Za-z0-9_.:\[\]-]+"),
    "HTTP_X_FORWARDED_PREFIX": re.compile(r"(/[A-Za-z0-9_~-][A-Za-z0-9_.~-]*)+"),
}


class TrustedProxies:
    """WSGI middleware that believes the headers of proxies in ``networks`` and removes those of everybody else."""

    def __init__(self, app: WsgiApp, networks: Sequence[Network]) -> None:
        """Wrap an application. The headers are applied by Werkzeug, which believes whatever it is given."""
        self._app, self._networks = app, networks
        self._believing = ProxyFix(app, x_prefix=1, x_host=1)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:  # noqa: ANN401 — as WSGI has it
        """Answer a request with its client, scheme, host and prefix as the proxies say, or as they are."""
        client = parse_address(environ.get("REMOTE_ADDR", "")) if self._networks else None
        values = {name: environ.pop(name, "").rpartition(",")[2].strip() for name in VALID}
        addresses = environ.pop(CLIENT, "").split(",")
        if not client or not self._is_trusted(client):
            return self._app(environ, start_response)
        environ |= {name: value for name, value in values.items() if VALID[name].fullmatch(value)}
        environ[CLIENT] = str(self._find_client(client, addresses))
        return self._believing(environ, start_response)

    def _find_client(self, nearest: Address, addresses: Sequence[str]) -> Address:
        """Return the last address that is not a trusted proxy's; what is before it may be the client's invention."""
        found = nearest
        for text in reversed(addresses):
            address = parse_address(text.strip())
            if address is None:
                break
            found = address
            if not self._is_trusted(address):
                break
        return found

    def _is_trusted(self, address: Address) -> bool:
        return any(address in network for network in self._networks)


def parse_address(text: str) -> Address | None:
    """Return an IP address, that of IPv4 if it is mapped into IPv6; None if the text is none."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def parse_networks(text: str) -> tuple[Network, ...]:
    """Return the networks of a list of addresses and networks with commas between them. Raises UsageError."""
    try:
        return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise UsageError(
            f"invalid value {text!r} for proxies: must be addresses or networks with commas between them ({error})"
        ) from error
