"""``collection.toml`` at the top of a folder: the title, the description and the languages of the collection."""

import re
import tomllib
from pathlib import Path

from index.errors import LoadError
from index.generation.collection_info import CollectionInfo

COLLECTION_FILE = "collection.toml"
FIELDS = ("title", "description", "languages")
# A page shows all of it; more is a document.
MAX_BYTES, MAX_TITLE_CHARS, MAX_DESCRIPTION_CHARS, MAX_LANGUAGES = 100_000, 200, 2000, 100
# As HTML and the metadata of documents name them (BCP 47).
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


def read_collection_file(path: Path) -> CollectionInfo:
    """Read the file. Raise LoadError, which names the value and what it must be."""
    try:
        if not path.is_file() or path.stat().st_size > MAX_BYTES:
            raise LoadError(f"is no file of at most {MAX_BYTES:,} bytes; write title, description and languages only")
        table = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise LoadError(f"cannot be read ({error.strerror})") from error
    except (ValueError, RecursionError) as error:
        raise LoadError(f'is not TOML ({error}); write lines such as title = "…"') from error
    if unknown := sorted(table.keys() - set(FIELDS)):
        raise LoadError(f"has the unknown field {unknown[0]!r}: must be one of {', '.join(FIELDS)}")
    title = _check_text("title", table.get("title", ""), MAX_TITLE_CHARS)
    description = _check_text("description", table.get("description", ""), MAX_DESCRIPTION_CHARS)
    return CollectionInfo(title, description, _check_languages(table.get("languages", [])))


def _check_text(name: str, value: object, limit: int) -> str:
    """Return a text on one line."""
    if not isinstance(value, str) or len(value) > limit or "\0" in value:
        raise LoadError(f"has the invalid {name} {str(value)[:80]!r}: must be a text of at most {limit:,} characters")
    return " ".join(value.split())


def _check_languages(value: object) -> tuple[str, ...]:
    if isinstance(value, list) and len(value) <= MAX_LANGUAGES:
        languages = [one for one in value if isinstance(one, str) and LANGUAGE.fullmatch(one)]
        if len(languages) == len(value):
            return tuple(dict.fromkeys(languages))
    raise LoadError(f'has the invalid languages {str(value)[:80]}: must be a list such as ["en", "de"]')
