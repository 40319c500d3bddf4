"""The configuration of docs/nginx.md, run by a real nginx in front of a real server."""

import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from qa.web.access.keys import KeyStore
from tests.qa.web.server.process import ready

ROOT = Path(__file__).parents[4]
NGINX, OPENSSL = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin"), shutil.which("openssl")
# CI installs nginx and skips nothing.
pytestmark = pytest.mark.skipif(
    not (NGINX and OPENSSL) and "CI" not in os.environ, reason="needs nginx and openssl: apt-get install nginx openssl"
)
HOST = "ask.example.org"
JSON = {"Content-Type": "application/json"}
# The application that docs/nginx.md starts, which also says what it knows about a request.
APP = """
from flask import jsonify, request
from qa.web.access.keys import KeyStore
from qa.web.access.proxies import parse_networks
from qa.web.service import AppOptions

def make_proxied():
    options = AppOptions(
        keys=Path({keys!r}), key_needed={key_needed}, hosts=("ask.example.org",), proxies=parse_networks("127.0.0.1")
    )
    app = create_app(HandMade(), options)
    app.add_url_rule("/seen", "seen", lambda: jsonify([request.remote_addr, request.scheme, request.root_path]))
    return app
"""
MAIN = """
daemon off;
user root;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {site}
}}
"""


@dataclass(frozen=True)
class Reply:
    """A response that was read."""

    status: int
    headers: Message
    text: str

    @property
    def json(self) -> Any:  # noqa: ANN401  (any JSON)
        return json.loads(self.text)


@dataclass(frozen=True)
class Site:
    """An nginx in front of a server, with its certificate and its log."""

    port: int
    certificate: Path
    log: Path

    def send(self, method: str, url: str, body: str | None = None, headers: dict[str, str] = JSON) -> Reply:
        """Send a request over TLS, as to ask.example.org."""
        context = ssl.create_default_context(cafile=self.certificate)
        connection = HTTPConnection(HOST, self.port, timeout=20)
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        connection.sock = context.wrap_socket(plain, server_hostname=HOST)
        connection.request(method, url, body, headers)
        response = connection.getresponse()
        text = response.read().decode()
        connection.close()
        return Reply(response.status, response.headers, text)


def read_configuration(folder: Path, server_port: int, port: int) -> str:
    """The site of the document, with the location of a prefix within, and the paths and ports of the test."""
    site, prefix = re.findall(r"```nginx\n(.*?)```", (ROOT / "docs/nginx.md").read_text(encoding="utf-8"), re.DOTALL)
    site = f"{site.rstrip().removesuffix('}')}{prefix}}}"
    for documented, here in (
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("127.0.0.1:8000", f"127.0.0.1:{server_port}"),
        ("/etc/ssl/certs/ask.example.org.pem", f"{folder}/certificate.pem"),
        ("/etc/ssl/private/ask.example.org.key", f"{folder}/key.pem"),
        ("/var/log/nginx/netsphere.log", f"{folder}/access.log"),
        ("/etc/nginx/netsphere", str(ROOT / "docs" / "deploy")),
    ):
        assert site.count(documented) == 1
        site = site.replace(documented, here)
    return MAIN.format(folder=folder, site=site)


