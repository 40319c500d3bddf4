"""What a write must say before it is sent, so that nothing else is stored, replaced or removed than was meant."""

import httpx
import pytest

from qa.client import Client


@pytest.fixture
def client() -> Client:
    """A client that fails if anything is sent."""

    def fail(request: httpx.Request) -> httpx.Response:
        raise AssertionError(request)

    return Client("http://server", transport=httpx.MockTransport(fail))


@pytest.mark.parametrize("name", ["ifmatch", "If_Match", "sha256"])
def test_an_unknown_condition_is_refused(client: Client, name: str) -> None:
    """Without it the write would replace or remove whatever is there."""
    for method, arguments in (
        ("put_document", ("a", "text")),
        ("upload_document", ("a", b"b")),
        ("delete_document", ("a",)),
    ):
        with pytest.raises(TypeError, match=f"unknown condition '{name}': must be if_match or if_none_match"):
            getattr(client, method)(*arguments, **{name: "0" * 64})


def test_the_path_of_a_file_is_not_taken_for_its_text(client: Client) -> None:
    """A string may be either, so it is refused."""
    with pytest.raises(TypeError, match=r"invalid file '/tmp/notes.md': must be bytes or a pathlib.Path"):
        client.upload_document("notes.md", "/tmp/notes.md")  # type: ignore[arg-type]  # noqa: S108
    with pytest.raises(TypeError, match=r"invalid file 'notes.md'"):
        client.upload_documents({"notes.md": "notes.md"})  # type: ignore[dict-item]


@pytest.mark.parametrize("name", ["a%22b.txt", "a\nb.txt", "a\rb.txt", "a\0.txt"])
def test_a_file_name_that_would_change_on_its_way_is_refused(client: Client, name: str) -> None:
    """Otherwise the document would be stored under another id, perhaps that of another document."""
    with pytest.raises(ValueError, match=r"invalid file name .* use upload_document"):
        client.upload_documents({name: b"text"})


def test_a_file_may_have_any_other_name() -> None:
    """Spaces of all kinds, other scripts, and the characters that multipart/form-data escapes."""

    def accept(request: httpx.Request) -> httpx.Response:
        return httpx.Response(
            202, json={"id": "1", "state": "queued", "documents": 1, "created_at": "", "updated_at": ""}
        )

    files = dict.fromkeys(["a\N{NO-BREAK SPACE}b", "猫\N{ZERO WIDTH JOINER}.txt", 'a"b\\c%20.txt'], b"text")
    with Client("http://server", transport=httpx.MockTransport(accept)) as client:
        assert client.upload_documents(files).id == "1"
