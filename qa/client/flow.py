"""What a client does between calling a method and its result, apart from sending and sleeping.

A flow is a generator that yields what is to be done next and receives what came of it, so that the sync and the async
client differ only in how they do it (as ``httpx.Auth`` does).
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar, Unpack

import httpx

from qa.client.calls import Call, get_job, get_updates
from qa.client.errors import ApiError, ClientError, ConnectionFailed, JobNotFinished, UnexpectedResponse
from qa.client.job_types import Job
from qa.client.options import InCollection
from qa.client.retries import NOT_SENT, Effect, Retries, may_resend_failed, may_resend_refused, parse_retry_after

T = TypeVar("T")
UNFINISHED = frozenset({"queued", "building"})
# A build takes seconds; a job is asked for soon at first and then less often.
FIRST_PAUSE_S, MAX_PAUSE_S = 0.1, 2.0


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing is to be done for some seconds."""

    seconds: float


Flow: TypeAlias = Generator[Call[Any] | Pause, httpx.Response | httpx.RequestError | None, T]


def send(call: Call[T], retries: Retries, url: str) -> Flow[T]:
    """Send a request until it succeeds, and return its result; raise ClientError if it may not be sent again.

    ``url`` is the base URL, for messages.
    """
    tried = 0
    while True:
        outcome = yield call
        tried += 1
        if isinstance(outcome, httpx.Response):
            if outcome.is_success:
                return _read(call, outcome, url)
            error: ClientError = _read_problem(outcome)
            resend = may_resend_refused(call.effect, outcome.status_code, getattr(error, "code", None))
            wait_s = retries.choose_wait(tried, parse_retry_after(outcome.headers.get("Retry-After")))
        else:
            assert isinstance(outcome, httpx.RequestError)  # noqa: S101 — a client answers a call with nothing else
            error = _describe_failure(call, outcome, url)
            resend, wait_s = may_resend_failed(call.effect, outcome), retries.choose_wait(tried, None)
        if not resend or wait_s is None:
            raise error
        yield Pause(wait_s)


def wait_for_job(
    job: Job | str, timeout_s: float, retries: Retries, url: str, **place: Unpack[InCollection]
) -> Flow[Job]:
    """Return a job once it is published and served, held or failed; raise JobNotFinished after ``timeout_s`` of pauses.

    A server takes a moment to serve what was published.
    """
    name, waited_s, pause_s = job if isinstance(job, str) else job.id, 0.0, FIRST_PAUSE_S
    while True:
        found = yield from send(get_job(name, **place), retries, url)
        state = found.state
        if found.generation and state == "published":
            updates = yield from send(get_updates(**place), retries, url)
            if _is_as_new(updates.generation, found.generation):
                return found
            state = f"published, but {updates.generation} is served"
        elif state not in UNFINISHED:
            return found
        if waited_s >= timeout_s:
            why = f" ({found.reason})" if found.reason else ""
            raise JobNotFinished(f"job {name} is still {state} after {timeout_s:g} s{why}; wait longer")
        pause_s = min(pause_s, timeout_s - waited_s)
        yield Pause(pause_s)
        waited_s, pause_s = waited_s + pause_s, min(2 * pause_s, MAX_PAUSE_S)


def _is_as_new(served: str, generation: str) -> bool:
    """Return whether the served generation is a given one or one after it; names begin with a number of fixed width."""
    return served.partition("-")[0] >= generation.partition("-")[0]


def _read(call: Call[T], response: httpx.Response, url: str) -> T:
    try:
        return call.read(response)
    except ValueError as error:
        what = f"{call.method} {call.path} returned something else than the API describes ({error})"
        raise UnexpectedResponse(f"{what}; is {url} the address of a Netsphere server?") from error


def _read_problem(response: httpx.Response) -> ApiError:
    """Return the problem in a response; one of something else than Netsphere has no code."""
    try:
        problem = response.json()
    except ValueError:
        problem = None
    if not isinstance(problem, dict) or not isinstance(problem.get("code"), str):
        server = f"{response.request.url.scheme}://{response.request.url.netloc.decode()}"
        problem = {"detail": f"{server} answered {response.status_code} {response.reason_phrase} without a problem"}
    return ApiError(response.status_code, problem, response.headers.get("X-Request-ID"))


def _describe_failure(call: Call[T], error: httpx.RequestError, url: str) -> ConnectionFailed:
    unsure = call.effect is Effect.WRITE and not isinstance(error, NOT_SENT)
    why = str(error) or type(error).__name__
    if isinstance(error, NOT_SENT):
        message = f"cannot reach {url} ({why}); start a server there (python serve.py), or name another address"
    elif isinstance(error, httpx.TimeoutException):
        message = f"{url} did not answer in time ({why}); give it a longer read_s, or the question a timeout_ms"
    else:
        message = f"the connection to {url} broke ({why})"
    if unsure:
        message += "; the write may have succeeded, so look at the document or the jobs before you send it again"
    return ConnectionFailed(message, unsure)
