"""Models of filters: in bodies, in query strings, and in the tools of an agent."""

import json
import re
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, StringConstraints

from index.errors import UsageError
from index.generation.metadata import MAX_VALUE_CHARS, MAX_VALUES
from index.generation.metadata_filter import FROM, TO, MetadataFilter, Selection, check_date
from qa.web.requests.base import TRIMMED_PATTERN, Pattern, StrictModel, WithoutNul

DATE_PATTERN = r"^[1-9][0-9]{3}(-(0?[1-9]|1[0-2])(-(0?[1-9]|[12][0-9]|3[01]))?)?$"


def _write_scalar(value: object) -> object:
    """Return a number or a truth value as the text that it is in JSON, by which values are compared."""
    if isinstance(value, str):
        return value.strip()
    return json.dumps(value) if isinstance(value, bool | int | float) else value


def _wrap_scalar(value: object) -> object:
    """Return a single value as a list of one."""
    return [value] if isinstance(value, str | bool | int | float) else value


def _check_date(value: str) -> str:
    try:
        if re.match(DATE_PATTERN, value):
            return check_date(value)
    except UsageError:  # there is no such day
        pass
    raise ValueError("should be a date such as 2025-01-31, 2025-01 or 2025")


Patterns = Annotated[
    list[Pattern],
    Field(
        min_length=1,
        max_length=100,
        description="Document ids or shell-style patterns (* ? [...]). An id that is not indexed is an "
        "error; a pattern that matches nothing gives status not_found, reason filtered_out.",
    ),
]
# Of the document only, in which a value is trimmed when its length is checked.
Scalar = Annotated[str, Field(min_length=1, max_length=MAX_VALUE_CHARS, pattern=TRIMMED_PATTERN)] | bool | int | float
Scalars = Annotated[list[Scalar], Field(min_length=1, max_length=MAX_VALUES)]
Text = Annotated[
    WithoutNul,
    StringConstraints(min_length=1, max_length=MAX_VALUE_CHARS),
    BeforeValidator(_write_scalar),
    Field(json_schema_extra={"pattern": TRIMMED_PATTERN}),
]
Values = Annotated[
    list[Text],
    Field(min_length=1, max_length=MAX_VALUES),
    BeforeValidator(_wrap_scalar, json_schema_input_type=Scalar | Scalars),
]
# In a query string, in which everything is text.
Texts = Annotated[list[Text], Field(min_length=1, max_length=MAX_VALUES)]
Day = Annotated[WithoutNul, AfterValidator(_check_date), Field(json_schema_extra={"pattern": DATE_PATTERN})]
FOLDERS = "Folders or shell-style patterns; hr/** is the folder hr and all below it."
FILTER = "Restricts the documents that may answer, by their ids and metadata; without a condition, all may."
FROM_TEXT, TO_TEXT = "The first day: 2025-01-31, 2025-01 or 2025.", "The last day, included."


class DateBody(StrictModel):
    """A range of dates, both ends included; documents without a date are outside of it."""

    model_config = ConfigDict(serialize_by_alias=True)

    first: Annotated[Day | None, Field(alias=FROM, description=FROM_TEXT)] = None
    last: Annotated[Day | None, Field(alias=TO, description=TO_TEXT)] = None


class MetadataBody(StrictModel):
    """Conditions on the metadata, all of which a document must meet, each by one of its values.

    Any other field of the metadata may be named, too. Case does not count.
    """

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Values] = Field(init=False)

    folder: Annotated[Values | None, Field(description=FOLDERS)] = None
    tag: Values | None = None
    language: Annotated[Values | None, Field(description="As the document declares it, such as en.")] = None
    format: Annotated[Values | None, Field(description="Extension of the file, such as md.")] = None
    author: Values | None = None
    date: DateBody | None = None

    def to_filter(self) -> MetadataFilter:
        """Return the conditions as the search takes them."""
        conditions: dict[str, Any] = self.model_dump(exclude_none=True, exclude={"document"})
        return MetadataFilter.parse(conditions)


class FilterBody(MetadataBody):
    """Restricts the documents that may answer; without a condition, all may. All conditions must be met."""

    document: Patterns | None = None

    def to_selection(self) -> Selection:
        """Return the documents that may answer."""
        return Selection(tuple(self.document or ()), self.to_filter())


class FilterQuery(StrictModel):
    """Base of query strings with a filter: each parameter may be repeated, except those of the date."""

    repeatable: ClassVar[frozenset[str]] = frozenset({"document", "folder", "tag", "language", "format", "author"})

    document: Patterns | None = None
    folder: Annotated[Texts | None, Field(description=FOLDERS)] = None
    tag: Texts | None = None
    language: Texts | None = None
    format: Texts | None = None
    author: Texts | None = None
    date_from: Annotated[Day | None, Field(alias="date.from", description=FROM_TEXT)] = None
    date_to: Annotated[Day | None, Field(alias="date.to", description=TO_TEXT)] = None

    def to_selection(self) -> Selection:
        """Return the documents that may answer, or are listed."""
        conditions: dict[str, Any] = {
            name: values for name in sorted(FilterQuery.repeatable - {"document"}) if (values := getattr(self, name))
        }
        conditions["date"] = {FROM: self.date_from, TO: self.date_to}
        return Selection(tuple(self.document or ()), MetadataFilter.parse(conditions))
