"""Who gets to see what, in a real browser: signing in and out, roles, other people's calls, and markup from callers."""

import json
import sqlite3
import urllib.request

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Console, Open, sign_in
from tests.browser.made_calls import CARD, EVIL, PEOPLE
from tests.unit.console.people import PASSWORD

pytestmark = pytest.mark.browser
TEXT = {
    "en": {"name": "Name", "password": "Password", "enter": "Sign in", "wrong": "don't belong together"},
    "zh": {"name": "用户名", "password": "密码", "enter": "登录", "wrong": "用户名或密码不正确"},
}
ENTRIES = {
    "ann": {"/calls", "/reviews", "/quality", "/accounts", "/audit", "/live", "/campaigns", "/knowledge"},
    "quinn": {"/calls", "/reviews", "/quality", "/live", "/knowledge"},
    "sue": {"/calls", "/quality", "/live"},
    "otto": {"/calls", "/quality", "/campaigns", "/live"},
    "dana": {"/calls"},
}
"""Of the navigation, at least; what others have there isn't in one's own."""


@pytest.mark.parametrize("language", ["en", "zh"])
def test_who_signs_in_gets_where_he_wanted_to_go_in_his_language(browse: Open, language: str) -> None:
    text = TEXT[language]
    page = browse(language=language)
    page.goto("/accounts")
    page.get_by_label(text["name"], exact=True).fill("ann")
    page.get_by_label(text["password"]).fill("a wrong one")
    page.get_by_role("button", name=text["enter"]).click()
    expect(page.get_by_role("alert")).to_contain_text(text["wrong"])
    page.get_by_label(text["password"]).fill(PASSWORD)
    page.get_by_role("button", name=text["enter"]).click()
    expect(page.get_by_role("heading", level=1)).to_have_text({"en": "Accounts", "zh": "账号"}[language])
    assert page.url.endswith("/accounts")
    assert page.evaluate("document.documentElement.lang").startswith(language)
    cookie = next(one for one in page.context.cookies() if one["name"] == "hotline_session")
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Lax")


@pytest.mark.parametrize("name", list(ENTRIES))
def test_each_role_finds_its_own_pages_in_the_menu_and_no_others_by_their_address(browse: Open, name: str) -> None:
    page = browse(name, "/me")
    mine = {str(link.get_attribute("href")) for link in page.locator("nav a.entry").all()}
    assert ENTRIES[name] <= mine
    others = set().union(*ENTRIES.values()) - ENTRIES[name]
    assert not others & mine
    for path in sorted(others):
        answer = page.request.get(path)
        assert answer.status == 403, path
        assert "Your roles don" in answer.text()


def test_a_call_of_another_team_is_nobodys_by_page_sound_and_api(browse: Open, console: Console) -> None:
    own, other = console.calls["english"].id, console.calls["night"].id
    for name in ("sue", "dana"):
        page = browse(name)
        for path in (f"/calls/{other}", f"/calls/{other}/sound", f"/calls/{other}/peaks", f"/api/v1/calls/{other}"):
            assert page.request.get(path).status == 404, (name, path)
        for path in (f"/calls/{own}", f"/calls/{own}/sound", f"/api/v1/calls/{own}"):
            assert page.request.get(path).status == 200, (name, path)
        for path in (f"/calls/{own}/sound?original=true", f"/api/v1/calls/{own}?original=true"):
            assert page.request.get(path).status == 403, (name, path)
        assert CARD not in page.request.get(f"/calls/{own}").text()
    page = browse("otto")
    assert page.request.get(f"/calls/{own}").status == 404, "no campaign's"


def test_without_a_session_nothing_is_told_but_how_to_sign_in(browse: Open, console: Console) -> None:
    page = browse()
    call = console.calls["english"].id
    for path in ("/", f"/calls/{call}", f"/calls/{call}/sound", "/audit/export", "/docs", "/openapi.json", "/nothing"):
        answer = page.request.get(path)
        assert "/sign-in" in answer.url, path
    for path in ("/_nicegui/3/static/nicegui.js", "/_nicegui_ws/socket.io/?EIO=4&transport=polling&client_id=x"):
        assert page.request.get(path).status == 401
    assert page.request.get(f"/api/v1/calls/{call}").status == 401
    page.goto("/sign-in")
    told = page.content()
    assert "nicegui" not in told.lower()
    assert not page.request.get("/sign-in").headers.get("server")


def test_a_page_of_another_site_gets_nothing_by_the_cookie(browse: Open) -> None:
    page = browse("ann", "/me")
    headers = {"origin": "http://evil.example"}
    assert page.request.post("/sign-out", headers=headers).status == 403
    assert page.request.post("/api/v1/agents/201/state", headers=headers, data={"state": "paused"}).status == 401
    assert page.request.post("/api/v1/agents/201/state", data={"state": "paused"}).status == 403, "no secret"


