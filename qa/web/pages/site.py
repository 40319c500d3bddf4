"""What an operator chooses for the pages: their name, their language and their look."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Response, request

from qa.messages import LANGUAGES, Messages, load_messages
from qa.web.pages.static_files import load_static_files

# The language that a visitor chose on the page.
LANGUAGE_COOKIE = "netsphere_language"
# The setting ``page_language``: whatever the browser prefers.
AUTO = "auto"
# A style sheet that comes after the pages' own.
THEME = "theme.css"


@dataclass(frozen=True, slots=True)
class Site:
    """The name at the top of the pages, the language they have if a visitor chooses none, and the folder of the theme.

    A theme has ``theme.css``, ``logo.svg`` or both (docs/page-theme.md).
    """

    name: str = "Netsphere"
    language: str = AUTO
    theme: Path | None = None
    # Whether a question may be spoken: the browser may send the sound to its maker.
    speech: bool = False

    @property
    def has_theme(self) -> bool:
        """Whether there is a style sheet of the operator."""
        # As the files were read at the start: what is added later is not served before the next one.
        return THEME in load_static_files(self.theme)

    def provide_texts(self) -> dict[str, Any]:
        """Return what every template has: the texts ``t`` in the visitor's language, and all languages."""
        languages = [(code, load_messages(code)("site.language")) for code in LANGUAGES]
        return {"t": self.choose_messages(), "languages": languages}

    def choose_messages(self) -> Messages:
        """Return the texts in the language that the visitor chose, or else the setting, or else the browser prefers."""
        chosen = request.cookies.get(LANGUAGE_COOKIE, "")
        if chosen in LANGUAGES:
            return load_messages(chosen)
        if self.language != AUTO:
            return load_messages(self.language)
        # Not by ``best_match``, for which a "ja" that is wanted less comes before "en-US", because it is exact.
        accepted = (code.partition("-")[0].lower() for code, quality in request.accept_languages if quality > 0)
        return load_messages(next((code for code in accepted if code in LANGUAGES), LANGUAGES[0]))


def vary_by_language(response: Response) -> Response:
    """Tell caches that pages depend on the language; those of a browser ask again after it was changed."""
    if response.mimetype == "text/html":
        response.vary.update(["Accept-Language", "Cookie"])
    return response
