"""Times are those of the reader's clock on every page, however far away the server is."""

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from quality.sampling_rows import made_at
from tests.browser.conftest import Console, Open

pytestmark = pytest.mark.browser
SHANGHAI = timedelta(hours=8)


def _written(at: datetime, language: str) -> str:
    if language == "zh":
        return f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}"
    return f"{at.day} {at:%b %Y, %H:%M}"


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("name", "path", "where"),
    [
        ("quinn", "/reviews/all", "tbody td"),
        ("quinn", "/me", "#main li"),
        ("ann", "/accounts", "tbody td"),
        ("ann", "/knowledge", ".suggestions .dim"),
        ("ann", "/calls", ".call-table th"),
    ],
)  # fmt: skip
def test_a_page_tells_when_by_the_readers_clock(browse: Open, language: str, name: str, path: str, where: str) -> None:
    page = browse(name, path, language, zone="Asia/Shanghai")
    time = page.locator(f"{where} time").first
    at = datetime.fromisoformat(str(time.get_attribute("datetime"))) + SHANGHAI
    expect(time).to_have_text(_written(at, language))
    assert "UTC" not in page.locator("#main").inner_text()


def test_a_review_shows_when_its_call_was(browse: Open, console: Console) -> None:
    call = console.calls["english"].id
    began = made_at(call)
    assert began is not None
    page = browse("quinn", "/reviews/all", zone="America/New_York")
    shown = page.locator(f"a[href='/calls/{call}'] time").first
    expect(shown).to_have_text(_written(began - timedelta(hours=5), "en"))


def test_a_filter_by_time_is_shown_as_it_was_entered_and_goes_without_losing_the_order(browse: Open) -> None:
    page = browse("ann", "/calls?order=worst", "zh", zone="Asia/Shanghai")
    page.get_by_role("textbox", name="开始时间").fill("2026-11-01T08:00")
    page.get_by_role("button", name="查找", exact=True).first.click()
    page.wait_for_url("**/calls?*since=2026-11-01T00*")
    chip = page.locator(".call-asked a").first
    expect(chip).to_have_text("开始时间：2026年11月1日 08:00 ✕")
    expect(page.get_by_role("textbox", name="开始时间")).to_have_value("2026-11-01T08:00")
    chip.click()
    page.wait_for_url("**/calls?order=worst")
