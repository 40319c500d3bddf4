"""What a build found, in a few lines: formats, what was passed over, and what could not be read, grouped by reason."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from index.build.copies import CopyGroup
from index.build.ignore import IGNORE_FILE
from index.build.inventory import Inventory
from index.build.load_file import NO_PARSER
from index.cli import format_bytes, format_count
from index.commands import format_status
from index.generation.collection_info import CollectionInfo
from index.parsers import PARSERS
from index.types import LoadProblem

# Together with the lines of formats, of what was passed over, of copies and of the result: 20 at most.
MAX_GROUPS, MAX_COPIES = 8, 3
# How many of a group are named.
MAX_NAMES = 3
MAX_NAME_CHARS = 80
# What differs between problems of the same kind: quotations, names of files, numbers.
VARIABLE = re.compile(r"'[^']*'|\w\S*[./]\w\S*\w|\d[\d,.]*")
# Where a problem is, if it is not of a whole file.
KINDS = {"lines": re.compile(r":\d+$"), "pages": re.compile(r" page \d+$"), "files": re.compile(r"$")}


@dataclass(frozen=True, slots=True)
class ProblemGroup:
    """Problems with the same reason, apart from numbers, names and quotations; these are "…" where they differ."""

    reason: str
    places: tuple[str, ...]

    @property
    def is_unknown_format(self) -> bool:
        """Whether the files are of a format that no parser reads."""
        return self.reason.startswith(NO_PARSER)

    @property
    def title(self) -> str:
        """How many there are and why, without a remedy that is the same for many groups."""
        reason = self.reason.partition(":")[0] if self.is_unknown_format else self.reason
        kinds = {next(kind for kind, pattern in KINDS.items() if pattern.search(place)) for place in self.places}
        return f"{format_count(len(self.places), kinds.pop() if len(kinds) == 1 else 'places')}: {reason}"


def group_problems(problems: Sequence[LoadProblem]) -> list[ProblemGroup]:
    """Return the problems in groups, the largest first."""
    groups: dict[tuple[str, ...], list[LoadProblem]] = {}
    for problem in problems:
        groups.setdefault(tuple(VARIABLE.split(problem.reason)), []).append(problem)
    found = [ProblemGroup(_merge_reasons(one), tuple(problem.where for problem in one)) for one in groups.values()]
    return sorted(found, key=lambda group: (-len(group.places), group.reason))


def describe_collection(collection: CollectionInfo) -> list[str]:
    """Return a line with the title and the languages that ``collection.toml`` states; none if it states neither."""
    languages = f"({', '.join(collection.languages)})" if collection.languages else ""
    stated = " ".join(filter(None, (show_name(collection.title), languages)))
    return [f"collection  {stated}"] if stated else []


def describe_read(inventory: Inventory) -> list[str]:
    """Return a line that says what was read, by format; none if no file was."""
    total = inventory.total
    if not total.files:
        return []
    formats = sorted(inventory.formats.items(), key=lambda item: (-item[1].files, item[0]))
    counted = ", ".join(f"{extension} {count.files}" for extension, count in formats)
    amount = f"{format_count(total.documents, 'documents')} in {format_count(total.files, 'files')}"
    return [f"read        {amount}, {format_bytes(total.bytes)}: {counted}"]


def describe_left_out(inventory: Inventory) -> list[str]:
    """Return at most 13 lines that say what was passed over, and what could not be read."""
    lines = []
    for reason, count in inventory.count_skipped().items():
        names = [skip.where for skip in inventory.skipped if skip.reason is reason]
        lines.append(f"passed over {count} {reason.words}: {name_first(names)}")
    groups = group_problems(inventory.problems)
    lines += [f"left out    {group.title}: {name_first(group.places)}" for group in groups[:MAX_GROUPS]]
    if rest := groups[MAX_GROUPS:]:
        places = sum(len(group.places) for group in rest)
        lines.append(f"left out    {places} more for {format_count(len(rest), 'other reasons')}")
    if any(group.is_unknown_format for group in groups):
        remedy = f"convert files of others, or name them in {IGNORE_FILE}"
        lines.append(f"            formats: {' '.join(PARSERS)}; {remedy}")
    return lines


def describe_copies(copies: Sequence[CopyGroup]) -> list[str]:
    """Return at most 4 lines that say which documents have the same or nearly the same text."""
    if not copies:
        return []
    documents = f"{sum(len(group.documents) for group in copies)} documents"
    head = f"copies      {documents} in {format_count(len(copies), 'groups')} with the same or nearly the same text"
    shown = [_describe_group(group, name_first(group.documents)) for group in copies[:MAX_COPIES]]
    return [head, *(f"            {line}" for line in shown)]


def describe_rest(inventory: Inventory, copies: Sequence[CopyGroup], index: str) -> list[str]:
    """Return a line that says where everything is named, if the other lines name only some of it."""
    groups = group_problems(inventory.problems)
    counts = [*(len(group.places) for group in groups), *inventory.count_skipped().values()]
    counts += [len(group.documents) for group in copies]
    is_shortened = len(groups) > MAX_GROUPS or len(copies) > MAX_COPIES or any(count > MAX_NAMES for count in counts)
    return [f"            all of them: {format_status(index)}"] if is_shortened else []


def describe_all(inventory: Inventory, copies: Sequence[CopyGroup]) -> Iterator[str]:
    """Yield a line for each group of copies, and for everything that was passed over or could not be read."""
    for group in copies:
        yield f"copies      {_describe_group(group, ', '.join(map(show_name, group.documents)))}"
    yield from (f"passed over {show_name(skip.where)}: {skip.reason.words}" for skip in inventory.skipped)
    yield from (f"left out    {show_name(problem.where)}: {problem.reason}" for problem in inventory.problems)


def name_first(names: Sequence[str]) -> str:
    """Return the first few names of many."""
    return ", ".join(map(show_name, names[:MAX_NAMES])) + (" …" if len(names) > MAX_NAMES else "")


def show_name(name: str) -> str:
    """Return a name of a file as one line that fits: it may have any characters, and hundreds of them."""
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in name)
    return shown if len(shown) <= MAX_NAME_CHARS else f"…{shown[1 - MAX_NAME_CHARS :]}"


def _describe_group(group: CopyGroup, names: str) -> str:
    return f"{'the same' if group.identical else 'nearly the same'}: {names}"


def _merge_reasons(problems: Sequence[LoadProblem]) -> str:
    """Return the reason that problems of one group share."""
    variables = [VARIABLE.findall(problem.reason) for problem in problems]
    shared = [values[0] if len(set(values)) == 1 else "…" for values in zip(*variables, strict=True)]
    constants = VARIABLE.split(problems[0].reason)
    return "".join(part for pair in zip_longest(constants, shared, fillvalue="") for part in pair)
