"""Several collections in one application: each answers by itself, and every route finds the one that is named."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from index.generation.directory import IndexDirectory
from qa.web.app import service_of
from tests.qa.web.two_collections import create_one, create_two

KEY = {"Authorization": "Bearer KEY"}
FILM, LEAVE = "Who directed the film Blame?", "How many days of paid leave has an employee?"


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    """A caller of both collections."""
    return create_two(tmp_path).test_client()


def ask(client: FlaskClient, question: str, **more: object) -> Any:  # noqa: ANN401  (any JSON)
    """Return an answer without the time it took."""
    response = client.post("/v1/ask", json={"question": question, "mode": "fast", **more})
    assert response.status_code == 200, response.text
    answer = response.get_json()
    del answer["took_ms"]
    return answer


def without_names(value: object) -> object:
    """Return an answer as a server of one collection gives it."""
    if isinstance(value, dict):
        return {key: without_names(one) for key, one in value.items() if key not in {"collection", "collections"}}
    return [without_names(one) for one in value] if isinstance(value, list) else value


def test_the_collections_are_listed(client: FlaskClient) -> None:
    """With what their folders say of themselves, or else the name, and the languages that documents declare."""
    films, staff = client.get("/v1/collections").get_json()["collections"]
    assert films == {
        "name": "films",
        "title": "Films & more",
        "description": "What is <shown>.",
        "languages": ["en", "ja"],
        "documents": 3,
        "passages": 3,
        "generation": films["generation"],
        "default": True,
        "problem": None,
        "origin": "https://example.org/films",
        "license": "CC BY 4.0",
        "questions": ["Who directed the film?"],
    }
    assert films["generation"].startswith("000001-")
    assert (staff["name"], staff["title"], staff["description"], staff["languages"]) == ("staff", "staff", "", ["en"])
    assert staff["default"] is False


@pytest.mark.parametrize("question", [FILM, LEAVE, "What is the capital of Mongolia?"])
@pytest.mark.parametrize("name", ["films", "staff"])
def test_a_collection_answers_as_if_it_were_alone(
    client: FlaskClient, tmp_path: Path, question: str, name: str
) -> None:
    """Beside others it finds the same, with the same words and the same confidence; only its name is added."""
    alone = ask(create_one(tmp_path, name).test_client(), question)
    together = ask(client, question, collection=name)
    assert together["collection"] == name
    assert without_names(together) == alone
    searched = {one["name"]: one for one in ask(client, question)["collections"]}
    assert searched[name]["confidence"] == alone["confidence"]
    assert searched[name]["status"] == alone["status"]
    assert searched[name]["reason"] == alone["reason"]


@pytest.mark.parametrize("names", ["*", ["films", "staff"], ["staff", "films", "staff"], None])
def test_several_are_searched_together(client: FlaskClient, names: object) -> None:
    """A list, a star or no name searches both; the surest answers, and every passage names its collection."""
    for question, expected in ((FILM, "films"), (LEAVE, "staff")):
        answer = ask(client, question, **({"collection": names} if names else {}))
        assert (answer["collection"], answer["answer"]["collection"]) == (expected, expected)
        assert answer["collections"][0]["name"] == expected
        assert {passage["collection"] for passage in answer["passages"]} == {"films", "staff"}
        scores = [passage["score"] for passage in answer["passages"]]
        assert scores == sorted(scores, reverse=True)


def test_the_cache_tells_collections_apart(client: FlaskClient) -> None:
    """The same question to another collection is another one, also if it was asked before."""
    for _ in range(2):
        assert ask(client, LEAVE, collection="films")["collection"] == "films"
        assert ask(client, LEAVE, collection="staff")["passages"][0]["document"]["id"] == "shared.txt"
        assert ask(client, LEAVE)["collection"] == "staff"


def test_each_question_of_a_batch_has_its_own_collections(client: FlaskClient) -> None:
    """One, all, or several, in order."""
    questions = [
        {"question": LEAVE, "mode": "fast", "collection": "films"},
        {"question": LEAVE, "mode": "fast"},
        {"question": FILM, "mode": "fast", "collection": ["films", "staff"]},
    ]
    answers = client.post("/v1/ask/batch", json={"questions": questions}).get_json()["answers"]
    assert [answer["collection"] for answer in answers] == ["films", "staff", "films"]
    assert [len(answer["collections"]) for answer in answers] == [1, 2, 2]


def test_a_question_in_a_url_may_repeat_the_name(client: FlaskClient) -> None:
    """``collection=a&collection=b`` searches both."""
    url = f"/v1/ask?q={quote(LEAVE)}&mode=fast&collection=films"
    assert [one["name"] for one in client.get(url).get_json()["collections"]] == ["films"]
    both = client.get(f"{url}&collection=staff").get_json()
    assert [one["name"] for one in both["collections"]] == ["staff", "films"]


def test_what_a_filter_names_must_be_in_one_of_the_collections(client: FlaskClient) -> None:
    """A document of one leaves out all of the others; one that none has is an error."""
    answer = ask(client, LEAVE, filter={"document": ["travel.txt"]})
    assert {passage["document"]["id"] for passage in answer["passages"]} == {"travel.txt"}
    assert {one["name"]: one["reason"] for one in answer["collections"]}["films"] == "filtered_out"
    body = {"question": LEAVE, "filter": {"document": ["travel.txt", "none.txt"]}}
    assert "filter.document[1] names 'none.txt'" in client.post("/v1/ask", json=body).get_json()["detail"]
    alone = client.post("/v1/ask", json={**body, "collection": "films"}).get_json()
    assert [error["field"] for error in alone["errors"]] == ["filter.document[0]", "filter.document[1]"]


@pytest.mark.parametrize(
    ("method", "url", "body", "field"),
    [
        ("POST", "/v1/ask", {"question": FILM, "collection": "x"}, "collection"),
        ("POST", "/v1/ask", {"question": FILM, "collection": ["films", "x"]}, "collection"),
        ("POST", "/v1/ask/batch", {"questions": [FILM, {"question": FILM, "collection": "x"}]}, "questions[1].collection"),
        ("GET", "/v1/ask?q=a&collection=x", None, "collection"),
        ("GET", "/v1/documents?collection=x", None, "collection"),
        ("GET", "/v1/documents/blame.txt?collection=x", None, "collection"),
        ("GET", "/v1/documents/blame.txt/original?collection=x", None, "collection"),
        ("PUT", "/v1/documents/a?collection=x", {"text": "A text."}, "collection"),
        ("DELETE", "/v1/documents/blame.txt?collection=x", None, "collection"),
        ("GET", "/v1/index?collection=x", None, "collection"),
        ("GET", "/v1/updates?collection=x", None, "collection"),
        ("GET", "/v1/jobs?collection=x", None, "collection"),
        ("GET", "/v1/jobs/1?collection=x", None, "collection"),
        ("GET", "/v1/feedback?collection=x", None, "collection"),
        ("POST", "/v1/verify", {"document": "a", "start": 0, "end": 1, "text": "a", "collection": "x"}, "collection"),
        ("POST", "/v1/feedback", {"question": "a", "passage": "a#1", "verdict": "right", "collection": "x"}, "collection"),
    ],
)  # fmt: skip
def test_an_unknown_collection_is_an_error_that_names_those_there_are(
    client: FlaskClient, method: str, url: str, body: object, field: str
) -> None:
    """On every route that takes a name."""
    response = client.open(url, method=method, json=body, headers=KEY)
    problem = response.get_json()
    assert (response.status_code, problem["code"]) == (422, "unknown_collection"), problem
    assert problem["errors"][0]["field"] == field
    assert problem["detail"] == f"{field} names 'x', which is not served; the collections are films, staff."


@pytest.mark.parametrize("names", [[], "", ["films", 3], [""], 3, {"a": "b"}, "x" * 65])
def test_what_is_no_name_is_an_error(client: FlaskClient, names: object) -> None:
    """An empty list, an empty name, and what is no text."""
    response = client.post("/v1/ask", json={"question": FILM, "collection": names})
    assert response.status_code == 422
    assert response.get_json()["errors"][0]["field"].startswith("collection")


def test_documents_are_those_of_the_collection_that_is_named(client: FlaskClient) -> None:
    """Two collections may have the same id; without a name it is that of the default one."""
    for name, words in ((None, "Opening hours"), ("films", "Opening hours"), ("staff", "Every employee")):
        query = f"?collection={name}" if name else ""
        assert client.get(f"/v1/documents/shared.txt{query}").get_json()["text"].startswith(words)
        with client.get(f"/v1/documents/shared.txt/original{query}") as original:
            assert original.text.startswith(words)
        ids = [one["id"] for one in client.get(f"/v1/documents{query}").get_json()["documents"]]
        assert ("travel.txt" in ids) is (name == "staff")
        assert client.get(f"/v1/index{query}").get_json()["documents"] == len(ids)
    part = client.get("/v1/documents/shared.txt?collection=staff&start=0&end=5").get_json()
    assert part["text"] == "Every"


def test_a_document_of_another_collection_is_said_to_be_there(client: FlaskClient) -> None:
    """Whoever forgets the name learns it, instead of being told that there is no such document."""
    detail = client.get("/v1/documents/travel.txt").get_json()["detail"]
    assert detail.startswith("No document 'travel.txt' is indexed in the collection films, but in staff: name it")


def test_quotations_are_checked_in_their_collection(client: FlaskClient) -> None:
    """The same place in a document of the same id is another text."""
    body = {"document": "shared.txt", "start": 0, "end": 14, "text": "Every employee"}
    assert client.post("/v1/verify", json={**body, "collection": "staff"}).get_json()["status"] == "valid"
    assert client.post("/v1/verify", json=body).get_json()["status"] == "gone"


def test_feedback_is_kept_apart(client: FlaskClient, tmp_path: Path) -> None:
    """A verdict is of a passage of its collection, and is exported with that one only."""
    passage = ask(client, LEAVE, collection="staff")["passages"][0]["id"]
    body = {"question": LEAVE, "passage": passage, "verdict": "right"}
    assert client.post("/v1/feedback", json=body).status_code == 422
    assert client.post("/v1/feedback", json={**body, "collection": "staff"}).status_code == 200
    for query, count in (("", 0), ("?collection=staff", 1)):
        with client.get(f"/v1/feedback{query}", headers=KEY) as exported:
            assert exported.text.count('"shared.txt"') == count
    assert [path.name for path in tmp_path.glob("*.sqlite")] == ["feedback-staff.sqlite"]


def test_writes_go_to_the_collection_that_is_named(client: FlaskClient, tmp_path: Path) -> None:
    """Each has its own jobs; the address of a job has the name with which it was made."""
    put = client.put("/v1/documents/new.txt?collection=staff", json={"text": "New."}, headers=KEY)
    assert (put.status_code, put.headers["Location"]) == (202, "/v1/jobs/1?collection=staff")
    assert client.get(put.headers["Location"], headers=KEY).get_json()["state"] == "queued"
    assert client.get("/v1/jobs/1", headers=KEY).status_code == 404
    assert client.get("/v1/updates?collection=staff").get_json()["waiting"] == 1
    assert client.get("/v1/updates").get_json()["waiting"] == 0
    default = client.delete("/v1/documents/blame.txt", headers=KEY)
    assert (default.status_code, default.headers["Location"]) == (202, "/v1/jobs/1")
    assert client.delete("/v1/documents/travel.txt", headers=KEY).status_code == 404
    assert (tmp_path / "index-films" / "writes.sqlite").exists()


def test_readiness_and_metrics_know_all_of_them(client: FlaskClient) -> None:
    """Each has its legs, its generation, and the number of its own answers."""
    legs = {"dense": True, "lexical": True}
    assert client.get("/readyz").get_json() == {
        "status": "ready", "legs": legs, "collections": {"films": legs, "staff": legs}
    }  # fmt: skip
    ask(client, LEAVE)
    exposed = client.get("/metrics").text
    assert 'netsphere_collection_info{collection="staff",generation="000001-' in exposed
    assert 'netsphere_collection_answers_total{collection="films",status=' in exposed
    assert exposed.count("netsphere_index_info{") == 1


def test_a_damaged_collection_is_named_and_the_others_answer(client: FlaskClient, tmp_path: Path) -> None:
    """A question to all is answered by what is intact, and says so; one to the damaged collection is refused."""
    current = IndexDirectory(tmp_path / "index-staff").find_current()
    folder = tmp_path / "index-staff" / str(current)
    engine = service_of(client.application).collections.get("staff").engine
    (folder / "units.npy").unlink()
    problem = client.get("/readyz")
    assert problem.status_code == 503
    assert problem.get_json()["detail"].startswith("The collection staff: ")

    def fail(_: object) -> Any:  # noqa: ANN401
        from index.errors import DamagedGeneration

        raise DamagedGeneration(f"{folder}/units.npy is missing")

    engine.ask_many = fail  # type: ignore[method-assign]
    answer = ask(client, FILM)
    assert (answer["collection"], answer["retrieval"]["degraded"]) == ("films", ["collection:staff"])
    batch = client.post("/v1/ask/batch", json={"questions": [{"question": FILM, "mode": "fast"}]}).get_json()
    assert batch["answers"][0]["retrieval"]["degraded"] == ["collection:staff"]
    refused = client.post("/v1/ask", json={"question": FILM, "mode": "fast", "collection": "staff"})
    assert (refused.status_code, refused.get_json()["code"]) == (503, "index_damaged")
    assert service_of(client.application).collections.get("films").engine.find_fault() is None


def test_one_folder_answers_as_before(tmp_path: Path) -> None:
    """Nothing is added to an answer, to readiness or to metrics of a server of one collection that nobody named."""
    create_two(tmp_path)
    client = create_one(tmp_path, "films").test_client()
    answer = ask(client, FILM)
    assert without_names(answer) == answer
    assert client.get("/readyz").get_json().keys() == {"status", "legs"}
    assert "netsphere_collection" not in client.get("/metrics").text
    (only,) = client.get("/v1/collections").get_json()["collections"]
    assert (only["name"], only["title"], only["default"]) == ("default", "Films & more", True)
    named = ask(client, FILM, collection="*")
    assert (named["collection"], without_names(named)) == ("default", answer)
    assert ask(client, FILM, collection="default") == named