@contextmanager
def run_nginx(folder: Path, server_port: int) -> Iterator[Site]:
    """Run nginx with the documented configuration in front of a server."""
    subject = ["-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}", "-days", "2"]
    files = ["-keyout", folder / "key.pem", "-out", folder / "certificate.pem"]
    command = [str(OPENSSL), "req", "-x509", "-newkey", "rsa:2048", "-nodes", *subject, *files]
    subprocess.run(command, check=True, capture_output=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    configuration = folder / "nginx.conf"
    configuration.write_text(read_configuration(folder, server_port, port), encoding="utf-8")
    with subprocess.Popen([str(NGINX), "-c", configuration, "-p", folder], stderr=subprocess.PIPE) as process:
        try:
            wait_for(port, process)
            yield Site(port, folder / "certificate.pem", folder / "access.log")
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


@pytest.fixture(scope="module", params=[False, True], ids=["open", "with keys"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site, open to everybody or for people with keys; several tests ask it."""
    folder = tmp_path_factory.mktemp("nginx")
    before = APP.format(keys=str(folder / "keys.sqlite"), key_needed=request.param)
    with ready("make_proxied()", before) as (_, server_port), run_nginx(folder, server_port) as site:
        yield site


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"nginx does not listen: {process.stderr.read().decode() if process.stderr else ''}")


only_open = pytest.mark.parametrize("site", [False], ids=["open"], indirect=True)
only_with_keys = pytest.mark.parametrize("site", [True], ids=["with keys"], indirect=True)


@only_open
def test_the_client_is_known_and_cannot_invent_itself(site: Site) -> None:
    """Its address and HTTPS are known; headers that it sends itself are not passed on."""
    forged = {
        "X-Forwarded-For": "6.6.6.6",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Prefix": "/evil",
        "Script-Name": "//evil.example",
    }
    for headers in ({}, forged):
        assert site.send("GET", "/seen", headers=headers).json == ["127.0.0.1", "https", ""]
    page = site.send("GET", "/?q=Who", headers=forged).text
    assert 'src="/static/chat.js?v=' in page and "evil" not in page


@only_open
def test_everything_works_below_a_path(site: Site) -> None:
    """The links of a page begin with it, and lead somewhere."""
    assert site.send("GET", "/docs-search/seen").json == ["127.0.0.1", "https", "/docs-search"]
    page = site.send("GET", "/docs-search/?q=Who").text
    links = set(re.findall(r'(?:href|src|action)="(/[^"#?]*)', page))
    assert len(links) >= 4 and all(link.startswith("/docs-search/") for link in links)
    assert {link: site.send("GET", link).status for link in links} == dict.fromkeys(links, 200)


@only_open
def test_the_longest_question_and_the_largest_body_arrive(site: Site) -> None:
    """The server itself says what is too much, up to twice its limit."""
    assert site.send("GET", f"/v1/ask?q={quote('😀' * 1000)}").status == 200
    body = json.dumps({"question": "Who?"})
    assert site.send("POST", "/v1/ask", body.ljust(1024 * 1024)).status == 200
    refused = site.send("POST", "/v1/ask", body.ljust(1024 * 1024 + 1))
    assert (refused.status, refused.json["code"]) == (413, "body_too_large")
    assert site.send("POST", "/v1/ask", body.ljust(3 * 1024 * 1024)).status == 413
    upload = site.send("PUT", "/v1/documents/a.txt", "x" * 3 * 1024 * 1024, {"Content-Type": "text/plain"})
    assert (upload.status, upload.json["code"]) == (401, "unauthorized")


@only_open
def test_questions_are_not_in_its_log(site: Site) -> None:
    """The path and the status are."""
    assert site.send("GET", "/v1/ask?q=Why+is+my+skin+yellow").status == 200
    end = time.monotonic() + 20
    while "GET /v1/ask 200" not in site.log.read_text() and time.monotonic() < end:
        time.sleep(0.05)
    assert "GET /v1/ask 200" in site.log.read_text()
    assert "yellow" not in site.log.read_text()


def test_a_server_that_does_not_respond_has_a_page(tmp_path: Path) -> None:
    """The documented one, with the status of nginx; it loads nothing from the server."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        nobody = free.getsockname()[1]
    with run_nginx(tmp_path, nobody) as site:
        page = site.send("GET", "/?q=Who")
        assert (page.status, page.headers.get_content_type()) == (502, "text/html")
        assert "cannot be asked right now" in page.text
        assert not re.search(r"(?:src|href)=", page.text)
        assert site.send("GET", "/unavailable.html").status == 404


@only_open
def test_metrics_stay_inside(site: Site) -> None:
    """Whoever asks through nginx does not get them; readiness is for everybody."""
    assert [site.send("GET", path).status for path in ("/metrics", "/readyz", "/healthz")] == [404, 200, 200]


@only_open
def test_other_hosts_and_sites_are_refused(site: Site) -> None:
    """As without nginx; the site's own pages may send their forms."""
    assert site.send("GET", "/", headers={"Host": "evil.example"}).status == 421
    body = json.dumps({"question": "Who?"})
    for origin, status in (("https://evil.example", 403), (f"https://{HOST}:{site.port}", 200)):
        assert site.send("POST", "/v1/ask", body, JSON | {"Origin": origin}).status == status


@only_with_keys
def test_people_sign_in_through_it(site: Site) -> None:
    """The form leads to the page, also below a path, and the cookie is sent over HTTPS only."""
    key = KeyStore(site.log.parent / "keys.sqlite").add_key("visitor", ["ask"])
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for prefix in ("", "/docs-search"):
        led = site.send("GET", f"{prefix}/?q=Who")
        assert (led.status, led.headers["Location"]) == (303, f"{prefix}/sign-in?next={prefix}/?q%3DWho")
        signed = site.send(
            "POST", led.headers["Location"], f"key={key}", form | {"Origin": f"https://{HOST}:{site.port}"}
        )
        assert (signed.status, signed.headers["Location"]) == (303, f"{prefix}/?q=Who")
        cookie, *attributes = signed.headers["Set-Cookie"].split("; ")
        assert {"Secure", "HttpOnly", "SameSite=Strict", f"Path={prefix}/"} < set(attributes)
        assert site.send("GET", f"{prefix}/?q=Who", headers={"Cookie": cookie}).status == 200
        assert site.send("GET", f"{prefix}/v1/index").status == 401
