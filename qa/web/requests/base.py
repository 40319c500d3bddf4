"""What all models of requests are made of."""

from typing import Annotated, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from qa.web.requests.texts import reject_invalid_text

# For the document only: a problem of its own says that there is a NUL.
WITHOUT_NUL_PATTERN = r"^[^\u0000]*$"
# What Python's str.strip() leaves something of, and no NUL; for the document only, too, because lengths are checked
# after trimming.
TRIMMED_PATTERN = r"^[^\u0000]*[^\s\u0000\u001c-\u001f\u0085][^\u0000]*$"
WithoutNul = Annotated[
    str, AfterValidator(reject_invalid_text), Field(json_schema_extra={"pattern": WITHOUT_NUL_PATTERN})
]
Pattern = Annotated[WithoutNul, StringConstraints(min_length=1, max_length=1000)]


class StrictModel(BaseModel):
    """Base of the models of the API. ``repeatable`` names the query parameters that may be repeated."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    repeatable: ClassVar[frozenset[str]] = frozenset()
