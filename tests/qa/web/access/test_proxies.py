"""What a named proxy says about a client is believed, what anybody else says is not."""

from typing import Any

import pytest
from flask import Flask, request

from index.errors import UsageError
from qa.web.access.proxies import TrustedProxies, parse_networks
from qa.web.app import create_app
from qa.web.service import AppOptions
from tests.qa.web.helpers import HandMade

PROXIES = "127.0.0.1, 10.0.0.0/8, fd00::/8"
FORWARDED = {
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "ask.example",
    "X-Forwarded-Prefix": "/docs-search",
}


def seen(proxies: str, peer: str, headers: dict[str, str]) -> list[str]:
    """What the application knows about a request that comes from ``peer``."""
    app = Flask(__name__)
    app.add_url_rule("/", "see", lambda: [request.remote_addr, request.scheme, request.host, request.root_path])
    app.wsgi_app = TrustedProxies(app.wsgi_app, parse_networks(proxies))  # type: ignore[method-assign]
    value: list[str] = app.test_client().get("/", headers=headers, environ_base={"REMOTE_ADDR": peer}).get_json()
    return value


@pytest.mark.parametrize("peer", ["127.0.0.1", "10.1.2.3", "::ffff:10.1.2.3", "fd00::1"])
def test_a_named_proxy_is_believed(peer: str) -> None:
    """The client's address, the scheme, the host and the prefix."""
    assert seen(PROXIES, peer, FORWARDED) == ["203.0.113.9", "https", "ask.example", "/docs-search"]


@pytest.mark.parametrize(("proxies", "peer"), [("", "127.0.0.1"), (PROXIES, "192.0.2.1"), (PROXIES, "127.0.0.2")])
def test_nobody_else_is(proxies: str, peer: str) -> None:
    """Not even the machine itself, unless it is named."""
    assert seen(proxies, peer, FORWARDED) == [peer, "http", "localhost", ""]


@pytest.mark.parametrize(
    ("sent", "client"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("6.6.6.6, 203.0.113.9", "203.0.113.9"),
        ("6.6.6.6, 203.0.113.9, 10.1.1.1", "203.0.113.9"),
        ("6.6.6.6, nonsense, 10.1.1.1", "10.1.1.1"),
        ("127.0.0.1", "127.0.0.1"),
        ("10.9.9.9, 10.1.1.1", "10.9.9.9"),
        ("nonsense", "127.0.0.1"),
        ("", "127.0.0.1"),
        ("2001:db8::1", "2001:db8::1"),
    ],
)
def test_the_client_is_the_last_address_that_no_trusted_proxy_has(sent: str, client: str) -> None:
    """What a client writes in front of it, to be taken for another one, does not count."""
    assert seen(PROXIES, "127.0.0.1", {"X-Forwarded-For": sent})[0] == client


@pytest.mark.parametrize(
    "prefix",
    ["//evil.example", "/a//evil.example", "http://evil.example", "evil", "/a/", "/..", "/a/../b", "/a?b", "/a#b",
     '/a"><script>', "/\\evil.example", "/a b", "/", "/%2f/evil.example"],
)  # fmt: skip
def test_a_prefix_never_leads_to_another_site(prefix: str) -> None:
    """It is put before every link and script of the page, so only plain path segments are taken."""
    environ: dict[str, Any] = {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_PREFIX": prefix, "SCRIPT_NAME": ""}
    TrustedProxies(lambda environ, _: [environ["SCRIPT_NAME"].encode()], parse_networks(PROXIES))(environ, None)
    assert environ["SCRIPT_NAME"] == ""


def test_the_page_is_served_below_a_prefix() -> None:
    """Its links, scripts and forms begin with it."""
    client = create_app(HandMade(), AppOptions(proxies=parse_networks("127.0.0.1"))).test_client()
    page = client.get("/?q=Who", headers={"X-Forwarded-Prefix": "/x"})
    assert page.status_code == 200
    assert 'src="/x/static/chat.js?v=' in page.text
    assert 'action="/x/"' in page.text
    assert 'href="/' not in page.text.replace('href="/x/', "")


@pytest.mark.parametrize(
    "header", [{"X-Forwarded-Proto": "gopher"}, {"X-Forwarded-Host": "a/../b"}, {"X-Forwarded-Proto": ""}]
)
def test_other_values_that_make_no_sense_are_ignored(header: dict[str, str]) -> None:
    """As if they had not been sent."""
    assert seen(PROXIES, "127.0.0.1", header) == ["127.0.0.1", "http", "localhost", ""]


@pytest.mark.parametrize("text", ["proxy.example", "10.0.0.1/8", "1.2.3", "10.0.0.0/33", "127.0.0.1 10.0.0.1"])
def test_a_proxy_is_an_address_or_a_network(text: str) -> None:
    """Anything else is an error that shows the value."""
    with pytest.raises(UsageError, match=r"invalid value .* for proxies: must be addresses or networks"):
        parse_networks(text)
    assert parse_networks("") == ()
