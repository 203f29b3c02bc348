"""The knowledge base's page: an editor finds what callers missed, hears it, and makes it answers."""

import json
import sqlite3

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Console, Open
from tests.browser.made_calls import CARD, EVIL

pytestmark = pytest.mark.browser


def one(page: Page, question: str) -> Locator:
    """Return the suggestion that a question stands for."""
    return page.locator(".suggestions > li", has=page.get_by_role("heading", name=question, exact=True))


def rows(console: Console, query: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(console.directory / "hotline.sqlite")
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def test_a_suggestion_becomes_an_article_that_is_live_with_its_questions_and_who_did_it(
    browse: Open, console: Console
) -> None:
    page = browse("quinn", "/knowledge")
    page.locator("nav a.entry.here", has_text="Knowledge base").wait_for()
    card = one(page, "do you repair broken umbrellas")
    expect(card).to_contain_text("asked 2 times")
    card.get_by_role("button", name="New article").click()
    form = page.get_by_role("dialog")
    expect(form.get_by_label("Questions that go along")).to_have_value(
        "do you repair broken umbrellas\ncan you repair my broken umbrella"
    )
    form.get_by_label("Title").fill("Repairs")
    form.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Write the short answer")).to_be_visible()
    form.get_by_label("Short answer").fill("We repair umbrellas for free.")
    form.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("The article Repairs is live.")).to_be_visible()
    expect(card).to_have_count(0)
    assert rows(console, "select written_by, short from article_version where article_id = 'repairs'") == [
        ("quinn", "We repair umbrellas for free.")
    ]  # fmt: skip
    assert rows(console, "select account, words from audit where action = 'knowledge.approved'") == [
        ("quinn", "repairs")
    ]  # fmt: skip
    page.goto("/knowledge?state=approved")
    expect(one(page, "do you repair broken umbrellas")).to_contain_text("went into the article repairs")
    page.locator(".examples a").first.click()
    expect(page).to_have_url(f"{console.url}/calls/{console.calls['night'].id}?t=2.5")


def test_in_chinese_questions_go_into_an_article_that_is_found_by_its_words(browse: Open, console: Console) -> None:
    page = browse("ann", "/knowledge?spoken=zh", "zh", width=390)
    expect(page.get_by_role("heading", level=1)).to_have_text("知识库")
    expect(page.locator(".suggestions > li")).to_have_count(1)
    one(page, "门口可以停车吗").get_by_role("button", name="归入已有条目").click()
    form = page.get_by_role("dialog")
    expect(form).to_contain_text("现有 1 个相似问法。简短答案：店后面可以停车。")
    form.get_by_label("按字词查找条目").fill("退款")
    expect(form).to_contain_text("该语言的条目中没有这些字词。")
    form.get_by_role("button", name="归入", exact=True).click()
    expect(page.get_by_text("请先选择一个条目。")).to_be_visible()
    form.get_by_label("按字词查找条目").fill("停车场")
    form.get_by_role("radio", name="停车").wait_for()
    form.get_by_role("button", name="归入", exact=True).click()
    expect(page.get_by_text("已归入条目 parking-zh。")).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="没有待答问题")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    (kept,) = rows(console, "select questions from article_version where article_id = 'parking-zh' and version = 2")
    assert json.loads(str(kept[0])) == ["有停车场吗？", "门口可以停车吗"]


def test_what_callers_said_is_text_without_personal_data(browse: Open) -> None:
    page = browse("quinn", "/knowledge")
    expect(one(page, f"{EVIL} is the umbrella open")).to_be_visible()
    card = one(page, "charge my card [card] for the giraffe")
    card.get_by_role("button", name="New article").click()
    form = page.get_by_role("dialog")
    expect(form).to_contain_text("Questions with personal data (1) are left out.")
    expect(form.get_by_label("Questions that go along")).to_have_value("")
    assert CARD not in page.content()
    assert page.title() == "Knowledge base · Hotline"
    form.get_by_role("button", name="Cancel").click()
    one(page, f"{EVIL} is the umbrella open").get_by_role("button", name="Add to an article").click()
    expect(page.get_by_role("dialog").get_by_role("radio").first).to_be_visible()
    assert page.title() == "Knowledge base · Hotline"


def test_who_comes_second_is_told_what_became_of_it(browse: Open) -> None:
    first, second = browse("ruth", "/knowledge"), browse("quinn", "/knowledge")
    question = "until when are you open on Sundays"
    for page in (first, second):
        one(page, question).get_by_role("button", name="Discard").click()
        page.get_by_role("dialog").get_by_label("Why").fill("answered elsewhere")
    first.get_by_role("dialog").get_by_role("button", name="Discard").click()
    expect(first.get_by_text("Discarded.", exact=True)).to_be_visible()
    second.get_by_role("dialog").get_by_role("button", name="Discard").click()
    expect(second.get_by_text("Somebody discarded this meanwhile; nothing was changed.")).to_be_visible()
    expect(one(second, question)).to_have_count(0)
