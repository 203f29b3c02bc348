"""The pages of reviews: what one has to do leads to the call, and each fits a telephone in both languages."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Console, Open

pytestmark = pytest.mark.browser
PAGES = {
    "quinn": ("/reviews", "/reviews/all", "/reviews/sampling", "/reviews/agreement"),
    "sue": ("/reviews/about", "/reviews/agreement"),
}
HEADINGS = {
    "en": {"/reviews": "To do", "/reviews/all": "All reviews", "/reviews/sampling": "Sampling",
           "/reviews/agreement": "Agreement", "/reviews/about": "Reviews of us"},
    "zh": {"/reviews": "我的待办", "/reviews/all": "全部复核", "/reviews/sampling": "抽检",
           "/reviews/agreement": "一致性", "/reviews/about": "与我相关的复核"},
}  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_page_of_reviews_fits_a_telephone(browse: Open, language: str) -> None:
    for name, paths in PAGES.items():
        page = browse(name, paths[0], language, width=390)
        for path in paths:
            page.goto(path)
            expect(page.get_by_role("heading", level=1)).to_have_text(HEADINGS[language][path])
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, path


def test_a_call_is_taken_up_for_review_and_taken_over_by_another(browse: Open, console: Console) -> None:
    call = console.calls["missing"].id
    page = browse("quinn", f"/calls/{call}")
    page.get_by_role("button", name="Review this call").click()
    expect(page.get_by_role("button", name="Review this", exact=True)).to_be_visible()
    page = browse("ruth", "/reviews/all?state=open")
    row = page.locator("tr", has=page.locator(f"a[href='/calls/{call}']"))
    takes = row.get_by_role("button", name="Take it over: manners, 202 Nia, quinn", exact=True)
    expect(takes).to_be_visible()
    table = page.locator(".data-table")
    assert table.evaluate("one => one.scrollWidth <= one.clientWidth"), "else the button hides when the review is due"
    takes.click()
    expect(page.get_by_text("It is yours now.")).to_be_visible()
    expect(row.get_by_role("button")).to_have_count(0)
    page.goto("/reviews")
    page.locator(f"a[href='/calls/{call}']").click()
    expect(page.get_by_role("button", name="Review this", exact=True)).to_be_visible()
