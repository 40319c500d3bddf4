"""A small HTTP server around one peer of ``benchmarks/comparison/``, run in the environment of that peer.

python -P benchmarks/speed/peer_server.py ADAPTER TEXTS INDEX WAY

One question at a time: the peers' connections to their databases are not made for several threads, and torch uses all
processors for each question. Imports nothing but the standard library and the peer.
"""

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock

# At the end of the path, so that no name of this project hides one of the peer's.
sys.path.append(str(Path(__file__).resolve().parents[2]))

from benchmarks.comparison.child import load_adapter
from benchmarks.comparison.protocol import Adapter, Place


class PeerServer(ThreadingHTTPServer):
    """Answers ``POST /v1/ask`` with the passages of the adapter."""

    daemon_threads = True
    # That of waitress, which serves the others: in a burst of arrivals none is lost by the kernel.
    request_queue_size = 1024

    def __init__(self, adapter: Adapter) -> None:
        """Listen on a free port."""
        super().__init__(("127.0.0.1", 0), PeerHandler)
        self._adapter, self._lock = adapter, Lock()

    def ask(self, question: str) -> bytes:
        """Return the passages as JSON."""
        with self._lock:
            reply = self._adapter.ask(question)
        passages = [{"document": one.document, "text": one.text, "score": float(one.score)} for one in reply.results]
        return json.dumps({"passages": passages}).encode()


class PeerHandler(BaseHTTPRequestHandler):
    """Reads a question and writes its answer; connections are kept."""

    protocol_version = "HTTP/1.1"
    # Without it, an answer whose head and body are two packets waits 40 ms for the client's acknowledgement.
    disable_nagle_algorithm = True
    server: PeerServer

    def do_POST(self) -> None:
        """Answer a question."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answer = self.server.ask(json.loads(body)["question"])
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *arguments: object) -> None:
        """Log nothing, as the baseline does."""


def main(name: str, texts: str, index: str, way: str = "") -> None:
    """Open what the peer has built, print the address and serve."""
    # What a peer prints while it loads must not come before the address.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    adapter = load_adapter(name, Place(Path(texts), Path(index), way))
    adapter.open()
    with PeerServer(adapter) as server:
        out.write(f"The peer answers on http://127.0.0.1:{server.server_port}\n")
        out.flush()
        server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
