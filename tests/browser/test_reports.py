"""The pages of an evaluation of the seed in a real Chromium, opened as files, without a network."""

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from qa.engine import Engine
from qa.evaluation import Run, compare, load, run
from qa.evaluation.measures import score_replies, summarise_outcomes
from qa.evaluation.report import write_comparison, write_report
from qa.evaluation.report.slices import cut_slices

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs" / "reports"
# Pixels of each label of a plot, as it is scaled into the page.
DRAWN = (
    "all => all.map(e => parseFloat(getComputedStyle(e).fontSize) * Math.hypot(e.getScreenCTM().a, e.getScreenCTM().b))"
)


@pytest.fixture(scope="module")
def seed_run(engine: Engine) -> Run:
    """Without its latency, which no two runs share."""
    return replace(run(load(ROOT / "tests" / "judgements" / "blame.jsonl"), engine), latency=None)


@pytest.fixture(scope="module")
def pages(seed_run: Run, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The report, and a comparison with a run whose first two passages changed places in every third question."""
    folder = tmp_path_factory.mktemp("pages")
    swapped = score_replies(
        [(o.judgement, _swapped(o.reply) if n % 3 == 0 else o.reply) for n, o in enumerate(seed_run.outcomes)]
    )
    other = replace(seed_run, outcomes=swapped, scores=summarise_outcomes(swapped))
    return {
        "report": write_report(seed_run, folder / "report.html"),
        "compare": write_comparison(compare(other, seed_run), folder / "compare.html"),
    }


def _swapped(reply: object) -> object:
    first, second, *others = reply.passages  # type: ignore[attr-defined]
    return replace(reply, passages=(second, first, *others))  # type: ignore[type-var]


def opened(browser: Browser, path: Path, width: int, scheme: str = "light") -> Page:
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": width, "height": 900}, color_scheme=scheme
    )
    page = context.new_page()
    page.asked = []
    page.on("request", lambda request: page.asked.append(request.url))
    page.goto(path.as_uri())
    return page


@pytest.mark.parametrize("width", [320, 375, 1280])
@pytest.mark.parametrize("name", ["report", "compare"])
def test_a_page_fits_every_screen_and_asks_for_nothing(
    browser: Browser, pages: dict[str, Path], name: str, width: int
) -> None:
    """It need not be scrolled sideways; a wide table scrolls within itself; only the file itself is read."""
    page = opened(browser, pages[name], width)
    box = page.locator("main").bounding_box()
    assert box is not None
    assert box["width"] <= width
    for table in page.locator(".wide").all():
        inside = table.bounding_box()
        assert inside is not None
        assert inside["x"] + inside["width"] <= width
    for figure in page.locator("figure svg").all():
        inside = figure.bounding_box()
        assert inside is not None
        assert inside["x"] + inside["width"] <= width
    assert all(round(size) >= 9 for size in page.locator("figure svg text").evaluate_all(DRAWN))
    assert page.asked == [pages[name].as_uri()]
    page.context.close()


def test_a_reader_finds_measures_plots_slices_and_failures(
    browser: Browser, pages: dict[str, Path], seed_run: Run
) -> None:
    """By headings and tables that a screen reader announces, too."""
    page = opened(browser, pages["report"], 1280)
    headings = page.get_by_role("heading", level=2).all_inner_texts()
    assert headings == ["Measures", "Plots", "By kind of question", "What failed worst"]
    rows = page.get_by_role("table").first.get_by_role("rowheader").all_inner_texts()
    assert rows == list(seed_run.scores)
    plots = page.get_by_role("img").filter(has=page.locator("svg"))
    assert plots.count() == 5 + len({one.by for one in cut_slices(seed_run) if "nDCG@10" in one.scores})
    assert all(plot.get_attribute("aria-label") for plot in plots.all())
    assert page.locator("mark").first.is_visible()
    page.locator("summary", has_text="Right and not believed").click()
    assert page.locator("article").last.is_visible()
    page.context.close()


def test_won_and_lost_stand_side_by_side(browser: Browser, pages: dict[str, Path]) -> None:
    """What A returned is at the left of what B returned."""
    page = opened(browser, pages["compare"], 1280)
    assert page.get_by_role("heading", level=2).all_inner_texts() == ["Differences", "Questions won", "Questions lost"]
    a, b = (column.bounding_box() for column in page.locator("article").first.locator(".two > div").all())
    assert a is not None
    assert b is not None
    assert a["y"] == b["y"]
    assert a["x"] + a["width"] <= b["x"]
    page.context.close()


def test_words_can_be_read_in_the_dark_and_in_the_light(browser: Browser, pages: dict[str, Path]) -> None:
    """Ink on paper has a contrast of 7 at least, soft ink of 4.5 (WCAG 2.2), the lines of plots too."""
    for scheme in ("light", "dark"):
        page = opened(browser, pages["report"], 1280, scheme)
        paper = colour(page, "body", "background-color")
        assert contrast(colour(page, "h1", "color"), paper) >= 7
        assert contrast(colour(page, ".soft", "color"), paper) >= 4.5
        assert contrast(colour(page, "figure svg", "color"), paper) >= 7
        assert contrast(colour(page, ".bad", "color"), colour(page, ".case", "background-color")) >= 4.5
        assert contrast(colour(page, "mark", "color"), colour(page, "mark", "background-color")) >= 4.5
        for words in page.locator("figure svg text").all():
            fill = words.evaluate("e => getComputedStyle(e).fill")
            assert contrast(numbers(fill), paper) >= 4.5
        page.context.close()


def colour(page: Page, selector: str, name: str) -> list[float]:
    """Read by the style engine; scripts of the page are off, the test's are not."""
    value = page.locator(selector).first.evaluate(f"e => getComputedStyle(e)['{name}']")
    return numbers(value)


def numbers(value: str) -> list[float]:
    return [float(part) for part in value[value.index("(") + 1 : -1].split(",")[:3]]


def contrast(one: list[float], other: list[float]) -> float:
    """WCAG's ratio of relative luminances."""
    lights = sorted(
        sum(
            w * ((c / 255 / 12.92) if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4)
            for w, c in zip((0.2126, 0.7152, 0.0722), rgb, strict=True)
        )
        for rgb in (one, other)
    )
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def test_a_page_prints(browser: Browser, pages: dict[str, Path], tmp_path: Path) -> None:
    """On paper of its usual size, on more than one sheet, with all words of the measures."""
    from pypdf import PdfReader

    page = opened(browser, pages["report"], 1280)
    page.pdf(path=tmp_path / "report.pdf", format="A4")
    sheets = PdfReader(tmp_path / "report.pdf").pages
    assert len(sheets) > 1
    assert "nDCG@10" in sheets[0].extract_text()
    # What is folded away on a screen is not on paper.
    assert "called not found." in "".join(sheet.extract_text() for sheet in sheets)
    page.context.close()


@pytest.mark.parametrize(("name", "width"), [("report", 1280), ("report", 375), ("compare", 1280)])
def test_pictures_of_the_pages_are_kept(
    request: pytest.FixtureRequest, browser: Browser, pages: dict[str, Path], name: str, width: int
) -> None:
    """In docs/reports, of the first screens; ``--write`` takes them again."""
    picture = PICTURES / f"{name}-{'wide' if width > 700 else 'phone'}.png"
    page = opened(browser, pages[name], width)
    clip = {"x": 0, "y": 0, "width": width, "height": 1900 if width > 700 else 1600}
    taken = page.screenshot(full_page=True, clip=clip)
    if request.config.getoption("--write"):
        PICTURES.mkdir(parents=True, exist_ok=True)
        picture.write_bytes(taken)
    assert taken.startswith(b"\x89PNG")
    assert len(taken) < 450_000
    assert picture.is_file()
    page.context.close()