def test_nobody_opens_the_socket_of_somebody_elses_page_nor_garbles_the_own(browse: Open, console: Console) -> None:
    anns, danas = browse("ann", "/me"), browse("dana", "/me")
    tried = """page => new Promise(done => {
        const query = "?EIO=4&transport=websocket&client_id=" + page;
        const socket = new WebSocket("ws://" + location.host + "/_nicegui_ws/socket.io/" + query);
        socket.onmessage = () => done("open");
        socket.onclose = () => done("closed"); })"""
    page = anns.evaluate("window.clientId")
    assert page
    assert anns.evaluate(tried, page) == "open"
    assert danas.evaluate(tried, page) == "closed"
    garbled = """page => new Promise(done => {
        const query = "?EIO=4&transport=websocket&client_id=" + page;
        const socket = new WebSocket("ws://" + location.host + "/_nicegui_ws/socket.io/" + query);
        socket.onopen = () => socket.send('42["event",');
        socket.onclose = () => done("closed"); })"""
    assert anns.evaluate(garbled, page) == "closed"
    console.take("ann sent on a page's socket what no page sends; it is closed.")
    assert console.faults() == []
    polled = danas.request.get(f"/_nicegui_ws/socket.io/?EIO=4&transport=polling&client_id={page}")
    assert polled.status == 403


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_not_there_is_said_within_the_frame_in_the_language_of_the_page(browse: Open, language: str) -> None:
    page = browse("dana", language=language)
    answer = page.goto("/nothing/at/all")
    assert answer is not None
    assert answer.status == 404
    words = {"en": "There is no such page", "zh": "没有这个页面"}[language]
    expect(page.get_by_role("alert")).to_contain_text(words)
    expect(page.locator("nav a.entry").first).to_be_attached()


def test_signing_out_ends_every_open_page_of_the_browser_at_once(browse: Open) -> None:
    page = browse("sue", "/calls")
    other = page.context.new_page()
    other.goto("/me")
    expect(other.get_by_role("heading", level=1)).to_have_text("Sue")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    other.wait_for_url("**/sign-in*")
    page.goto("/calls")
    assert "/sign-in?next=" in page.url


def test_a_new_password_signs_out_other_browsers_but_not_this_one(browse: Open) -> None:
    here, there = browse("pia", "/me"), browse("pia", "/me")
    new = "eight tame horses"
    for old, words in (("wrong", "The old password is wrong"), (PASSWORD, "The password is changed")):
        here.get_by_label("Old password").fill(old)
        here.get_by_label("New password").fill(new)
        here.get_by_label("The same again").fill(new)
        here.get_by_role("button", name="Change the password").click()
        expect(here.get_by_text(words)).to_be_visible()
    there.wait_for_url("**/sign-in*")
    here.reload()
    expect(here.get_by_role("heading", level=1)).to_have_text("Pia")
    sign_in(there, "pia", new)


def test_an_administrator_adds_an_account_whose_password_is_shown_once_and_disables_it(browse: Open) -> None:
    page = browse("ann", "/accounts")
    page.get_by_role("button", name="Add an account").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill("zoe")
    dialog.get_by_role("checkbox", name="Campaign operator").click()
    dialog.get_by_role("button", name="Save").click()
    password = page.locator(".secret").inner_text()
    page.get_by_role("button", name="Close").click()
    zoe = browse()
    sign_in(zoe, "zoe", password)
    expect(zoe.get_by_text("Campaign operator")).to_be_visible()
    page.get_by_role("button", name="Change zoe").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("switch", name="May sign in").click()
    dialog.get_by_role("button", name="Save").click()
    zoe.wait_for_url("**/sign-in*")
    page.get_by_role("button", name="Change ann").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("checkbox", name="Administrator").click()
    dialog.get_by_role("checkbox", name="Agent").click()
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_text("ann is the last administrator")).to_be_visible()


def test_markup_in_what_callers_say_and_are_called_stays_text(browse: Open, console: Console) -> None:
    call = console.calls["evil"].id
    page = browse("quinn", "/calls?words=zebra")
    expect(page.get_by_text("said zebra").first).to_be_visible()
    page.goto(f"/calls/{call}")
    expect(page.locator(".script")).to_contain_text("zebra")
    page.goto("/calls")
    expect(page.get_by_text(EVIL).first).to_be_visible()
    assert "owned" not in page.title()
    assert page.locator("#main img[src=x]").count() == 0


