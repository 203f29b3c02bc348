"""What people do with the console from end to end, in both languages: find, hear, judge, object, decide, and see it."""

import re
from collections.abc import Mapping

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Console, Open

pytestmark = pytest.mark.browser
TEXTS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "word": "giraffe", "words": "Words said", "find": "Find", "review": "Review this",
        "rule": "Takes the problem on",
        "outcome": "Outcome", "kept": "kept", "broken": "broken", "why": "Why (needed where you change it)",
        "about": "About the whole call", "send": "Send the review", "kept_done": "It is kept.", "appeal": "Appeal",
        "appeal_words": "What is wrong with the review", "send_appeal": "Send the appeal", "decide": "Decide",
        "decision_words": "Why it is decided so", "send_decision": "Send the decision", "mean": "Mean score",
        "pause": "Pause",
    },
    "zh": {
        "word": "长颈鹿", "words": "说过的话", "find": "查找", "review": "开始复核", "rule": "承担问题",
        "outcome": "结果",
        "kept": "符合", "broken": "违反", "why": "原因（修改时必填）", "about": "对整个通话的意见", "send": "提交复核",
        "kept_done": "已保存。", "appeal": "申诉", "appeal_words": "复核有何不妥", "send_appeal": "提交申诉",
        "decide": "裁定", "decision_words": "裁定理由", "send_decision": "提交裁定", "mean": "平均分", "pause": "暂停",
    },
}  # fmt: skip
CALL = {"en": "english", "zh": "chinese"}
SPOKEN = {"en": "giraffe", "zh": "长"}
"""The word, or the sign, that the second is of."""


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_call_is_found_by_a_word_and_heard_from_there(browse: Open, console: Console, language: str) -> None:
    text, call = TEXTS[language], console.calls[CALL[language]]
    page = browse("quinn", "/calls", language)
    page.get_by_label(text["words"]).fill(text["word"])
    page.get_by_role("button", name=text["find"], exact=True).first.click()
    page.locator(f"a.said[href*='{call.id}']").click()
    page.wait_for_url(f"**/calls/{call.id}?*")
    begins = call.words[SPOKEN[language]]
    word = page.locator(f".script .w[data-seek='{begins}']")
    expect(word).to_have_text(SPOKEN[language])
    expect(word).to_have_class(re.compile(r"\bhit\b"))
    word.click()
    expect(page.get_by_role("button", name=text["pause"])).to_be_visible()
    page.wait_for_function("begins => document.querySelector('audio').currentTime > begins + 0.2", arg=begins)
    at = page.evaluate("document.querySelector('audio').currentTime")
    assert at < begins + 20, "from the word on, and not from the beginning"
    page.get_by_role("button", name=text["pause"]).click()
    assert page.evaluate("document.querySelector('audio').error") is None


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_finding_is_changed_appealed_against_and_decided_and_the_board_tells(
    browse: Open, console: Console, language: str
) -> None:
    text, call = TEXTS[language], console.calls[CALL[language]].id
    before = _mean(browse("sue", "/quality", language), text)
    quinn = browse("quinn", f"/calls/{call}", language)
    quinn.get_by_role("button", name=text["review"]).click()
    _judge(quinn, text, "kept", "The caller was helped <b>anyway</b>.")
    quinn.get_by_label(text["about"]).fill("A fine talk.")
    quinn.get_by_role("button", name=text["send"]).click()
    expect(quinn.get_by_text(text["kept_done"])).to_be_visible()
    reviewed = _mean(browse("sue", "/quality", language), text)
    assert reviewed > before, "people's word counts before the machine's"
    dana = browse("dana", f"/calls/{call}", language)
    expect(dana.get_by_text("The caller was helped <b>anyway</b>.").first).to_be_visible()
    dana.get_by_role("button", name=text["appeal"], exact=True).click()
    dana.get_by_label(text["appeal_words"]).fill("I did say it.")
    dana.get_by_role("button", name=text["send_appeal"]).click()
    expect(dana.get_by_text("I did say it.").first).to_be_visible()
    ruth = browse("ruth", f"/calls/{call}", language)
    ruth.get_by_role("button", name=text["decide"], exact=True).click()
    _judge(ruth, text, "broken", "It was said.")
    ruth.get_by_label(text["decision_words"]).fill("The agent is right.")
    ruth.get_by_role("button", name=text["send_decision"]).click()
    expect(ruth.get_by_text("The agent is right.").first).to_be_visible()
    assert _mean(browse("sue", "/quality", language), text) == before


