"""Keys are random, stored as digests, and count at once."""

import os
import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from index.errors import UsageError
from qa.__main__ import main
from qa.web.access.keys import KeyFileUnusable, KeyStore, Scope


@pytest.fixture
def store(tmp_path: Path) -> KeyStore:
    """A file that does not exist yet."""
    return KeyStore(tmp_path / "new" / "keys.sqlite")


def test_a_key_is_found_by_its_text_only(store: KeyStore) -> None:
    """Neither its id nor a text that differs in one character is enough."""
    assert store.find_key("ns_0_x") is None
    key = store.add_key("website", ["ask"])
    found = store.find_key(key)
    assert found and (found.name, found.scopes) == ("website", {Scope.ASK})
    assert found.id in key
    wrong = [key[:-1], key + "x", key[:-1] + ("A" if key[-1] != "A" else "B"), key.upper(), "", "ns", f"ns_{found.id}_"]
    assert [store.find_key(text) for text in wrong] == [None] * len(wrong)


def test_two_keys_have_256_random_bits_of_their_own(store: KeyStore) -> None:
    """And a prefix by which programs that look for leaked secrets recognise them."""
    first, second = (store.add_key(name, ["ask"]) for name in "ab")
    assert re.fullmatch(r"ns_[0-9a-f]{12}_[A-Za-z0-9_-]{43}", first)
    assert first.split("_", 2)[1:] != second.split("_", 2)[1:]


def test_the_file_holds_no_key_and_belongs_to_its_owner(tmp_path: Path) -> None:
    """Whoever reads a backup of it cannot use the keys; others on the machine cannot read it."""
    path = tmp_path / "keys.sqlite"
    key = KeyStore(path).add_key("website", ["ask"])
    stored = path.read_bytes()
    assert key.encode() not in stored
    assert key.split("_", 2)[2].encode() not in stored
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_revoked_key_is_unknown_and_its_name_is_free(store: KeyStore) -> None:
    """At once, for another object that has read the file before; the key stays in the list."""
    old = store.add_key("website", ["ask"])
    reader = KeyStore(store._path)
    assert reader.find_key(old)
    store.revoke_key("website")
    assert reader.find_key(old) is None
    new = store.add_key("website", ["ask"])
    assert reader.find_key(new)
    now = datetime.now(UTC)
    assert [key.describe_state(now).split()[0] for key in store.list_keys()] == ["revoked", "valid"]


def test_an_expired_key_is_unknown(store: KeyStore) -> None:
    """From the second on in which it expires."""
    now = datetime.now(UTC)
    keys = [store.add_key(f"key{days}", ["ask"], now + timedelta(days=days)) for days in (-1, 1)]
    assert [bool(store.find_key(key)) for key in keys] == [False, True]
    assert [key.describe_state(now).rsplit(" ", 1)[0] for key in store.list_keys()] == ["expired on", "valid until"]
    last = store.list_keys()[1]
    assert last.expires
    assert [last.is_valid(last.expires - timedelta(seconds=1)), last.is_valid(last.expires)] == [True, False]


@pytest.mark.parametrize(
    ("scopes", "allowed"),
    [(["ask"], "ask"), (["write"], "write"), (["ask", "write"], "ask write"), (["admin"], "ask write admin")],
)
def test_admin_includes_the_other_scopes(store: KeyStore, scopes: list[str], allowed: str) -> None:
    """The others allow only themselves."""
    key = store.find_key(store.add_key("one", scopes))
    assert key and [scope.value for scope in Scope if key.allows(scope)] == allowed.split()


@pytest.mark.parametrize("name", ["", "a b", "x" * 65, "a\n", "é"])
def test_a_name_is_a_plain_word(store: KeyStore, name: str) -> None:
    """It is shown in lists and logs."""
    with pytest.raises(UsageError, match="invalid value"):
        store.add_key(name, ["ask"])


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    """With the setting that names it, whatever is done."""
    path = tmp_path / "keys.sqlite"
    path.write_text("this is no database, and long enough to be seen as none" * 20)
    for act in (lambda: KeyStore(path).find_key("ns_a_b"), lambda: KeyStore(path).add_key("a", ["ask"])):
        with pytest.raises(KeyFileUnusable, match=r"keys\.sqlite cannot be used .* the setting keys names it"):
            act()


