"""``docs/chat.md`` shows what the program really prints, and its configuration works."""

import json
import re
from pathlib import Path

import pytest

from index.generation.generation import Generation
from index.types import Encoder
from qa.engine import Engine
from qa.web import create_app
from qa.web.chat.models import MODELS
from qa.web.service import AppOptions
from tests.qa.web.chat.test_clients import MODELS as LLM_MODELS

DOCUMENT = Path(__file__).parents[4] / "docs" / "chat.md"
PER_CENT = re.compile(r"\b\d+(?=%)")
CREATED = 1795800600
QUESTION = "Who directed the film?"


def block(name: str) -> re.Pattern[str]:
    return re.compile(rf"(<!-- {name}: .*? -->\n```\w*\n)(.*?)(```\n<!-- /{name} -->)", re.DOTALL)


@pytest.fixture
def shown(generation: Generation, encoder: Encoder, tmp_path: Path) -> dict[str, str]:
    """What each block of the document must be: the completion, and what the command line prints of it."""
    # The real engine over the seed.
    engine = Engine(generation, encoder)
    with create_app(engine, AppOptions(feedback=tmp_path / "f.sqlite")).test_client() as client:
        sent = {"model": "netsphere", "messages": [{"role": "user", "content": QUESTION}]}
        headers = {"X-Request-ID": "visitor-1", "Host": "127.0.0.1:8000"}
        body = client.post("/v1/chat/completions", json=sent, headers=headers).get_json()
    content = body["choices"][0]["message"]["content"]
    body |= {"created": CREATED, "system_fingerprint": "000001-5e1f0c3a", "netsphere": "…"}
    printed = f"$ llm -m netsphere '{QUESTION}'\n{content}\n"
    return {"completion": json.dumps(body, indent=2, ensure_ascii=False) + "\n", "llm": printed}


def test_it_shows_what_is_answered(request: pytest.FixtureRequest, shown: dict[str, str]) -> None:
    """Word for word; probabilities within a twentieth, for processors round differently; ``--write`` writes it."""
    text = DOCUMENT.read_text(encoding="utf-8")
    for name, printed in shown.items():
        found = block(name).search(text)
        assert found
        if request.config.getoption("--write"):
            text = text[: found.start(2)] + printed + text[found.end(2) :]
        else:
            assert PER_CENT.sub("#", found[2]) == PER_CENT.sub("#", printed)
            documented, measured = (list(map(int, PER_CENT.findall(one))) for one in (found[2], printed))
            assert documented == pytest.approx(measured, abs=5)
    if request.config.getoption("--write"):
        DOCUMENT.write_text(text, encoding="utf-8")


def test_its_configurations_name_what_exists() -> None:
    """The models, and for ``llm`` the very file that a test runs."""
    text = DOCUMENT.read_text(encoding="utf-8")
    assert all(f"`{model}`" in text for model in MODELS)
    documented = re.sub(r"  #.*", "", text).replace("http://127.0.0.1:8000/v1", "{base}")
    assert LLM_MODELS in documented
