"""The console without a mouse, and with one that presses twice."""

from collections.abc import Mapping

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Console, Open

pytestmark = pytest.mark.browser
TEXTS: Mapping[str, Mapping[str, str]] = {
    "en": {"skip": "Skip to the content", "menu": "Menu", "comment": "Your comment", "add": "Comment"},
    "zh": {"skip": "跳到正文", "menu": "菜单", "comment": "您的评论", "add": "发表评论"},
}
SEEN = "one => ((s) => [s.outlineStyle, s.outlineWidth, s.outlineColor])(getComputedStyle(one))"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_first_tab_offers_to_skip_what_every_page_has(browse: Open, language: str) -> None:
    page = browse("quinn", "/calls", language)
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name=TEXTS[language]["skip"])
    expect(skip).to_be_focused()
    assert skip.bounding_box()["x"] >= 0, "it is seen while it has the focus"  # type: ignore[index]
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#main input[name=words]")).to_be_focused()


@pytest.mark.parametrize("name", ["menu", "add"])
def test_where_the_keyboard_is_can_be_seen_on_every_kind_of_button(browse: Open, console: Console, name: str) -> None:
    page = browse("quinn", f"/calls/{console.calls['english'].id}")
    button = page.get_by_role("button", name=TEXTS["en"][name], exact=True)
    _come_to(page, button)
    style, width, colour = button.evaluate(SEEN)
    assert (style, width) == ("solid", "3px")
    assert colour == ("rgb(255, 255, 255)" if name == "menu" else "rgb(11, 100, 119)"), "on the dark bar a light one"


def test_on_a_dark_page_what_has_the_focus_and_what_is_ticked_is_light(browse: Open, console: Console) -> None:
    page = browse("quinn", f"/calls/{console.calls['missing'].id}")
    page.emulate_media(color_scheme="dark")
    page.get_by_label(TEXTS["en"]["comment"]).focus()
    light, colour = "rgb(108, 197, 214)", "one => getComputedStyle(one).color"
    assert page.locator(".comment-field .q-field__control").evaluate(colour) == light
    assert page.locator(".comment-foot .q-checkbox__inner").evaluate(colour) == light
    button = page.get_by_role("button", name=TEXTS["en"]["add"], exact=True)
    assert button.evaluate("one => getComputedStyle(one).backgroundColor") == "rgb(11, 100, 119)", "under white words"


def test_who_takes_a_review_up_by_keyboard_is_in_its_first_field(browse: Open, console: Console) -> None:
    page = browse("ruth", f"/calls/{console.calls['elsewhere'].id}")
    page.get_by_role("button", name="Review this call").press("Enter")
    expect(page.locator(".review-state")).to_be_focused()
    page.get_by_role("button", name="Review this", exact=True).press("Enter")
    expect(page.get_by_role("group", name="Says hello").get_by_role("combobox")).to_be_focused()


def test_who_comments_by_keyboard_may_write_the_next_comment_at_once(browse: Open, console: Console) -> None:
    page = browse("ruth", f"/calls/{console.calls['cut off'].id}")
    page.get_by_label("Your comment").fill("The first, by keyboard.")
    page.get_by_role("button", name="Comment", exact=True).press("Enter")
    expect(page.locator(".comment", has_text="The first, by keyboard.")).to_have_count(1)
    expect(page.get_by_label("Your comment")).to_be_focused()


def test_previous_leads_on_although_the_sound_is_past_the_finding_again(browse: Open, console: Console) -> None:
    page = browse("quinn", f"/calls/{console.calls['english'].id}")
    said = page.get_by_text("Finding 2 of 2")
    page.keyboard.press("p")
    expect(said.first).to_be_attached()
    page.keyboard.press(".")
    page.keyboard.press(".")
    page.keyboard.press("p")
    expect(page.get_by_text("Finding 1 of 2").first).to_be_attached()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_pressed_twice_is_done_once(browse: Open, console: Console, language: str) -> None:
    text = TEXTS[language]
    page = browse("quinn", f"/calls/{console.calls['cut off'].id}", language)
    for words, press in (
        (f"By a double click ({language}).", lambda button: button.dblclick()),
        (f"Pressed again ({language}).", lambda button: button.evaluate("one => { one.click(); one.click(); }")),
    ):
        page.get_by_label(text["comment"]).fill(words)
        press(page.get_by_role("button", name=text["add"], exact=True))
        expect(page.locator(".comment", has_text=words)).to_have_count(1)
        page.reload()
        expect(page.locator(".comment", has_text=words)).to_have_count(1)


def _come_to(page: Page, wanted: Locator) -> None:
    """Press Tab until `wanted` has the focus."""
    expect(wanted).to_be_visible()
    for _ in range(120):
        page.keyboard.press("Tab")
        if wanted.evaluate("one => one === document.activeElement"):
            return
    pytest.fail("Tab never comes there")
