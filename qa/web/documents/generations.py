"""The routes about generations: what is kept, what is served, and reading the folder again.

The first line of a docstring is the summary in OpenAPI.
"""

from flask import Response

from qa.web.documents.models import GenerationList, RollbackQuery
from qa.web.requests.collections import CollectionQuery
from qa.web.requests.parsing import read_query
from qa.web.responses import json_response
from qa.web.service import Service

ACCEPTED = 202


def generations(service: Service) -> Response:
    """List the generations that are kept, newest first, and which one is served."""
    return _list_generations(service.choose(read_query(CollectionQuery).collection))


def roll_back(service: Service) -> Response:
    """Serve the generation before the current one, or the one that is named; what is built later is held."""
    query = read_query(RollbackQuery)
    chosen = service.choose(query.collection)
    chosen.writer.roll_back(query.to)
    return _list_generations(chosen)


def rebuild(service: Service) -> Response:
    """Read the folder again that the index was built from, and build what changed in it."""
    response = json_response(service.choose(read_query(CollectionQuery).collection).writer.rebuild())
    response.status_code = ACCEPTED
    return response


def _list_generations(service: Service) -> Response:
    listed = tuple(service.writer.list_generations())
    return json_response(GenerationList(listed, service.writer.is_pinned()))
