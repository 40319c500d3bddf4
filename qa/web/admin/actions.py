"""What the forms of the pages for administrators do; each leads back to its page.

The first line of a docstring is the summary in OpenAPI.
"""

from flask import Response, make_response, redirect, request, url_for

from qa.web.admin.models import AdminQuery, Done, GenerationForm, IdQuery, JobForm
from qa.web.documents.bulk import read_replacement, read_writes
from qa.web.requests.parsing import read_form, read_query
from qa.web.service import Service


def upload(service: Service) -> Response:
    """Add the files of a form as documents; one whose name is known replaces that document."""
    query = read_query(AdminQuery)
    _allow_documents(service)
    service.choose(query.collection).writer.write(read_writes())
    return _go_back("admin.documents", query, "added")


def replace(service: Service) -> Response:
    """Replace a document by the file of a form."""
    query = read_query(IdQuery)
    _allow_documents(service)
    service.choose(query.collection).writer.write([read_replacement(query.id)])
    return _go_back("admin.documents", query, "replaced")


def remove(service: Service) -> Response:
    """Remove a document."""
    query = read_query(IdQuery)
    service.choose(query.collection).writer.remove(query.id)
    return _go_back("admin.documents", query, "removed")


def publish(service: Service) -> Response:
    """Serve the generation of a job that is held."""
    query = read_query(AdminQuery)
    service.choose(query.collection).writer.publish(read_form(JobForm).job)
    return _go_back("admin.builds", query, "published")


def roll_back(service: Service) -> Response:
    """Serve another generation that is kept; what is built later is held."""
    query = read_query(AdminQuery)
    service.choose(query.collection).writer.roll_back(read_form(GenerationForm).to)
    return _go_back("admin.builds", query, "rolled_back")


def rebuild(service: Service) -> Response:
    """Read the folder again that the index was built from, and build what changed in it."""
    query = read_query(AdminQuery)
    service.choose(query.collection).writer.rebuild()
    return _go_back("admin.builds", query, "rebuilding")


def _allow_documents(service: Service) -> None:
    # They are larger than questions.
    request.max_content_length = service.options.max_upload_bytes


def _go_back(endpoint: str, query: AdminQuery, done: Done) -> Response:
    return make_response(redirect(url_for(endpoint, collection=query.collection, done=done), 303))
