"""Check the index, and ask it."""

from collections.abc import Iterator

from index.commands import format_build, format_publish, format_status, format_verify
from index.errors import DamagedGeneration, NetsphereError
from index.generation.directory import IndexDirectory
from index.generation.generation import Generation
from index.generation.manifest import Manifest, read_source
from index.search.stores.access import StoreAccess
from index.writes.publish import find_waiting
from qa.doctor.types import Configuration, Finding, Level
from qa.engine import Engine


def check_index(configuration: Configuration) -> Iterator[Finding]:
    """Find out whether the served generation is intact, of this program and of the stated model, and answers."""
    directory = IndexDirectory(configuration.index)
    try:
        manifest = _open_current(directory).manifest
        yield Finding(Level.OK, "index", f"{manifest.generation} in {directory.root}, built with {manifest.model}")
        yield from _check_left_out(manifest, directory)
        yield from _check_waiting(directory)
        yield from check_database(directory)
        yield from _check_answers(configuration)
    except NetsphereError as error:
        yield Finding(Level.FAULT, "index", str(error))


def _open_current(directory: IndexDirectory) -> Generation:
    """Open the generation that ``CURRENT`` names, hash all of it, and say how to repair it if it is damaged."""
    current = directory.require_current()
    try:
        return Generation.open(directory.root / current, hashes_all=True)
    except DamagedGeneration as error:
        remedy = format_build(read_source(directory.root / current), directory.root)
        raise DamagedGeneration(f"{error}; build it again with: {remedy}") from error


def _check_left_out(manifest: Manifest, directory: IndexDirectory) -> Iterator[Finding]:
    """Find files that were left out because a library is missing."""
    lacking = [problem for problem in manifest.problems if "needs the package" in problem.reason]
    if lacking:
        text = f"{lacking[0].where} {lacking[0].reason}"
        more = f" (and {len(lacking) - 1} more files)" if lacking[1:] else ""
        yield Finding(Level.FAULT, "files", f"{text}{more}, and build again")
    elif manifest.problems:
        text = f"{len(manifest.problems)} were left out; {format_status(directory.root)} says why"
        yield Finding(Level.NOTE, "files", text)


def _check_waiting(directory: IndexDirectory) -> Iterator[Finding]:
    newest = find_waiting(directory)
    if newest:
        text = f"{newest} waits; serve it with: {format_publish(directory.root)}"
        yield Finding(Level.NOTE, "index", text)


def check_database(directory: IndexDirectory) -> Iterator[Finding]:
    """Find out whether the database of the index, if it has one, is reached and serves what the folder does."""
    if directory.shared is None:
        return
    published, here = directory.shared.find_current(), directory.require_current()
    where = StoreAccess.read(directory.root).uri
    if published == here:
        yield Finding(Level.OK, "database", f"{where} has {published} published")
    else:
        text = f"{where} has {published} published, and the folder {here}; fetch it with: python -m index pull"
        yield Finding(Level.NOTE, "database", text)


def _check_answers(configuration: Configuration) -> Iterator[Finding]:
    """Ask for a known sentence by each leg."""
    engine = Engine.open(configuration.index, configuration.model, "none", models=configuration.models)
    parts = engine.check_readiness()
    failing = [part for part, works in parts.items() if not works]
    if failing:
        remedy = format_verify(configuration.index)
        text = f"{', '.join(failing)} find no known sentence; check it with: {remedy}"
        yield Finding(Level.FAULT, "answers", text)
    else:
        yield Finding(Level.OK, "answers", f"a known sentence is found by {', '.join(parts) or 'nothing: no text'}")
