"""The six tasks of the comparison, and the path of a first visit, each as a visitor does it on the page."""

from collections.abc import Callable, Mapping

from benchmarks.page.visitor import Visitor

FACT, FOLLOW_UP, ABSENT = "Who directed the film?", "When was it released?", "What is the capital of France?"
# Of the handbooks of the benchmarks, by a word of its title.
DOCUMENT_WORD = "ferry"

Task = Callable[[Visitor, str], None]


def find_fact(visitor: Visitor, address: str) -> None:
    """Find a fact."""
    visitor.open(address)
    _ask(visitor, FACT)


def check_source(visitor: Visitor, address: str) -> None:
    """Check the source: the words in their document."""
    find_fact(visitor, address)
    visitor.actions.clear()
    visitor.seconds = 0
    _open_evidence(visitor)


def ask_follow_up(visitor: Visitor, address: str) -> None:
    """Ask a follow-up."""
    find_fact(visitor, address)
    visitor.actions.clear()
    visitor.seconds = 0
    _ask(visitor, FOLLOW_UP)


def learn_absence(visitor: Visitor, address: str) -> None:
    """Learn that it is not there."""
    visitor.open(address)
    _ask(visitor, ABSENT, ".searched")


def find_document(visitor: Visitor, address: str) -> None:
    """Find a document."""
    page = visitor.page
    visitor.open(address)
    search = page.locator("#title")
    visitor.click("“Documents”", page.get_by_role("link", name="Documents", exact=True), search)
    visitor.type("a word of its title", search, DOCUMENT_WORD)
    visitor.press_enter(page.locator(".library a", has_text=DOCUMENT_WORD).first)


def report_wrong_answer(visitor: Visitor, address: str) -> None:
    """Report a wrong answer."""
    find_fact(visitor, address)
    visitor.actions.clear()
    visitor.seconds = 0
    page = visitor.page
    button = page.get_by_role("button", name="Wrong answer")
    visitor.click("“Wrong answer”", button, page.locator("[aria-pressed=true]"))


def visit_first(visitor: Visitor, address: str) -> None:
    """From the address to the evidence in its document."""
    find_fact(visitor, address)
    _open_evidence(visitor)


TASKS: Mapping[str, Task] = {
    "find a fact": find_fact,
    "check the source": check_source,
    "ask a follow-up": ask_follow_up,
    "learn that it is not there": learn_absence,
    "find a document": find_document,
    "report a wrong answer": report_wrong_answer,
}
# Done over the handbooks, because the seed has one document.
OVER_HANDBOOKS = {"find a document"}


def _ask(visitor: Visitor, question: str, seen: str = "blockquote") -> None:
    page = visitor.page
    before = page.locator(".turn").count()
    visitor.type("the question", page.locator("#q"), question)
    visitor.press_enter(page.locator(".turn").nth(before).locator(seen).first)


def _open_evidence(visitor: Visitor) -> None:
    page = visitor.page
    visitor.click("the title of the source", page.locator(".answer .open").last, page.locator("#panel mark.current"))
