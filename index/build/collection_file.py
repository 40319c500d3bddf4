"""``collection.toml`` at the top of a folder: the title of the collection, its languages, and what else it states."""

import re
import tomllib
from dataclasses import fields
from pathlib import Path

from index.errors import LoadError
from index.generation.collection_info import CollectionInfo

COLLECTION_FILE = "collection.toml"
FIELDS = tuple(row.name for row in fields(CollectionInfo))
# A page shows all of it; more is a document.
MAX_BYTES, MAX_TITLE_CHARS, MAX_DESCRIPTION_CHARS, MAX_LANGUAGES = 100_000, 200, 2000, 100
MAX_ORIGIN_CHARS, MAX_LICENSE_CHARS, MAX_QUESTIONS, MAX_QUESTION_CHARS = 500, 200, 20, 200
# As HTML and the metadata of documents name them (BCP 47).
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


def read_collection_file(path: Path) -> CollectionInfo:
    """Read the file. Raise LoadError, which names the value and what it must be."""
    try:
        if not path.is_file() or path.stat().st_size > MAX_BYTES:
            raise LoadError(f"is no file of at most {MAX_BYTES:,} bytes; write {', '.join(FIELDS)} only")
        table = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise LoadError(f"cannot be read ({error.strerror})") from error
    except (ValueError, RecursionError) as error:
        raise LoadError(f'is not TOML ({error}); write lines such as title = "…"') from error
    if unknown := sorted(table.keys() - set(FIELDS)):
        raise LoadError(f"has the unknown field {unknown[0]!r}: must be one of {', '.join(FIELDS)}")
    return CollectionInfo(
        title=_check_text("title", table.get("title", ""), MAX_TITLE_CHARS),
        description=_check_text("description", table.get("description", ""), MAX_DESCRIPTION_CHARS),
        languages=_check_languages(table.get("languages", [])),
        origin=_check_text("origin", table.get("origin", ""), MAX_ORIGIN_CHARS),
        license=_check_text("license", table.get("license", ""), MAX_LICENSE_CHARS),
        questions=_check_questions(table.get("questions", [])),
    )


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


def _check_questions(value: object) -> tuple[str, ...]:
    """Return the questions, each once and on one line."""
    if not isinstance(value, list) or len(value) > MAX_QUESTIONS:
        must = f"must be a list of at most {MAX_QUESTIONS} texts"
        raise LoadError(f"has invalid questions ({_count(value)}): {must}")
    questions = [_check_text("question", one, MAX_QUESTION_CHARS) for one in value]
    if "" in questions:
        raise LoadError("has the invalid question '': must not be empty")
    return tuple(dict.fromkeys(questions))


def _count(value: object) -> str:
    return f"{len(value)} of them" if isinstance(value, list) else str(value)[:80]
