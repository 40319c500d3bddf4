"""gunicorn worker that answers unreadable requests with problem+json and closes the application when it ends."""

from http import HTTPStatus
from socket import socket

from gunicorn import util
from gunicorn.workers.gthread import ThreadWorker

from qa.web.errors.handlers import to_problem
from qa.web.errors.problems import MEDIA_TYPE, Code, ProblemError, encode_problem
from qa.web.metrics import choose_request_id, format_server_timing
from qa.web.security import HEADERS


class ProblemWorker(ThreadWorker):
    """Worker whose own failures, before the application sees a request, have the shape of every other failure."""

    def handle_error(self, req: object, client: socket, addr: object, exc: BaseException) -> None:
        """Answer a request that gunicorn cannot read; gunicorn closes the connection afterwards."""
        problem = to_problem(exc)
        request_id = choose_request_id(None)
        if problem.code is Code.INTERNAL_ERROR:
            self.log.error("request %s failed", request_id, exc_info=exc)
        try:
            util.write_nonblock(client, encode_response(problem, request_id))
        except OSError:
            self.log.debug("the client of request %s disconnected before its answer", request_id)


def encode_response(problem: ProblemError, request_id: str) -> bytes:
    """Return the whole response, head and body."""
    status, body = HTTPStatus(problem.code.status), encode_problem(problem)
    headers = {
        "Content-Type": MEDIA_TYPE,
        "Content-Length": str(len(body)),
        "Connection": "close",
        "X-Request-ID": request_id,
        "Server-Timing": format_server_timing(0.0),
        **HEADERS,
    }
    lines = [f"HTTP/1.1 {status.value} {status.phrase}", *(f"{key}: {value}" for key, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body
