"""The page tells when documents change while it is open."""

import json

from playwright.sync_api import Page, Route, expect


def test_a_line_tells_that_documents_change_and_that_they_have_changed(page: Page, server: str) -> None:
    """Nothing before, a line while a job waits, another once the generation is another one."""
    found = {"generation": "", "waiting": 0}

    def answer(route: Route) -> None:
        route.fulfill(status=200, content_type="application/json", body=json.dumps(found))

    page.clock.install()
    page.goto(server)
    line = page.locator("#updates")
    found["generation"] = str(line.get_attribute("data-generation"))
    page.route("**/v1/updates", answer)
    with page.expect_response("**/v1/updates"):
        page.clock.run_for(15_000)
    expect(line).to_be_hidden()
    found["waiting"] = 1
    page.clock.run_for(15_000)
    expect(line).to_have_text("The documents are being updated.")
    found.update(generation="000009-00000000", waiting=0)
    page.clock.run_for(2_000)
    expect(line).to_have_text("The documents were updated. Answers are from the new version from now on.")


def test_a_server_that_cannot_tell_disturbs_nobody(page: Page, server: str) -> None:
    """The page goes on looking."""
    page.clock.install()
    page.goto(server)
    page.route("**/v1/updates", lambda route: route.fulfill(status=503, body="{}"))
    with page.expect_response("**/v1/updates"):
        page.clock.run_for(15_000)
    expect(page.locator("#updates")).to_be_hidden()
    with page.expect_response("**/v1/updates"):
        page.clock.run_for(15_000)
