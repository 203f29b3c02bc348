"""Signing in and out, over the gate, as browsers do it: what is kept, counted, refused, and told."""

import asyncio
import re

import httpx2
import pytest
from fastapi import FastAPI, Request
from sqlalchemy import delete, select, update

from console import passwords
from console.gate import guarded
from console.phrases import Phrases
from console.sign_in_desk import TRIES, TRIES_OF_ADDRESS, SignInDesk
from console.signing_in import safe_path, signing_in
from console.site import Site
from models.account import Account, SignIn
from models.audit import Audit
from tests.unit.console.people import PASSWORD, put_accounts

HTTPS = "https://calls.example.com"


@pytest.fixture
def app(engine, monkeypatch):
    put_accounts(engine)
    # Who is no account takes 50 ms otherwise; test_passwords.py looks at that.
    monkeypatch.setattr(passwords, "right", lambda kept, given: bool(kept) and given == PASSWORD)
    monkeypatch.setattr(passwords, "keep_anew", lambda *_: None)
    return application(engine, Site())


def application(engine, site):
    app = FastAPI()
    app.include_router(signing_in(engine, Phrases.load(), site))

    @app.get("/mine")
    def mine(request: Request) -> str:
        return str(request.scope["session"].viewer.name)

    guarded(app, engine, site, lambda page, session: page == session.id)
    return app


def browser(app, address="192.0.2.1", base="http://console.test", **headers):
    transport = httpx2.ASGITransport(app, client=(address, 4711))
    return httpx2.AsyncClient(transport=transport, base_url=base, headers=headers, trust_env=False)


async def sign_in(client, name, password=PASSWORD, path="/sign-in"):
    page = await client.get(path)
    return await client.post(path, data={"name": name, "password": password, "secret": within(page, SECRET)})


SECRET, FAULT = r'name="secret" value="([^"]+)"', r'role="alert">([^<]+)'


def within(page, pattern):
    found = re.search(pattern, page.text)
    assert found is not None, page.text
    return found[1]


def trail(engine):
    with engine.connect() as connection:
        return connection.execute(select(Audit.action, Audit.account, Audit.address).order_by(Audit.id)).all()


async def test_who_signs_in_gets_where_he_wanted_to_go_with_a_cookie_no_script_sees(app, engine):
    async with browser(app) as client:
        asked = await client.get("/mine?x=1")
        assert asked.headers["location"] == "/sign-in?next=%2Fmine%3Fx%3D1"
        answer = await sign_in(client, " Ann ", path=asked.headers["location"])
        assert (answer.status_code, answer.headers["location"]) == (303, "/mine?x=1")
        cookie = answer.headers["set-cookie"]
        assert all(flag in cookie for flag in ("hotline_session=", "HttpOnly", "SameSite=lax", "Path=/"))
        assert "Secure" not in cookie
        assert (await client.get("/mine")).json() == "ann"
        assert (await client.get("/sign-in")).headers["location"] == "/", "who is signed in needs no form"
    assert trail(engine) == [("signed-in", "ann", "192.0.2.1")]


async def test_behind_tls_cookies_go_nowhere_else_and_browsers_are_told_to_keep_to_it(app, engine):
    async with browser(application(engine, Site(HTTPS)), base=HTTPS) as client:
        answer = await sign_in(client, "ann")
        assert re.match(
            r"__Host-hotline_session=\S+; HttpOnly; Max-Age=43200; Path=/; SameSite=lax; Secure",
            (answer.headers["set-cookie"]),
        )
        assert answer.headers["strict-transport-security"]
        assert (await client.get("/mine")).json() == "ann"
        value = client.cookies["__Host-hotline_session"]
        client.cookies.clear()
        client.cookies.set("hotline_session", value)
        assert (await client.get("/mine")).status_code == 303, "a cookie that another host may have set counts nothing"


async def test_a_wrong_password_an_unknown_name_and_a_disabled_account_are_told_alike(app, engine):
    with engine.begin() as connection:
        connection.execute(update(Account).where(Account.name == "otto").values(enabled=False))
    told = set()
    async with browser(app) as client:
        for name, password in (("ann", "wrong"), ("nobody", PASSWORD), ("otto", PASSWORD)):
            answer = await sign_in(client, name, password)
            told.add((answer.status_code, within(answer, FAULT)))
            assert "hotline_session" not in answer.headers["set-cookie"]
    assert told == {(403, "This name and this password don&#39;t belong together.")}
    assert [row.account for row in trail(engine)] == ["ann", "", "otto"], "no account's name may be a password"


async def test_a_form_without_the_secret_of_our_page_signs_nobody_in(app):
    async with browser(app) as client:
        await client.get("/sign-in")
        form = {"name": "ann", "password": PASSWORD, "secret": "guessed"}
        assert (await client.post("/sign-in", data=form)).status_code == 403
        assert (await client.post("/sign-in", data={**form, "secret": ""})).status_code == 403
        strange = await client.post("/sign-in", data=form, headers={"origin": "http://evil.example"})
        assert (strange.status_code, strange.text) == (403, "That came from another site.")


