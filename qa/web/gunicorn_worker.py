"""The gunicorn worker: what the server refuses before the application sees it is a problem, too."""

from http import HTTPStatus
from socket import socket

from gunicorn import util
from gunicorn.workers.gthread import ThreadWorker

from qa.web.errors.handlers import refusal
from qa.web.errors.problems import MEDIA_TYPE, Code, Refusal, encode
from qa.web.metrics import request_id, timing
from qa.web.security import HEADERS


class ProblemWorker(ThreadWorker):
    """Answers a request that cannot be parsed in the shape of every other failure."""

    def handle_error(self, req: object, client: socket, addr: object, exc: BaseException) -> None:
        """Called by gunicorn in place of the application; the connection is closed afterwards."""
        refused = refusal(exc)
        name = request_id(None)
        if refused.code is Code.INTERNAL_ERROR:
            self.log.error("request %s failed", name, exc_info=exc)
        try:
            util.write_nonblock(client, response(refused, name))
        except OSError:
            self.log.debug("the caller of request %s was gone before its answer", name)


def response(refused: Refusal, name: str) -> bytes:
    """The whole response, head and body."""
    status, body = HTTPStatus(refused.code.status), encode(refused)
    headers = {
        "Content-Type": MEDIA_TYPE,
        "Content-Length": str(len(body)),
        "Connection": "close",
        "X-Request-ID": name,
        "Server-Timing": timing(0.0),
        **HEADERS,
    }
    lines = [f"HTTP/1.1 {status.value} {status.phrase}", *(f"{key}: {value}" for key, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body
