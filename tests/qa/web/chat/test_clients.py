"""Real clients against a real server process: OpenAI's own library, and the command line of ``llm``."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from openai import AuthenticationError, BadRequestError, InternalServerError, NotFoundError, OpenAI

from qa.web.access.keys import KeyStore
from tests.qa.web.helpers import NAME, TEXT
from tests.qa.web.server.process import ready

pytestmark = pytest.mark.slow

WORDS = TEXT[NAME.start : NAME.end]
APP = """create_app(HandMade(), __import__("qa.web.service").web.service.AppOptions(
    feedback=Path({folder!r}, "f.sqlite"), keys=Path({folder!r}, "keys.sqlite")))"""
MODELS = """- model_id: netsphere
  model_name: netsphere
  api_base: {base}
  api_key_name: netsphere
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the server has its keys."""
    return tmp_path_factory.mktemp("server")


@pytest.fixture(scope="module")
def key(folder: Path) -> str:
    """A key that may ask."""
    return KeyStore(folder / "keys.sqlite").add_key("front-end", ["ask"])


@pytest.fixture(scope="module")
def base(folder: Path, key: str) -> Iterator[str]:
    """What a client calls the base URL of a server that needs the key."""
    with ready(APP.format(folder=str(folder))) as (_, port):
        yield f"http://127.0.0.1:{port}/v1"


@pytest.fixture
def client(base: str, key: str) -> Iterator[OpenAI]:
    """OpenAI's client with the key."""
    with OpenAI(base_url=base, api_key=key, max_retries=0) as client:
        yield client


def test_openais_client_gets_a_message_with_citations(client: OpenAI, base: str) -> None:
    """Typed, with the page of the document that shows the quotation, and our own answer beside it."""
    completion = client.chat.completions.create(model="netsphere", messages=[{"role": "user", "content": "Who?"}])
    message = completion.choices[0].message
    assert message.content
    assert message.annotations
    citation = message.annotations[0].url_citation
    assert message.content[citation.start_index : citation.end_index] == WORDS
    assert citation.url.startswith(base.removesuffix("v1") + "documents/folder/blame.txt")
    assert completion.usage
    assert completion.usage.total_tokens == completion.usage.prompt_tokens + completion.usage.completion_tokens
    assert completion.model_extra
    assert completion.model_extra["netsphere"]["answer"]["confidence"] == 0.91
    raw = client.chat.completions.with_raw_response.create(
        model="netsphere", messages=[{"role": "user", "content": "Who?"}], extra_headers={"X-Request-ID": "mine"}
    )
    assert (raw.headers["x-request-id"], raw.parse().id) == ("mine", "chatcmpl-mine")


def test_openais_client_reads_a_stream(client: OpenAI) -> None:
    """To its end, with its usage."""
    stream = client.chat.completions.create(
        model="netsphere-fast",
        messages=[{"role": "user", "content": "Who?"}],
        stream=True,
        stream_options={"include_usage": True},
    )
    chunks = list(stream)
    content = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert content.startswith(WORDS)
    assert [chunk.usage is not None for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    with client.chat.completions.stream(model="netsphere", messages=[{"role": "user", "content": "Who?"}]) as helper:
        assert (helper.get_final_completion().choices[0].message.content or "").startswith(WORDS)


def test_openais_client_lists_the_models(client: OpenAI) -> None:
    """As front ends do to offer them."""
    assert [model.id for model in client.models.list()] == ["netsphere", "netsphere-fast"]
    assert client.models.retrieve("netsphere-fast").owned_by == "netsphere"


def test_openais_client_raises_its_own_errors(client: OpenAI, base: str) -> None:
    """A wrong key, an unknown model, what is not supported: each with a message and its parameter."""
    ask = client.with_options().chat.completions.create
    question = {"role": "user", "content": "Who?"}
    with pytest.raises(AuthenticationError, match="Invalid key") as wrong_key:
        client.with_options(api_key="ns_wrong_key").chat.completions.create(model="netsphere", messages=[question])  # type: ignore[list-item]
    assert wrong_key.value.code == "invalid_api_key"
    with pytest.raises(NotFoundError, match="does not exist") as unknown:
        ask(model="gpt-6", messages=[question])  # type: ignore[list-item]
    assert unknown.value.code == "model_not_found"
    with pytest.raises(BadRequestError, match="n should be 1") as several:
        ask(model="netsphere", messages=[question], n=2)  # type: ignore[list-item]
    assert several.value.param == "n"
    with pytest.raises(BadRequestError, match="only texts are searched"):
        ask(
            model="netsphere",
            messages=[{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "http://a/b.png"}}]}],
        )


def test_openais_client_understands_that_the_server_is_too_busy() -> None:
    """And when to come again; a body that the server refuses to read has the same form."""
    app = """create_app(HandMade(), __import__("qa.web.service").web.service.AppOptions())"""
    before = """
from qa.web.engine import question_batcher
from qa.web.errors.problems import Code, ProblemError

def refuse(*_):
    raise ProblemError(Code.OVERLOADED, "Too many questions are waiting.", headers={"Retry-After": "1"})

question_batcher.QuestionBatcher._submit = refuse
"""
    with (
        ready(app, before) as (_, port),
        OpenAI(base_url=f"http://127.0.0.1:{port}/v1", api_key="none", max_retries=0) as client,
    ):
        with pytest.raises(InternalServerError, match="Too many questions") as busy:
            client.chat.completions.create(model="netsphere", messages=[{"role": "user", "content": "Who?"}])
        assert (busy.value.status_code, busy.value.response.headers["Retry-After"]) == (503, "1")
        assert busy.value.code == "overloaded"
        with pytest.raises(Exception, match="at most 1,048,576 bytes"):
            client.chat.completions.create(model="netsphere", messages=[{"role": "user", "content": "x" * 1_100_000}])


@pytest.fixture
def llm(tmp_path: Path, base: str, key: str) -> dict[str, str]:
    """The environment in which ``llm`` knows the server."""
    (tmp_path / "extra-openai-models.yaml").write_text(MODELS.format(base=base))
    (tmp_path / "keys.json").write_text(f'{{"netsphere": "{key}"}}')
    return {name: value for name, value in os.environ.items() if "OPENAI" not in name} | {
        "LLM_USER_PATH": str(tmp_path)
    }


def run_llm(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = shutil.which("llm", path=str(Path(sys.executable).parent))
    assert command, "needs llm (requirements-dev.txt)"
    return subprocess.run(
        [command, *arguments], env=environment, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL
    )


def test_llm_asks_on_the_command_line(llm: dict[str, str]) -> None:
    """As a stream and not, and it goes on with the conversation."""
    for arguments in (["Who?"], ["Who?", "--no-stream"]):
        done = run_llm(llm, "-m", "netsphere", *arguments)
        assert done.stdout.startswith(f"{WORDS}\n\n> The film is directed"), done.stderr
    done = run_llm(llm, "-m", "netsphere", "-c", "What is the capital?")
    assert done.stdout.startswith("Not found in these documents"), done.stderr


def test_llm_shows_the_message_of_an_error(llm: dict[str, str]) -> None:
    """And not the JSON of a problem that it does not know."""
    done = run_llm(llm, "-m", "netsphere", "x" * 1001)
    assert done.returncode == 1
    assert "question should have at most 1000 characters, not 1,001" in done.stderr
