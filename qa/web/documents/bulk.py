"""The body of a request that writes many documents: NDJSON, or files in multipart/form-data."""

from flask import request
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from index.parsers import PARSERS, find_extension
from index.writes.journal import Write
from qa.web.documents.models import IdModel, RemovedLine, WrittenLine
from qa.web.documents.uploads import EXTENSIONS
from qa.web.errors.problems import MAX_ERRORS, Code, FieldError, ProblemError, format_value
from qa.web.requests.parsing import decode_json, validate

NDJSON_TYPES = frozenset({"application/x-ndjson", "application/ndjson", "application/jsonl"})
MULTIPART = "multipart/form-data"
MAX_FILES = 1000


def read_writes() -> list[Write]:
    """Return the writes in the body of the request; raise ProblemError if one of them is invalid."""
    if request.mimetype in NDJSON_TYPES and not request.content_encoding:
        writes = _read_lines(request.get_data(cache=False))
    elif request.mimetype == MULTIPART:
        writes = _read_files()
    else:
        sent = request.mimetype or "nothing"
        detail = f"The body was sent as {format_value(sent)}; send uncompressed application/x-ndjson or {MULTIPART}."
        raise ProblemError(Code.UNSUPPORTED_MEDIA_TYPE, detail)
    if not writes:
        raise ProblemError(Code.MISSING_FIELD, "The body names no document; send at least one.")
    return writes


def _read_lines(body: bytes) -> list[Write]:
    writes, errors = list[Write](), list[FieldError]()
    for number, line in enumerate(body.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if line.strip():
            try:
                writes.append(_read_line(line))
            except ProblemError as problem:
                where = f"line {number}"
                errors.append(FieldError(where, f"{where}: {str(problem).rstrip('.')}", Code.INVALID_LINE.word))
                if len(errors) == MAX_ERRORS:
                    break
    if errors:
        raise ProblemError.for_fields(errors)
    return writes


def _read_line(line: bytes) -> Write:
    value = decode_json(line)
    if isinstance(value, dict) and "delete" in value:
        return Write.of_removal(validate(RemovedLine, value).id)
    written = validate(WrittenLine, value)
    return Write.of_document(written.to_document(written.id))


def _read_files() -> list[Write]:
    request.max_form_parts = MAX_FILES
    try:
        files, fields = request.files, request.form
    except RequestEntityTooLarge:
        detail = f"A body has at most {request.max_content_length:,} bytes and {MAX_FILES:,} files; send several."
        raise ProblemError(Code.BODY_TOO_LARGE, detail) from None
    try:
        return _convert_files(files, fields)
    finally:
        request.close()


def read_replacement(id: str) -> Write:
    """Return the one file in the body as the document of an id; raise ProblemError if it is none.

    Its format is that of its own name, or else of the id: somebody may replace a text by a PDF.
    """
    name, files = validate(IdModel, {"id": id}).id, list(request.files.values())
    if len(files) != 1:
        raise ProblemError(Code.MISSING_FIELD, f"The body has {len(files)} files; send one to replace a document.")
    return _read_file(files[0], name, find_extension(files[0].filename or "") or find_extension(name))


def _convert_files(files: MultiDict[str, FileStorage], fields: MultiDict[str, str]) -> list[Write]:
    if fields:
        name = format_value(next(iter(fields)))
        detail = f"The field {name} is not a file; send files only, each with the id of its document as file name."
        raise ProblemError(Code.UNKNOWN_FIELD, detail)
    return [_read_named_file(file) for _, file in files.items(multi=True)]


def _read_named_file(file: FileStorage) -> Write:
    name = validate(IdModel, {"id": file.filename or ""}).id
    return _read_file(file, name, find_extension(name))


def _read_file(file: FileStorage, name: str, extension: str | None) -> Write:
    extension = extension or EXTENSIONS.get(file.mimetype)
    if extension is None:
        detail = f"No parser for the file {format_value(name)}; send one of {', '.join(PARSERS)}, or leave it out."
        raise ProblemError(Code.UNSUPPORTED_MEDIA_TYPE, detail)
    content = file.read()
    if not content:
        raise ProblemError(Code.MISSING_FIELD, f"The file {format_value(name)} is empty; fill it or leave it out.")
    return Write(name, extension, content)
