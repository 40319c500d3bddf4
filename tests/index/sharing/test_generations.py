"""Generations in a database: what one machine builds, the others serve."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from index.__main__ import main
from index.build.pipeline import BuildReport, build_index
from index.errors import BuildError, StoreError
from index.generation.directory import IndexDirectory
from index.generation.generation import Generation
from index.generation.manifest import FileDigest
from index.search.stores.access import ACCESS_FILE, MILVUS, StoreAccess
from index.search.stores.milvus.connection import Connection
from index.settings import IndexSettings
from index.sharing import chunks
from index.sharing.chunks import DatabaseFiles
from index.sharing.follow import pull_if_idle
from index.sharing.generations import SharedGenerations
from index.types import Document
from index.writes.publish import publish_generation, roll_back
from qa.doctor.collection import check_database
from qa.doctor.types import Level
from tests.doubles import WordEncoder
from tests.milvus_server import STANDALONE, name_index


class Machine:
    """An index folder that shares a database with those of other machines."""

    def __init__(self, root: Path, access: StoreAccess) -> None:
        """Connect the folder."""
        self.root, self._access, self.encoder = root, access, WordEncoder()
        access.write(root)

    def build(self, keep: int = 3, hold: bool = False, **texts: str) -> BuildReport:
        """Add documents to what is served."""
        overrides = {name: Document(name, text, name.title()) for name, text in texts.items()}
        access = self._access
        recipe = IndexSettings(
            index=str(self.root), store=MILVUS, store_uri=access.uri, store_name=access.name, keep=keep, hold=hold,
            store_token_file=access.token_file, store_seconds=access.timeout_s,
        )  # fmt: skip
        return build_index(None, recipe, self.encoder, overrides=overrides)

    @property
    def directory(self) -> IndexDirectory:
        """The folder as a new process sees it."""
        return IndexDirectory(self.root)

    @property
    def texts(self) -> dict[str, str]:
        """The documents that are served here."""
        documents = self.directory.open_current().contents.documents
        return dict(zip(documents.ids, documents.texts, strict=True))

    @property
    def shared(self) -> SharedGenerations:
        """The generations in the database."""
        assert self.directory.shared
        return self.directory.shared


@pytest.fixture
def machines(tmp_path: Path, milvus: StoreAccess) -> tuple[Machine, Machine]:
    """Return two machines with the same database."""
    return Machine(tmp_path / "one", milvus), Machine(tmp_path / "two", milvus)


def read_files(generation: Generation) -> dict[str, bytes]:
    """Return every file of a generation."""
    return {name: (generation.folder / name).read_bytes() for name in generation.manifest.files}


def test_what_one_machine_publishes_the_other_serves_byte_for_byte(machines: tuple[Machine, Machine]) -> None:
    """And it answers from the same vectors; asking again changes nothing."""
    one, two = machines
    assert pull_if_idle(two.root) is None  # nothing is published yet
    name = one.build(cats="Cats sleep.", **{'" or key != "\'; drop': "Dogs dig holes."}).manifest.generation
    assert pull_if_idle(two.root) == name
    assert pull_if_idle(two.root) is None
    mine, right = (machine.directory.open_current() for machine in (two, one))
    assert read_files(mine) == read_files(right)
    question = one.encoder.encode_questions(["Who digs?"]).vectors
    assert mine.contents.store.search(question, 3)[0].positions.tolist() == (
        right.contents.store.search(question, 3)[0].positions.tolist()
    )


def test_either_machine_builds_on_what_the_other_published(machines: tuple[Machine, Machine]) -> None:
    """Nothing that one has written is lost when the other builds next."""
    one, two = machines
    one.build(cats="Cats sleep.")
    two.build(dogs="Dogs dig holes.")
    one.build(birds="Birds sing.")
    pull_if_idle(two.root)
    assert one.texts == two.texts
    assert one.texts.keys() == {"cats", "dogs", "birds"}
    assert one.shared.list_names() == one.directory.list_generations()


def test_of_two_builds_at_the_same_time_one_is_refused(machines: tuple[Machine, Machine]) -> None:
    """The other's documents stay, and the refused one leaves nothing that is served."""
    one, two = machines
    one.build(cats="Cats sleep.")
    pull_if_idle(two.root)
    published = one.build(dogs="Dogs dig holes.").manifest.generation
    with (
        two.directory.create_draft() as draft,
        pytest.raises(BuildError, match=f"{published} was published on another"),
    ):
        two.directory.publish_draft(draft, "000002-00000000")
    assert two.shared.find_current() == published
    assert "000002-00000000" not in two.directory.list_generations()
    two.build(birds="Birds sing.")
    assert two.texts.keys() == {"cats", "dogs", "birds"}


