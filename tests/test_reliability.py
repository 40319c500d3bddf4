"""Faults of the machine, each caused for real, under a server that runs as its users run it; docs/reliability.md."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from index.generation.directory import IndexDirectory
from index.generation.pointer import CURRENT
from tests.conftest import serving

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs" / "reliability.md"
ASK = "/v1/ask?q=Who+directed+the+film%3F&mode=fast"
PATIENCE_S = 60.0
CONTROL_GROUPS = Path("/sys/fs/cgroup/memory")


def fetch(url: str) -> tuple[int, dict[str, object]]:
    """Return status and body; a request without a response raises."""
    try:
        with urllib.request.urlopen(url, timeout=30) as response:  # noqa: S310  (our own)
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def words(answer: dict[str, object]) -> object:
    return {
        key: value for key, value in answer.items() if key not in {"question", "searched_as", "took_ms", "retrieval"}
    }


def generation(answer: dict[str, object]) -> object:
    assert isinstance(answer["retrieval"], dict)
    return answer["retrieval"]["generation"]


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


def command(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, "-m", "index", *arguments], cwd=ROOT, capture_output=True, text=True)


@pytest.fixture
def index(seed_index: Path, tmp_path: Path) -> Path:
    shutil.copytree(seed_index, tmp_path / "index")
    return tmp_path / "index"


def test_every_promise_has_its_test() -> None:
    """What docs/reliability.md names exists, and every test here is named there."""
    text = DOCUMENT.read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", text)
    assert len(named) > 20
    for path, name in named:
        assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8"), f"{path}::{name}"
    own = set(re.findall(r"^def (test_\w+)", Path(__file__).read_text(encoding="utf-8"), re.MULTILINE))
    assert own - {name for _, name in named} == {"test_every_promise_has_its_test"}


@pytest.mark.slow
def test_a_lost_share_is_told_and_survived(index: Path) -> None:
    """Questions go on from memory and open files, /readyz tells, and all is well when it is back."""
    with serving(index) as address:
        before = fetch(address + ASK)
        index.rename(index.with_name("lost"))
        assert fetch(f"{address}/readyz")[1]["code"] == "index_damaged"
        status, body = fetch(address + ASK.replace("film", "movie"))
        assert (status, body.get("code")) in {(200, None), (503, "index_damaged")}
        index.with_name("lost").rename(index)
        wait_until(lambda: fetch(f"{address}/readyz")[0] == 200)
        assert words(fetch(address + ASK)[1]) == words(before[1])


@pytest.mark.slow
def test_two_servers_serve_one_index_and_both_take_a_new_generation(index: Path) -> None:
    """They only read it; a rollback reaches both, too."""
    with serving(index) as one, serving(index) as other:
        old = generation(fetch(one + ASK)[1])
        assert generation(fetch(other + ASK)[1]) == old
        assert command("build", "seeds", "--stemmer", "none", "--index", index).returncode == 0
        new = IndexDirectory(index).require_current()
        assert new != old
        wait_until(lambda: {generation(fetch(address + ASK)[1]) for address in (one, other)} == {new})
        assert command("rollback", "--index", index).returncode == 0
        wait_until(lambda: {generation(fetch(address + ASK)[1]) for address in (one, other)} == {old})


@pytest.mark.slow
def test_an_index_on_a_read_only_disk_is_served_and_a_build_is_refused(index: Path) -> None:
    """In one sentence each; feedback cannot be stored, and everything else works."""
    # A mount that only this process and its children see.
    mount = f"mount --bind {index} {index} && mount -o remount,ro,bind {index}"
    read_only = ["unshare", "--mount", "/bin/sh", "-c"]
    if os.geteuid() or subprocess.run([*read_only, mount], capture_output=True, check=False).returncode:
        pytest.skip("only root can mount a disk")
    serve = f"exec {sys.executable} serve.py --index {index} --port 0 --feedback {index}/feedback"
    with subprocess.Popen([*read_only, f"{mount} && {serve}"], cwd=ROOT, text=True, stdout=subprocess.PIPE) as process:
        assert process.stdout
        address = process.stdout.readline().removeprefix("Netsphere answers on ").strip()
        assert fetch(address + ASK)[0] == 200
        assert fetch(f"{address}/readyz")[0] == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    build = f"exec {sys.executable} -m index build seeds --index {index}"
    done = subprocess.run(
        [*read_only, f"{mount} && {build}"], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 1
    assert (
        done.stderr.splitlines(keepends=True)[-1]
        == f"error: cannot write to {index} (Read-only file system); choose another folder\n"
    )


@pytest.mark.slow
@pytest.mark.parametrize("jump", [-3e9, 3e9])
def test_a_clock_that_jumps_changes_nothing(index: Path, jump: float) -> None:
    """Neither which generation is the newest nor what is answered: nothing is decided by the time of day."""
    before = IndexDirectory(index).require_current()
    late = "import sys, time, runpy; real = time.time; time.time = lambda: real() + {jump}; sys.argv = sys.argv[1:]; "
    program = late.format(jump=jump) + "runpy.run_module('index', run_name='__main__', alter_sys=True)"
    arguments = ["index", "build", "seeds", "--stemmer", "none", "--index", str(index)]
    subprocess.run([sys.executable, "-c", program, *arguments], cwd=ROOT, check=True, capture_output=True)
    for path in index.rglob("*"):
        os.utime(path, (max(0, time.time() + jump),) * 2)
    current = IndexDirectory(index).require_current()
    assert current > before
    with serving(index) as address:
        assert generation(fetch(address + ASK)[1]) == current
        assert fetch(f"{address}/readyz")[0] == 200
    assert command("verify", "--index", index).returncode == 0


@contextmanager
def control_group(limit_mb: int) -> Iterator[Path]:
    """Yield a group whose processes have so much memory."""
    group = CONTROL_GROUPS / f"netsphere-{os.getpid()}-{limit_mb}"
    try:
        group.mkdir()
    except OSError as error:
        pytest.skip(f"no control group for memory can be made: {error}")
    try:
        (group / "memory.limit_in_bytes").write_text(str(limit_mb * 1_000_000), encoding="ascii")
        yield group
    finally:
        wait_until(lambda: not (group / "cgroup.procs").read_text(encoding="ascii"))
        group.rmdir()


@pytest.mark.slow
@pytest.mark.parametrize(("limit_mb", "starts"), [(120, False), (250, True)])
def test_too_little_memory_is_said_at_once(index: Path, limit_mb: int, starts: bool) -> None:
    """It starts and answers in both modes, or ends with a sentence that says what it needs."""
    with control_group(limit_mb) as group:
        enter = f"echo $$ > {group}/cgroup.procs && exec {sys.executable} serve.py --index {index} --port 0 --feedback {index}.f"
        with subprocess.Popen(
            ["/bin/sh", "-c", enter], cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            assert process.stdout
            assert process.stderr
            line = process.stdout.readline()
            if starts:
                address = line.removeprefix("Netsphere answers on ").strip()
                for mode in ("fast", "precise"):
                    assert fetch(address + ASK.replace("fast", mode))[0] == 200
                process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE_S) == (0 if starts else 1)
            assert starts or "out of memory: a worker needs 200 MB" in process.stderr.read()


@pytest.mark.slow
def test_too_little_address_space_is_said_at_once(index: Path) -> None:
    """Before any library fails in a way of its own."""
    serve = f"ulimit -v 1000000 && exec {sys.executable} serve.py --index {index} --port 0"
    done = subprocess.run(["/bin/sh", "-c", serve], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("error: the address space is limited to 1024 MB (ulimit -v), and 2000 MB are needed")
    assert done.stderr.count("\n") == 1


def start_builds(index: Path, texts: Path) -> "subprocess.Popen[bytes]":
    """Build again and again, with another text each time, until it is killed."""
    program = f"""
