"""Links of shared answers, made and read as docs/sharing.md describes them."""

import json
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any
from urllib.request import Request, urlopen

# zlib's name for deflate without a head.
RAW = -15
QUESTION = "Who directed the film?"


def pack(held: dict[str, Any]) -> str:
    """Return the fragment that holds this."""
    packer = zlib.compressobj(wbits=RAW)
    packed = packer.compress(json.dumps(held).encode()) + packer.flush()
    return urlsafe_b64encode(packed).decode().rstrip("=")


def unpack(fragment: str) -> Any:  # noqa: ANN401  (any JSON)
    """Return what a fragment holds."""
    return json.loads(zlib.decompress(urlsafe_b64decode(fragment + "=" * (-len(fragment) % 4)), RAW))


def make_shared(server: str) -> dict[str, Any]:
    """Return what the link of the answer to ``QUESTION`` holds, with the place that the server's API gives."""
    body = json.dumps({"question": QUESTION}).encode()
    with urlopen(Request(f"{server}/v1/ask", body, {"Content-Type": "application/json"})) as response:  # noqa: S310
        answer = json.load(response)
    sentence, document = answer["answer"]["sentence"], answer["passages"][0]["document"]
    source = {"document": document["id"], "sha256": document["sha256"], **sentence}
    turn = {"question": QUESTION, "status": "answered", "answer": [answer["answer"]["text"]], "sources": [source]}
    return {"version": 1, "date": "2026-11-29", "turns": [turn]}