def test_a_rollback_on_one_machine_is_one_on_all(machines: tuple[Machine, Machine]) -> None:
    """Also to a generation that the machine itself never had, and forward again."""
    one, two = machines
    names = [one.build(cats=f"Cats sleep {n} hours.").manifest.generation for n in (1, 2)]
    pull_if_idle(two.root)
    assert two.directory.list_generations() == names[1:]
    assert roll_back(two.directory) == names[0]
    assert pull_if_idle(one.root) == names[0]
    assert one.texts == two.texts == {"cats": "Cats sleep 1 hours."}
    assert publish_generation(one.directory) == names[1]
    assert pull_if_idle(two.root) == names[1]


def test_what_is_held_is_not_served_until_it_is_published(machines: tuple[Machine, Machine]) -> None:
    """On any machine, by any machine."""
    one, two = machines
    first = one.build(cats="Cats sleep.").manifest.generation
    held = one.build(hold=True, cats="Cats never sleep.").manifest.generation
    assert pull_if_idle(two.root) == first
    assert publish_generation(two.directory, held) == held
    assert pull_if_idle(one.root) == held


def test_what_no_kept_generation_needs_leaves_the_database(machines: tuple[Machine, Machine]) -> None:
    """Vectors, files and manifests; what is kept can still be fetched."""
    one, two = machines
    connection = Connection(StoreAccess.read(one.root))
    reports = [one.build(keep=2, cats=f"Cats sleep {n} hours.") for n in range(4)]
    kept = [report.manifest for report in reports[-2:]]
    assert one.shared.list_names() == [manifest.generation for manifest in kept]
    prefix = StoreAccess.read(one.root).name
    mine = [name for name in connection.list_collections() if name.startswith(prefix)]
    assert {name for name in mine if "_vectors_" in name} == {manifest.store["collection"] for manifest in kept}
    rows = connection.find_texts(f"{prefix}_files", 'key like "first/%"', ("key",), 1000)
    manifests = {FileDigest.from_file(one.root / manifest.generation / "manifest.json") for manifest in kept}
    needed = {digest.sha256 for manifest in kept for digest in manifest.files.values() if digest.size}
    assert {row["key"].removeprefix("first/") for row in rows} == needed | {digest.sha256 for digest in manifests}
    for manifest in kept:
        two.shared.set_current(manifest.generation)
        assert pull_if_idle(two.root) == manifest.generation