from pathlib import Path
from index.build.pipeline import build_index
from index.errors import BuildInProgress
from index.settings import IndexSettings
from tests.doubles import WordEncoder
for number in range(100000):
    Path({str(texts)!r}, "a.txt").write_text(f"Cats number {{number}} sleep on mats.")
    try:
        build_index(Path({str(texts)!r}), IndexSettings(index={str(index)!r}), WordEncoder())
    except BuildInProgress:
        pass
"""
    return subprocess.Popen([sys.executable, "-c", program], cwd=ROOT)


@pytest.mark.slow
@pytest.mark.parametrize("locked", [True, False])
def test_a_copy_that_was_made_while_building_is_whole_or_refused(tmp_path: Path, locked: bool) -> None:
    """With the lock, as docs/reliability.md says, it is whole; without it a command makes it so, or nothing is served."""
    if shutil.which("flock") is None:
        pytest.skip("there is no flock")
    index, texts = tmp_path / "index", tmp_path / "texts"
    texts.mkdir()
    with start_builds(index, texts) as builds:
        wait_until((index / CURRENT).exists)
        for number in range(5):
            copy = tmp_path / f"copy{number}"
            lock = ["flock", str(index / "build.lock")] if locked else []
            subprocess.run([*lock, "cp", "-a", str(index), str(copy)], check=locked, capture_output=True)
            done = command("verify", "--index", copy)
            if locked:
                assert done.returncode == 0, done.stderr
            elif done.returncode:
                assert re.match(r"error: (damaged: |.*rollback --to )", done.stderr), done.stderr
        builds.kill()


@pytest.mark.slow
def test_a_restored_backup_answers_as_before(index: Path, tmp_path: Path) -> None:
    """A copy that was made while serving, in another place, after the index itself was lost."""
    with serving(index) as address:
        answer = fetch(address + ASK)[1]
        shutil.copytree(index, tmp_path / "backup")
    shutil.rmtree(index)
    assert command("verify", "--index", tmp_path / "backup").returncode == 0
    with serving(tmp_path / "backup") as address:
        restored = fetch(address + ASK)[1]
    assert words(restored) == words(answer)
    assert generation(restored) == generation(answer)


@pytest.mark.slow
def test_files_cut_off_while_they_are_served_leave_no_request_without_a_response(index: Path) -> None:
    """Every file of the generation, one after the other: the answer or a problem, and /readyz tells."""
    (folder,) = (path.parent for path in index.glob("*/manifest.json"))
    with serving(index) as address:
        answer = words(fetch(address + ASK)[1])
        for number, path in enumerate(sorted(folder.rglob("*.*"))):
            os.truncate(path, path.stat().st_size // 2)
            # Another spelling each time, so that no answer comes from a cache.
            status, body = fetch(address + ASK.replace("%3F", "+" * number + "%3F"))
            assert body.get("code") == "index_damaged" if status == 503 else words(body) == answer
            assert fetch(f"{address}/v1/documents/blame.txt")[0] in {200, 503}
            wait_until(lambda: fetch(f"{address}/readyz")[1].get("code") == "index_damaged")