def _judge(page: Page, text: Mapping[str, str], outcome: str, why: str) -> None:
    """Say of the rule what it came to, and why."""
    rule = page.get_by_role("group", name=text["rule"])
    rule.get_by_label(text["outcome"]).click()
    page.get_by_role("option", name=text[outcome]).first.click()
    rule.get_by_label(text["why"]).fill(why)


def _mean(page: Page, text: Mapping[str, str]) -> float:
    tile = page.locator(".tile", has_text=text["mean"])
    return float(tile.locator(".figure").inner_text())


def test_of_two_who_judge_at_once_the_second_is_told_and_nothing_is_lost(browse: Open, console: Console) -> None:
    text, call = TEXTS["en"], console.calls["night"].id
    first, second = (browse("ruth", f"/calls/{call}") for _ in range(2))
    for page, words in ((first, "The first's."), (second, "The second's.")):
        page.get_by_role("button", name=text["review"]).click()
        _judge(page, text, "kept", words)
    first.get_by_role("button", name=text["send"]).click()
    expect(first.get_by_text("The first's.").first).to_be_visible()
    second.get_by_role("button", name=text["send"]).click()
    expect(second.get_by_text("Somebody changed this review since you opened it")).to_be_visible()
    expect(second.get_by_role("group", name=text["rule"]).get_by_label(text["why"])).to_have_value("The second's.")
    answer = first.request.get(f"/api/v1/reviews/review-{call}").json()
    said = {one["rule"]: one["reviewed"]["comment"] for one in answer["rules"]}
    assert said["problem"] == "The first's."


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_first_look_at_a_call_needs_no_library_and_goes_once_the_player_is_there(
    browse: Open, console: Console, language: str
) -> None:
    page = browse("quinn", language=language)
    call = console.calls["english" if language == "en" else "chinese"]
    html = page.request.get(f"/calls/{call.id}").text()
    word = {"en": "giraffe", "zh": "长"}[language]
    look = html[html.index('id="first-look"') : html.index('id="first-drawing"')]
    assert word in look
    card = re.compile(r"(?<![\w-])4111(?![\w-])", re.ASCII)  # by itself: addresses carry random hexadecimal digits
    assert not card.search(html), "what is masked isn't sent first either"
    page.goto(f"/calls/{call.id}")
    expect(page.locator(".call-player .w").first).to_be_visible()
    assert page.locator("#first-look").count() == 0
    assert page.locator("main main").count() == 0
    assert page.locator("h1").count() == 1


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_comment_s_checkbox_and_its_button_do_not_touch(
    browse: Open, console: Console, language: str, width: int
) -> None:
    page = browse("quinn", f"/calls/{console.calls[CALL[language]].id}", language, width)
    expect(page.locator(".call-player .w").first).to_be_visible()
    expect(page.locator(".comments .q-btn").last).to_be_visible()
    # Both in one look: what stands above may still grow.
    label, button = page.evaluate(
        """[".q-checkbox", ".q-btn"].map(kind => [...document.querySelectorAll(`.comments ${kind}`)].at(-1)
                                                    .getBoundingClientRect().toJSON())"""
    )
    beside = button["x"] - (label["x"] + label["width"])
    below = button["y"] - (label["y"] + label["height"])
    assert max(beside, below) >= 6


def test_the_list_is_put_in_order_by_a_press_on_a_column(browse: Open) -> None:
    page = browse("quinn", "/calls")
    scores = page.locator("td[data-label=Score]")
    page.get_by_role("link", name="Score").click()
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("Score")
    worst = [float(text.split()[0]) for text in scores.all_inner_texts() if text.strip()]
    page.get_by_role("link", name="Score").click()
    expect(page.locator("th[aria-sort=descending]")).to_contain_text("Score")
    best = [float(text.split()[0]) for text in scores.all_inner_texts() if text.strip()]
    assert worst == sorted(best)
    assert best == sorted(best, reverse=True)
    assert len(set(best)) > 1


def test_a_view_that_is_kept_keeps_the_order(browse: Open) -> None:
    page = browse("ann", "/calls?words=refund&order=worst")
    page.get_by_role("button", name="Keep this view").click()
    page.get_by_label("Name of the view").fill("Refunds, the worst first")
    page.get_by_role("button", name="Keep", exact=True).click()
    view = page.locator(".call-views a", has_text="Refunds, the worst first")
    expect(view).to_have_attribute("href", "/calls?words=refund&order=worst")
    assert page.url.endswith("/calls?words=refund&order=worst"), "nor is it lost here"
