"""What stages are made of."""

from dataclasses import dataclass

from index.generation.generation import GenerationContents
from qa.ranking.texts import Texts
from qa.types import Reader


@dataclass(frozen=True, slots=True)
class Parts:
    """One generation's contents and their texts, and the reader where there is one."""

    contents: GenerationContents
    texts: Texts
    reader: Reader | None

    @classmethod
    def of(cls, contents: GenerationContents, reader: Reader | None) -> "Parts":
        """With the texts of the contents."""
        return cls(contents, Texts(contents), reader)
