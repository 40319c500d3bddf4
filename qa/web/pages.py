"""The pages: HTML without a script. What they show is the very ``Answer`` that the API returns.

The full chat page takes the place of ``ask`` and ``ask.html``; the link ``/?q=…`` stays.
"""

from flask import Response, make_response, render_template, send_from_directory

from qa import phrases
from qa.catalog import PassageSpan
from qa.marks import pieces
from qa.web.problems import Code
from qa.web.reading import read_query
from qa.web.schemas import PageQuery
from qa.web.service import Service


def ask(service: Service) -> Response:
    """A form, and under it the answer to ``q`` if there is one."""
    question = read_query(PageQuery)
    answer = service.ask(question.request(), "q") if question.q else None
    page = render_template(
        "ask.html", q=question.q, answer=answer, index=service.engine.catalog.info(), phrases=phrases, pieces=pieces
    )
    return make_response(page)


def document(service: Service, id: str) -> Response:
    """One document, every passage with an anchor (``#p1900-2300``) that the browser marks."""
    view = service.document(id)
    stretches: list[tuple[str, PassageSpan | None]] = []
    done = 0
    for passage in view.passages:
        stretches += [(view.text[done : passage.start], None), (view.text[passage.start : passage.end], passage)]
        done = passage.end
    stretches.append((view.text[done:], None))
    return make_response(render_template("document.html", document=view.info, stretches=stretches))


def docs(service: Service) -> Response:
    """The OpenAPI document for the eye, and what each code of an error means."""
    return make_response(render_template("docs.html", spec=service.spec, codes=Code))


def static(service: Service, name: str) -> Response:
    """A file of the page itself."""
    return send_from_directory("static", name)