def test_recordings_that_are_gone_cut_off_or_elsewhere_are_said(browse: Open, console: Console) -> None:
    page = browse("quinn")
    for name, words in (
        ("missing", "The recording is missing"), ("cut off", "The recording was cut off"),
        ("elsewhere", "The recording is missing"),
    ):  # fmt: skip
        call = console.calls[name].id
        page.goto(f"/calls/{call}")
        expect(page.get_by_text(words).first).to_be_visible()
        expect(page.locator(".script")).to_contain_text("giraffe")
        if name != "cut off":
            for path in (f"/calls/{call}/sound", f"/calls/{call}/sound?original=true", f"/api/v1/calls/{call}/sound"):
                answer = page.request.get(path)
                assert answer.status == 404
                assert "root:" not in answer.text()


def test_the_audit_trail_tells_who_opened_and_heard_what(browse: Open, console: Console) -> None:
    call = console.calls["chinese"].id
    page = browse("ruth", f"/calls/{call}")
    page.request.get(f"/calls/{call}/sound?opening=test")
    trail = browse("ann", f"/audit?account=ruth&call_id={call}", "zh")
    expect(trail.locator("table")).to_contain_text("打开通话")
    expect(trail.locator("table")).to_contain_text("听取录音")
    exported = trail.request.get("/audit/export?account=ruth")
    assert exported.headers["content-type"].startswith("text/csv")
    assert f",listened,{call}," in exported.text()
    narrow = trail.request.get(f"/audit/export?account=ruth&action=listened&call_id={call}")
    assert narrow.status == 200
    assert f",listened,{call}," in narrow.text()
    assert "opened-call" not in narrow.text()


def test_a_program_asks_by_a_token_and_its_role(browse: Open, console: Console) -> None:
    request = urllib.request.Request(f"{console.url}/api/v1/calls", headers={"authorization": "Bearer hl_wrong"})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with pytest.raises(urllib.error.HTTPError) as refused:
        opener.open(request)
    problem = json.load(refused.value)
    assert (problem["status"], "Say who you are" in problem["detail"]) == (401, True)


@pytest.mark.parametrize("path", ["/me", "/accounts", "/audit", "/calls", "/quality", "/reviews"])
def test_pages_are_usable_on_a_phone(browse: Open, path: str) -> None:
    page = browse("ann", path, width=390)
    page.evaluate("document.fonts.ready.then(() => new Promise(requestAnimationFrame)).then(() => 0)")
    assert _overflow(page) <= 0, "nothing is wider than the screen"
    unnamed = page.evaluate(
        """() => [...document.querySelectorAll("main button, main input:not([type=hidden]), main select, .bar button")]
            .filter(one => one.offsetParent && !(one.labels?.length || one.getAttribute("aria-label") ||
                           one.getAttribute("aria-labelledby") || one.textContent.trim() || one.title))
            .map(one => one.outerHTML.slice(0, 120))"""
    )
    assert unnamed == []


def _overflow(page: Page) -> int:
    return int(page.evaluate("document.scrollingElement.scrollWidth - document.documentElement.clientWidth"))


def test_people_leave_in_the_middle_and_nothing_is_in_the_log(browse: Open, console: Console) -> None:
    page = browse("quinn", "/me")
    for path in ("/calls", "/quality", f"/calls/{console.calls['english'].id}"):
        page.evaluate(
            """path => { const gone = new AbortController(); fetch(path, {signal: gone.signal}).catch(() => 0);
                         setTimeout(() => gone.abort(), 5); }""", path
        )  # fmt: skip
        page.wait_for_timeout(50)
    page.goto("/calls")
    page.context.close()
    leaving = browse("otto", "/me")
    leaving.get_by_role("button", name="Sign out", exact=True).click()
    leaving.wait_for_url("**/sign-in")
    leaving.wait_for_timeout(3000)  # what is left of pages that were open is taken away by then
    assert set(PEOPLE) >= set(ENTRIES)
    assert console.faults() == [], "\n".join(console.log)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_database_that_can_not_be_read_is_said_and_nothing_of_it_is_told(
    browse: Open, console: Console, language: str
) -> None:
    page = browse("ann", language=language)
    database = sqlite3.connect(console.directory / "hotline.sqlite", timeout=60)
    database.execute("ALTER TABLE audit RENAME TO audit_gone")
    try:
        answer = page.goto("/audit")
        assert answer is not None
        assert answer.status == 503
        words = {"en": "The database can't be read just now", "zh": "暂时无法读取数据库"}[language]
        expect(page.get_by_role("alert")).to_contain_text(words)
        assert "no such table" not in page.content()
    finally:
        database.execute("ALTER TABLE audit_gone RENAME TO audit")
        database.close()
    console.take("A page can't read the database")
    assert not any("Traceback" in line for line in console.log), "\n".join(console.log[-60:])
