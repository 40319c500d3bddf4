"""The pages for administrators, which work without JavaScript.

The first line of a docstring is the summary in OpenAPI.
"""

from typing import Any

from flask import Response, make_response, render_template

from index.generation.metadata_filter import Selection
from index.writes.jobs import Job, JobState
from qa.web.admin.models import AdminQuery, DocumentsQuery, FeedbackQuery, IdQuery
from qa.web.admin.questions_view import build_questions_view, count_questions
from qa.web.requests.parsing import read_query
from qa.web.service import Service

PAGE_SIZE = 50
# The last jobs that are shown; those that are held are found among more.
MAX_JOBS, MAX_SEARCHED_JOBS = 30, 200
UNFINISHED = (JobState.QUEUED, JobState.BUILDING)


def overview(service: Service) -> Response:
    """Show what is served, what waits, and what visitors say, with links to the rest."""
    query = read_query(AdminQuery)
    chosen = service.choose(query.collection)
    jobs = _list_jobs(chosen)
    shown = {
        "index": chosen.engine.catalog.describe_index(),
        "waiting": _count_waiting(jobs),
        "held": _list_held(jobs),
        "failed": [job for job in jobs[:MAX_JOBS] if job.state is JobState.FAILED or job.problems],
        "feedback": chosen.count_feedback(),
        "questions": count_questions(chosen),
    }
    return _render("admin.html", service, query, **shown)


def feedback(service: Service) -> Response:
    """List what visitors have judged, newest first."""
    query = read_query(FeedbackQuery)
    chosen = service.choose(query.collection)
    total, verdicts = chosen.list_feedback(query.to_filter(), (query.page - 1) * PAGE_SIZE, PAGE_SIZE)
    known = {one.document for one in verdicts if chosen.engine.catalog.get_text(one.document)}
    shown = {"verdicts": verdicts, "total": total, "known": known, "size": PAGE_SIZE}
    return _render("admin_feedback.html", service, query, **shown)


def questions(service: Service) -> Response:
    """Show questions without an answer in groups, words that no document has, and what answers most."""
    query = read_query(AdminQuery)
    view = build_questions_view(service.choose(query.collection))
    return _render("admin_questions.html", service, query, view=view)


def documents(service: Service) -> Response:
    """List the documents, each with what can be done to it, and what became of the last changes."""
    query = read_query(DocumentsQuery)
    chosen = service.choose(query.collection)
    catalog, jobs = chosen.engine.catalog, _list_jobs(chosen)
    # The text itself, not a pattern: [ would begin a set of characters.
    literal = "".join(f"[{one}]" if one in "*?[" else one for one in query.text)
    selection = Selection((f"*{literal}*",)) if query.text else Selection()
    listed = catalog.list_documents((query.page - 1) * PAGE_SIZE, PAGE_SIZE, selection)
    shown = {"documents": listed, "total": catalog.count_documents(selection), "size": PAGE_SIZE}
    return _render(
        "admin_documents.html", service, query, jobs=jobs[:5], waiting=_count_waiting(jobs), **shown,
        max_mb=service.options.max_upload_bytes // 1_000_000,
    )  # fmt: skip


def confirm_removal(service: Service) -> Response:
    """Ask whether a document is to be removed."""
    query = read_query(IdQuery)
    found = service.choose(query.collection).get_document(query.id)
    return _render("admin_remove.html", service, query, document=found.info)


def builds(service: Service) -> Response:
    """Show the generations that are kept, what is held and what became of the last changes."""
    query = read_query(AdminQuery)
    chosen = service.choose(query.collection)
    jobs, writer = _list_jobs(chosen), chosen.writer
    shown: dict[str, Any] = {"generations": [], "is_pinned": False, "source": None}
    if writer.has_folder:
        shown = {
            "generations": writer.list_generations(),
            "is_pinned": writer.is_pinned(),
            "source": writer.find_source(),
        }
    held, waiting = _list_held(jobs), _count_waiting(jobs)
    return _render("admin_builds.html", service, query, jobs=jobs[:MAX_JOBS], held=held, waiting=waiting, **shown)


def _list_jobs(service: Service) -> list[Job]:
    return service.writer.list_jobs(MAX_SEARCHED_JOBS) if service.writer.has_folder else []


def _count_waiting(jobs: list[Job]) -> int:
    return sum(job.state in UNFINISHED for job in jobs)


def _list_held(jobs: list[Job]) -> list[Job]:
    """Return the newest job that is held, if there is one: its generation contains those before it."""
    return [job for job in jobs if job.state is JobState.HELD][:1]


def _render(template: str, service: Service, query: AdminQuery, **shown: object) -> Response:
    choices = service.collections.list_summaries() if len(service.collections) > 1 else ()
    chosen = service.choose(query.collection)
    page = render_template(template, query=query, choices=choices, chosen=chosen, **shown)
    return make_response(page)
