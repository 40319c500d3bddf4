"""The routes that write documents. The first line of a docstring is the summary in OpenAPI."""

from flask import Response, request

from index.writes.jobs import Job
from qa.web.documents.bulk import read_writes
from qa.web.documents.models import IdModel, JobList, JobsQuery, Updates
from qa.web.documents.uploads import read_document
from qa.web.requests.models import NoQuery
from qa.web.requests.parsing import read_query, validate
from qa.web.responses import json_response
from qa.web.service import Service

ACCEPTED = 202


def put(service: Service, id: str) -> Response:
    """Store or replace a document: a file, or JSON with its text."""
    _start_writing(service)
    name = validate(IdModel, {"id": id}).id
    return _accept(service.writer.write([read_document(name)]))


def delete(service: Service, id: str) -> Response:
    """Remove a document."""
    _start_writing(service)
    return _accept(service.writer.remove(validate(IdModel, {"id": id}).id))


def post(service: Service) -> Response:
    """Write many documents, all or none: NDJSON, or files whose names are the ids."""
    _start_writing(service)
    return _accept(service.writer.write(read_writes()))


def updates(service: Service) -> Response:
    """Return whether the documents are being changed. Needs no key that may write, unlike the jobs."""
    read_query(NoQuery)
    generation = service.engine.catalog.describe_index().generation
    return json_response(Updates(generation, service.writer.count_waiting()))


def jobs(service: Service) -> Response:
    """List the last jobs, newest first."""
    return json_response(JobList(tuple(service.writer.list_jobs(read_query(JobsQuery).limit))))


def job(service: Service, id: str) -> Response:
    """Return what became of a write: queued, building, held, published or failed."""
    read_query(NoQuery)
    return json_response(service.writer.find_job(id))


def publish(service: Service, id: str) -> Response:
    """Serve the generation of a job that is held."""
    read_query(NoQuery)
    return json_response(service.writer.publish(id))


def _start_writing(service: Service) -> None:
    read_query(NoQuery)
    # Documents are larger than questions.
    request.max_content_length = service.options.max_upload_bytes


def _accept(job: Job) -> Response:
    response = json_response(job)
    response.status_code = ACCEPTED
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return response
