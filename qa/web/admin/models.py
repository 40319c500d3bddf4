"""Models of the query strings and forms of the pages for administrators, which are read with lenience."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from qa.web.documents.models import DocumentId
from qa.web.feedback_list import FeedbackFilter
from qa.web.requests.base import WithoutNul
from qa.web.requests.collections import OneName
from qa.web.requests.models import QueryInteger, trim
from qa.web.requests.page_models import LenientModel

# What an action has done, which the next page says.
Done = Literal["", "added", "replaced", "removed", "published", "rolled_back", "rebuilding"]
SearchText = Annotated[WithoutNul, StringConstraints(max_length=200), BeforeValidator(trim)]
# Empty, as a form sends a field that was left blank.
Day = Annotated[str, StringConstraints(pattern=r"^(\d{4}-\d\d-\d\d)?$")]
PageNumber = Annotated[int, Field(ge=1, le=10**6), QueryInteger]


class AdminQuery(LenientModel):
    """The collection that a page is about, and what was just done."""

    collection: OneName = None
    done: Done = ""


class FeedbackQuery(AdminQuery):
    """Which verdicts are listed."""

    verdict: Literal["", "right", "wrong"] = ""
    about: Literal["", "passage", "answer"] = ""
    text: SearchText = ""
    since: Day = ""
    until: Day = ""
    page: PageNumber = 1

    def to_filter(self) -> FeedbackFilter:
        """Return the filter of the store."""
        return FeedbackFilter(self.verdict, self.about, self.text, self.since, self.until)


class DocumentsQuery(AdminQuery):
    """Which documents are listed: those with a text in their name."""

    text: SearchText = ""
    page: PageNumber = 1


class IdQuery(AdminQuery):
    """The document that is meant."""

    id: DocumentId


class JobForm(LenientModel):
    """The job whose generation is to be served."""

    job: Annotated[WithoutNul, StringConstraints(min_length=1, max_length=20)]


class GenerationForm(LenientModel):
    """The generation to serve."""

    to: Annotated[str, StringConstraints(pattern=r"^[0-9]{6,}-[0-9a-f]{8}$")]
