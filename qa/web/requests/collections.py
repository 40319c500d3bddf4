"""Names of collections in bodies and query strings."""

from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints

from qa.web.requests.base import StrictModel, WithoutNul

MAX_NAME_CHARS, MAX_NAMES = 64, 100
SEARCHED = "Collections to search, by name, one or several; `*`, or none: all. `GET /v1/collections` lists them."
ONE = "Name of the collection; without it, the default one."


def _wrap_name(value: object) -> object:
    return [value] if isinstance(value, str) else value


Name = Annotated[WithoutNul, StringConstraints(min_length=1, max_length=MAX_NAME_CHARS)]
# In a query string a name may be repeated.
RepeatedNames = Annotated[list[Name] | None, Field(min_length=1, max_length=MAX_NAMES, description=SEARCHED)]
NameList = Annotated[
    list[Name] | None,
    Field(min_length=1, max_length=MAX_NAMES),
    BeforeValidator(_wrap_name, json_schema_input_type=Name | list[Name] | None),
]
Names = Annotated[NameList, Field(description=SEARCHED)]
OneName = Annotated[Name | None, Field(description=ONE)]


class CollectionQuery(StrictModel):
    """The query of a route with no other parameter than the collection that it is about."""

    collection: OneName = None
