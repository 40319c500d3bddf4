"""The routes that write documents. The first line of a docstring is the summary in OpenAPI."""

from flask import Response, request

from index.writes.jobs import Job
from qa.web.documents.bulk import read_writes
from qa.web.documents.models import IdModel, JobList, JobsQuery, Updates
from qa.web.documents.uploads import read_document
from qa.web.requests.collections import CollectionQuery
from qa.web.requests.parsing import read_query, validate
from qa.web.responses import json_response
from qa.web.service import Service

ACCEPTED = 202


def put(service: Service, id: str) -> Response:
    """Store or replace a document: a file, or JSON with its text."""
    chosen = _start_writing(service)
    name = validate(IdModel, {"id": id}).id
    return _accept(chosen.writer.write([read_document(name)]))


def delete(service: Service, id: str) -> Response:
    """Remove a document."""
    chosen = _start_writing(service)
    return _accept(chosen.writer.remove(validate(IdModel, {"id": id}).id))


def post(service: Service) -> Response:
    """Write many documents, all or none: NDJSON, or files whose names are the ids."""
    return _accept(_start_writing(service).writer.write(read_writes()))


def updates(service: Service) -> Response:
    """Return whether the documents are being changed. Needs no key that may write, unlike the jobs."""
    chosen = _choose(service)
    generation = chosen.engine.catalog.describe_index().generation
    return json_response(Updates(generation, chosen.writer.count_waiting()))


def jobs(service: Service) -> Response:
    """List the last jobs, newest first."""
    query = read_query(JobsQuery)
    return json_response(JobList(tuple(service.choose(query.collection).writer.list_jobs(query.limit))))


def job(service: Service, id: str) -> Response:
    """Return what became of a write: queued, building, held, published or failed."""
    return json_response(_choose(service).writer.find_job(id))


def publish(service: Service, id: str) -> Response:
    """Serve the generation of a job that is held."""
    return json_response(_choose(service).writer.publish(id))


def _choose(service: Service) -> Service:
    """Return the service of the collection that the query names."""
    return service.choose(read_query(CollectionQuery).collection)


def _start_writing(service: Service) -> Service:
    """Return the service of the collection to write to."""
    # Documents are larger than questions.
    request.max_content_length = service.options.max_upload_bytes
    return _choose(service)


def _accept(job: Job) -> Response:
    response = json_response(job)
    response.status_code = ACCEPTED
    # Each collection counts its own jobs, so that their ids need its name.
    named = request.query_string.decode()
    response.headers["Location"] = f"/v1/jobs/{job.id}" + (f"?{named}" if named else "")
    return response