def test_an_empty_file_holds_no_keys(tmp_path: Path) -> None:
    """As after a crash before the first key was stored."""
    path = tmp_path / "keys.sqlite"
    path.touch()
    assert KeyStore(path).list_keys() == ()
    assert KeyStore(path).add_key("a", ["ask"])


def test_every_change_of_the_file_is_seen(tmp_path: Path) -> None:
    """Also if its time stays the same, and if it is removed or replaced by another one."""
    path, other = tmp_path / "keys.sqlite", tmp_path / "other.sqlite"
    store, writer = KeyStore(path), KeyStore(path)
    first = writer.add_key("first", ["ask"])
    assert store.find_key(first)
    time = path.stat().st_mtime_ns
    second = writer.add_key("second", ["ask"])
    writer.revoke_key("first")
    os.utime(path, ns=(time, time))
    assert store.find_key(first) is None and store.find_key(second)
    third = KeyStore(other).add_key("third", ["ask"])
    other.replace(path)
    assert store.find_key(second) is None and store.find_key(third)
    path.unlink()
    assert store.find_key(third) is None


def test_many_processes_may_add_keys_at_once(store: KeyStore) -> None:
    """A writer waits for another one instead of failing."""
    store.add_key("first", ["ask"])
    with sqlite3.connect(store._path) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE keys SET name = 'renamed'")
        assert [key.name for key in KeyStore(store._path).list_keys()] == ["first"]
        other.commit()
    other.close()
    store.add_key("second", ["ask"])
    assert [key.name for key in store.list_keys()] == ["renamed", "second"]


@pytest.mark.parametrize(
    "change",
    ["UPDATE keys SET scopes = 'ask audit'", "UPDATE keys SET created = 'x'", "ALTER TABLE keys ADD COLUMN hours TEXT"],
)
def test_what_a_newer_version_has_written_lets_nobody_in(store: KeyStore, change: str) -> None:
    """It may limit a key in a way that is not known here; the error names the file."""
    key = store.add_key("website", ["ask"])
    with sqlite3.connect(store._path) as database:
        database.execute(change)
    database.close()
    with pytest.raises(KeyFileUnusable, match=r"keys\.sqlite cannot be used \(.+\); the setting keys names it"):
        store.find_key(key)


def test_a_writer_has_the_file_to_itself_from_the_beginning(store: KeyStore) -> None:
    """Else two of them could both find that a column is missing, and one would fail."""
    store.add_key("first", ["ask"])
    with (
        closing(sqlite3.connect(store._path, timeout=0)) as other,
        store._write(),
        pytest.raises(sqlite3.OperationalError, match="locked"),
    ):
        other.execute("BEGIN IMMEDIATE")


def test_the_commands(tmp_path: Path) -> None:
    """``add`` prints the key alone, ``list`` never shows it, ``revoke`` ends it; mistakes are one sentence."""
    path = str(tmp_path / "keys.sqlite")

    def call(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(main, ["keys", *arguments, "--keys", path])
        return result.exit_code, result.output

    assert call("list") == (0, "")
    code, output = call("add", "importer", "--scope", "write", "--scope", "ask", "--days", "90")
    key = KeyStore(Path(path)).find_key(output.strip())
    assert code == 0 and key and key.expires and key.created
    assert key.expires - key.created == timedelta(days=90)
    assert key.scopes == {Scope.ASK, Scope.WRITE}
    code, output = call("list")
    assert (code, output) == (0, f"importer  {key.id}  ask,write  valid until {key.expires:%Y-%m-%d}\n")
    assert call("add", "importer")[0] == 2
    assert call("revoke", "importer") == (0, "")
    assert "revoked" in call("list")[1]
    assert call("revoke", "importer") == (
        2, "error: there is no key 'importer' that is not revoked; python -m qa keys list shows all\n",
    )  # fmt: skip
    assert call("add", "x", "--scope", "everything")[1].startswith("error: invalid value ['everything'] for --scope:")