def test_a_build_that_cannot_reach_the_database_changes_nothing(
    machines: tuple[Machine, Machine], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A push that fails half way is neither served nor listed, and the next build completes it."""
    one, two = machines
    first = one.build(cats="Cats sleep.").manifest.generation
    calls, write = list[str](), Connection.write_texts

    def write_and_fail(self: Connection, name: str, rows: list[dict[str, str]]) -> None:
        calls.append(name)
        if len(calls) == 5:
            raise StoreError("the network is gone")
        write(self, name, rows)

    monkeypatch.setattr(Connection, "write_texts", write_and_fail)
    with pytest.raises(BuildError, match="the network is gone; the old one stays"):
        one.build(dogs="Dogs dig holes.")
    assert one.shared.list_names() == [first] == one.directory.list_generations()
    assert one.shared.find_current() == one.directory.find_current() == first
    second = one.build(dogs="Dogs dig holes.").manifest.generation
    assert pull_if_idle(two.root) == second


def test_a_file_that_is_damaged_here_is_fetched_anew(machines: tuple[Machine, Machine]) -> None:
    """A generation has links to the files of older ones that are the same, and must not have their damage."""
    one, two = machines
    one.build(cats="Cats sleep.")
    pull_if_idle(two.root)
    before = two.directory.open_current()
    name = one.build(dogs="Dogs dig holes.").manifest
    same = [file for file, digest in name.files.items() if digest in before.manifest.files.values() and digest.size]
    assert same
    for file in same:
        path = before.folder / file
        path.write_bytes(b"x" * path.stat().st_size)
    assert pull_if_idle(two.root) == name.generation
    assert two.texts.keys() == {"cats", "dogs"}


def test_a_file_system_without_links_fetches_every_file(
    machines: tuple[Machine, Machine], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes longer and is the same generation."""
    one, two = machines
    one.build(cats="Cats sleep.")
    pull_if_idle(two.root)

    def refuse(*_: object) -> None:
        raise PermissionError("Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    name = one.build(dogs="Dogs dig holes.").manifest.generation
    assert pull_if_idle(two.root) == name
    assert read_files(two.directory.open_current()) == read_files(one.directory.open_current())


def test_a_generation_that_is_gone_is_an_error(machines: tuple[Machine, Machine]) -> None:
    """It cannot be served, and the folder goes on with what it has."""
    one, two = machines
    name = one.build(cats="Cats sleep.").manifest.generation
    with pytest.raises(StoreError, match="000009-00000000 is not in the database"):
        one.shared.set_current("000009-00000000")
    with pytest.raises(StoreError, match="no longer in the database"):
        two.shared.pull("000009-00000000", two.root, {})
    assert one.directory.find_current() == name


# A real server takes seconds for each.
@settings(max_examples=2 if STANDALONE else 10)
@given(
    files=st.dictionaries(st.sampled_from("abcdef"), st.binary(max_size=70)), kept=st.sets(st.sampled_from("abcdef"))
)
def test_files_come_back_as_they_were_and_only_the_unneeded_are_removed(
    milvus_server: StoreAccess, tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes], kept: set[str]
) -> None:
    """Of any size beside that of a chunk, the same bytes twice, and none."""
    folder, access = tmp_path_factory.mktemp("files"), name_index(milvus_server)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    digests = {folder / name: FileDigest.from_file(folder / name) for name in files}
    stored = DatabaseFiles(Connection(access), f"{access.name}_files")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chunks, "CHUNK_BYTES", 16)
        patch.setattr(chunks, "CHUNKS_AT_ONCE", 2)
        stored.prepare()
        stored.write(digests)
        needed = frozenset(digests[folder / name].sha256 for name in kept & files.keys())
        stored.remove_all_but(needed)
        for path, digest in digests.items():
            copy = path.with_suffix(".copy")
            if digest.sha256 in needed or not digest.size:
                stored.read(copy, digest)
                assert copy.read_bytes() == path.read_bytes()
            else:
                with pytest.raises(StoreError, match="not complete in the database"):
                    stored.read(copy, digest)


def test_the_command_fetches_what_is_published_and_names_what_is_missing(machines: tuple[Machine, Machine]) -> None:
    """The address is needed the first time; a folder without a database says so."""
    one, two = machines
    name = one.build(cats="Cats sleep.").manifest.generation
    access = StoreAccess.read(two.root)
    (two.root / ACCESS_FILE).unlink()
    call = CliRunner().invoke
    assert "has no database yet" in call(main, ["pull", "--index", str(two.root)]).stderr
    named = ["--store-uri", access.uri, "--store-name", access.name, "--store-token-file", access.token_file]
    assert call(main, ["pull", "--index", str(two.root), *named]).stdout == f"serving {name}\n"
    assert call(main, ["pull", "--index", str(two.root)]).stdout == f"serving {name}, as before\n"


def test_the_doctor_tells_whether_the_folder_has_what_is_published(machines: tuple[Machine, Machine]) -> None:
    """And what to do if it has not."""
    one, two = machines
    two.build(cats="Cats sleep.")
    published = one.build(dogs="Dogs dig holes.").manifest.generation
    (here,) = check_database(one.directory)
    (behind,) = check_database(two.directory)
    assert here.level is Level.OK and published in here.text
    assert behind.level is Level.NOTE and "python -m index pull" in behind.text
