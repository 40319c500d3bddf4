"""A mail: its headers and its text as a document, and each attachment that has a parser as another one.

Who wrote to whom and when is a sentence at the top of the text, because people ask for it. The text is kept as it is,
with signatures and quotations; so what is new comes first where the writer put it first.
"""

from collections.abc import Iterator
from email import policy
from email.parser import BytesParser
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

from index.errors import LoadError
from index.parsers.inner_file import InnerFile
from index.parsers.mail.headers import Headers, Mail, read_headers
from index.parsers.mail.parts import Parts, read_content
from index.parsers.text_builder import TextBuilder
from index.types import Document, LoadProblem

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
ENCRYPTED_TYPES = frozenset({"multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"})
ENCRYPTED = "is encrypted; save a decrypted copy in your mail program, or leave it out"
TOO_DEEP = "has parts inside parts to a depth that no mail program makes; save it again or leave it out"


def parse_eml(path: Path, id: str) -> Iterator[Document | InnerFile | LoadProblem]:
    """Yield the mail, then its attachments; a mail inside it is a document of its own, with its own attachments.

    Raise LoadError for an encrypted mail, and for a file that is no mail.
    """
    data = path.read_bytes().removeprefix(BYTE_ORDER_MARK)
    try:
        mail: Mail = BytesParser(policy=policy.compat32).parsebytes(data)
        yield from _read_mail(mail, id, "")
    except RecursionError as error:
        raise LoadError(TOO_DEEP) from error


def _read_mail(mail: Mail, id: str, inner: str) -> Iterator[Document | InnerFile | LoadProblem]:
    """Yield a mail and its attachments; ``inner`` is its path inside the file ``id``, empty for the file itself."""
    try:
        headers = read_headers(mail)
        if _is_encrypted(mail):
            raise LoadError(ENCRYPTED)
    except LoadError as error:
        if not inner:
            raise
        yield LoadProblem(f"{id}/{inner}", str(error))
        return
    parts = Parts()
    parts.add(mail)
    attachments = _number_names(parts)
    title = headers.subject or PurePosixPath(inner).stem
    yield _build_text(headers, parts, list(attachments)).build(_join(id, inner), title, headers.metadata)
    for name, part in attachments.items():
        if part.get_content_type() == "message/rfc822" and part.is_multipart():
            forwarded: Any = part.get_payload(0)
            yield from _read_mail(forwarded, id, _join(inner, name))
        else:
            content = read_content(part)
            yield InnerFile(_join(inner, name), len(content), partial(bytes, content), is_optional=True)


def _build_text(headers: Headers, parts: Parts, attachments: list[str]) -> TextBuilder:
    builder = TextBuilder()
    builder.begin_place(headers.place)
    builder.add_heading(headers.subject)
    if attachments:
        builder.add_paragraph(f"Attachments: {', '.join(attachments)}")
    builder.add_paragraph(headers.sentence)
    for body in parts.bodies:
        body.add_to(builder, f"quoted in the {headers.place}")
    return builder


def _number_names(parts: Parts) -> dict[str, Mail]:
    """Return the attachments by name; of two with the same name, the second is "name (2).pdf"."""
    named: dict[str, Mail] = {}
    for name, part in parts.attachments:
        stem, dot, extension = name.rpartition(".")
        number, free = 1, name
        while free in named:
            number += 1
            free = f"{stem} ({number}).{extension}" if dot else f"{name} ({number})"
        named[free] = part
    return named


def _is_encrypted(mail: Mail) -> bool:
    kind = mail.get_content_type()
    # One that is only signed has the same type, but says so.
    return kind in ENCRYPTED_TYPES and mail.get_param("smime-type") not in {"signed-data", "certs-only"}


def _join(before: str, name: str) -> str:
    return "/".join(filter(None, (before, name)))
