"""Clients of the HTTP API, sync and async; they need httpx and nothing else of Netsphere's libraries.

>>> from qa.client import Client
>>> with Client("http://127.0.0.1:8000") as client:  # doctest: +SKIP
...     client.ask("Who directed the film?").text
"""

from qa.client.client import AsyncClient, Client
from qa.client.errors import ApiError, ClientError, ConnectionFailed, FieldError, JobNotFinished, UnexpectedResponse
from qa.client.options import AskOptions, BulkLine, Conditions, InCollection, QuestionBody
from qa.client.retries import Retries, Timeouts

__all__ = [
    "ApiError",
    "AskOptions",
    "AsyncClient",
    "BulkLine",
    "Client",
    "ClientError",
    "Conditions",
    "ConnectionFailed",
    "FieldError",
    "InCollection",
    "JobNotFinished",
    "QuestionBody",
    "Retries",
    "Timeouts",
    "UnexpectedResponse",
]