async def test_signing_in_begins_a_new_session_and_ends_the_one_before(app, engine):
    async with browser(app) as client:
        client.cookies.set("hotline_session", "chosen-by-a-stranger", domain="console.test")
        await sign_in(client, "ann")
        assert client.cookies["hotline_session"] != "chosen-by-a-stranger"
        first = client.cookies["hotline_session"]
        page = await client.get("/sign-in?language=zh")
        secret = within(page, SECRET)
        await client.post("/sign-in", data={"name": "quinn", "password": PASSWORD, "secret": secret})
        assert (await client.get("/mine")).json() == "quinn"
        with engine.connect() as connection:
            assert connection.scalars(select(SignIn.account)).all() == ["quinn"]
        client.cookies.set("hotline_session", first, domain="console.test")
        client.cookies.delete("hotline_session", domain="console.test")
    async with browser(app) as other:
        other.cookies.set("hotline_session", first)
        assert (await other.get("/mine")).status_code == 303


async def test_signing_out_needs_the_secret_and_ends_the_session(app, engine):
    async with browser(app) as client:
        await sign_in(client, "ann")
        cookie = client.cookies["hotline_session"]
        await client.post("/sign-out", data={"csrf": "guessed"})
        assert (await client.get("/mine")).json() == "ann"
        with engine.connect() as connection:
            csrf = connection.scalars(select(SignIn.csrf)).one()
        assert (await client.post("/sign-out", data={"csrf": csrf})).headers["location"] == "/sign-in"
        client.cookies.set("hotline_session", cookie)
        assert (await client.get("/mine")).status_code == 303
    assert [row.action for row in trail(engine)] == ["signed-in", "signed-out"]


async def test_after_five_failures_a_name_waits_at_that_address_even_with_the_right_password(app):
    async with browser(app) as client, browser(app, "192.0.2.2") as elsewhere:
        for _ in range(TRIES):
            assert (await sign_in(client, "ann", "wrong")).status_code == 403
        answer = await sign_in(client, "ann")
        assert (answer.status_code, 200 < int(answer.headers["retry-after"]) <= 301) == (429, True)
        assert "Please try again in 5 min." in answer.text
        assert (await sign_in(client, "quinn")).status_code == 303
        assert (await sign_in(elsewhere, "ann")).status_code == 303, "nobody can lock her out from elsewhere"


async def test_a_hundred_tries_at_once_are_no_way_round(app, engine):
    tried = []

    def checked(kept, password):
        tried.append(password)
        return False

    passwords.right = checked  # the fixture's monkeypatch puts it back
    desk = SignInDesk(engine)
    told = await asyncio.gather(*(desk.ask("ann", f"guess {n}", "192.0.2.1") for n in range(100)))
    assert sum(answer.wait_s > 0 for answer in told) == 100 - len(tried)
    assert len(tried) <= TRIES + 1, "as many as are looked at side by side may come on top"


async def test_an_office_of_sixty_behind_one_address_signs_in_at_nine(engine, app):
    put_accounts_of_office = {f"person{n}": {"roles": ["agent"]} for n in range(60)}
    with engine.begin() as connection:
        connection.execute(delete(Account))
    put_accounts(engine, **put_accounts_of_office)
    desk = SignInDesk(engine)
    told = await asyncio.gather(*(desk.ask(f"person{n}", PASSWORD, "192.0.2.1") for n in range(60)))
    assert all(answer.cookie for answer in told)
    wrong = [await desk.ask(f"other{n}", "guess", "192.0.2.1") for n in range(TRIES_OF_ADDRESS + 1)]
    assert [answer.wait_s > 0 for answer in wrong] == [False] * TRIES_OF_ADDRESS + [True]


async def test_where_there_is_no_account_the_page_says_which_command_makes_the_first(app, engine):
    async with browser(app, **{"accept-language": "zh-CN,zh;q=0.9"}) as client:
        assert "hotline users add" not in (await client.get("/sign-in")).text
        with engine.begin() as connection:
            connection.execute(delete(Account))
        page = (await client.get("/sign-in")).text
        assert "还没有任何账号" in page
        assert "hotline users add NAME --role administrator" in page


@pytest.mark.parametrize(
    ("path", "safe"),
    [
        ("/calls?x=1", True), ("/", True), ("//evil.example", False), ("/\\evil.example", False), ("/a\\b", False),
        ("https://evil.example", False), ("/\t/evil.example", False), ("/\n/evil.example", False), ("", False),
    ],
)  # fmt: skip
def test_signing_in_leads_to_no_other_site(path, safe):
    assert safe_path(path) == (path if safe else "")
