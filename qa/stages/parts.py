"""What stages are made of."""

from dataclasses import dataclass

from index.generation import Contents
from qa.types import Reader


@dataclass(frozen=True, slots=True)
class Parts:
    """One generation's contents, and the reader where there is one."""

    contents: Contents
    reader: Reader | None
