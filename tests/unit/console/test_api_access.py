"""Who may ask the API what: programs by tokens and their roles, pages by their session, each within its scope."""

import shutil
from datetime import UTC, datetime

import httpx2
import pytest
from sqlalchemy import select, update

from console import tokens
from console.accounts import By
from console.api import api
from console.api_summaries import FIELDS, SUMMARIES
from console.gate import Gate
from console.sessions import begin, session_of
from console.site import Site
from models.account import Account
from models.audit import Audit
from models.campaign import Campaign
from models.database import open_engine
from models.log import mask
from models.queue_caller import QueueCaller
from models.settings import DatabaseSettings, DataSettings, Settings
from quality.call_filter import CallFilter
from quality.scope import ALL, Scope
from tests.unit.console.people import put_accounts
from tests.unit.quality.conftest import row
from tests.unit.quality.listing import made, naive, write
from tests.unit.quality.reviewing import Desk, peopled

CONFIGURED = "the token of the settings"


@pytest.fixture
def people(engine):
    _people(engine)


def _people(engine):
    put_accounts(engine)
    with engine.begin() as connection:
        connection.execute(update(Account).where(Account.name == "sue").values(team="red"))
        connection.execute(update(Account).where(Account.name == "agnes").values(extension="204"))


@pytest.fixture(scope="module")
def written(tmp_path_factory, empty):
    """Calls in a database, to be copied: they take their time."""
    path, calls = tmp_path_factory.mktemp("calls") / "calls.sqlite", made(1, 60)
    shutil.copy(empty, path)
    engine = open_engine(f"sqlite:///{path}")
    write(engine, calls)
    engine.dispose()
    return path, calls


@pytest.fixture
def calls(tmp_path, engine, written):
    engine.dispose()
    shutil.copy(written[0], tmp_path / "hotline.sqlite")
    _people(engine)
    return written[1]


@pytest.fixture
def app(tmp_path, engine):
    url = f"sqlite:///{tmp_path / 'hotline.sqlite'}"
    settings = Settings(data=DataSettings(directory=tmp_path), database=DatabaseSettings(url=url))
    return api(settings, engine, CONFIGURED)


def asks(app, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    transport = httpx2.ASGITransport(app, client=("192.0.2.1", 4711))
    return httpx2.AsyncClient(transport=transport, base_url="http://console.test", headers=named, trust_env=False)


def program(app, engine, *roles, name="crm"):
    with engine.begin() as connection:
        token = tokens.add(connection, name, roles, By("command"), datetime.now(UTC))
    return asks(app, authorization=f"Bearer {token}")


def page(app, engine, name, *, secret=True):
    """Return a browser with one of our own pages of somebody who is signed in."""
    now = datetime.now(UTC)
    with engine.begin() as connection:
        cookie = begin(connection, name, "", now)
        session = session_of(connection, cookie, now)
        assert session is not None
    headers = {"x_csrf_token": session.csrf} if secret else {}
    gate = Gate(_Under(app), engine, Site(), lambda *_: True)
    return asks(gate, cookie=f"hotline_session={cookie}", **headers)


class _Under:
    """The API where the console has it."""

    def __init__(self, app):
        self._app = app

    async def __call__(self, scope, receive, send):
        await self._app({**scope, "root_path": "/api/v1"}, receive, send)


RIGHTS = {
    "/calls": {"ann", "quinn", "sue", "otto", "agnes"},
    "/reviews": {"ann", "quinn", "sue", "otto", "agnes"},
    "/board": {"ann", "quinn", "sue", "otto"},
    "/agreement": {"ann", "quinn", "sue", "otto"},
    "/sampling": {"ann", "quinn"},
    "/campaigns": {"ann", "otto"},
    "/agents": {"ann", "quinn", "sue", "otto"},
    "/queues": {"ann", "quinn", "sue", "otto"},
    "/events": {"ann", "quinn"},
    "/queues/billing/settings": {"ann"},
}
"""Whose roles let them."""


async def test_each_role_gets_what_its_rights_let_it_and_a_problem_for_the_rest(app, engine, put, people):
    put({"queues": [{"name": "billing"}], "agents": []})
    for name in ("ann", "quinn", "sue", "otto", "agnes"):
        async with page(app, engine, name) as client:
            allowed = {path for path in RIGHTS if (await client.get(f"/api/v1{path}")).status_code == 200}
            assert allowed == {path for path, names in RIGHTS.items() if name in names}, name
            refused = await client.get("/api/v1/queues/billing/settings")
            assert name == "ann" or (refused.status_code, refused.json()["title"]) == (403, "Forbidden")


async def test_calls_are_found_within_the_scope_only_page_by_page(app, engine, calls):
    scopes = {
        "quinn": ALL,
        "sue": Scope(teams=("red",)),
        "otto": Scope(campaigns=True),
        "agnes": Scope(agents=("204",)),
    }
    for name, scope in scopes.items():
        expected = naive(calls, CallFilter(direction="inbound"), scope)
        found, path = [], "/api/v1/calls?direction=inbound&limit=7"
        async with page(app, engine, name) as client:
            while path:
                answer = await client.get(path)
                found += [one["id"] for one in answer.json()]
                assert answer.headers["x-total-count"] == str(len(expected))
                path = answer.links.get("next", {}).get("url", "")
        assert sorted(found) == sorted(expected), name
        assert len(set(found)) == len(found)


async def test_a_call_out_of_the_scope_is_as_one_that_is_not_there(app, engine, calls):
    seen = set(naive(calls, CallFilter(), Scope(teams=("red",))))
    hidden = next(call.id for call in calls if call.id not in seen)
    async with page(app, engine, "sue") as client:
        for path in (hidden, f"{hidden}/scores", f"{hidden}/sound", f"{hidden}?original=yes"):
            answer = await client.get(f"/api/v1/calls/{path}")
            assert (answer.status_code, answer.json()["detail"]) == (404, f"There is no call {hidden} for you.")
        assert (await client.get("/api/v1/calls/none")).status_code == 404


async def test_personal_data_are_masked_but_for_who_may_see_them_and_asks_and_it_is_on_the_trail(app, engine, calls):
    card = "4111 1111 1111 1111"
    with_card = [call for call in calls if call.inspected and any(card in said for said in call.said)]
    theirs = next(call.id for call in with_card if set(call.agents) & {"201", "202"})
    async with page(app, engine, "sue") as client:
        found = await client.get(f"/api/v1/calls/{theirs}")
        assert card not in found.text
        other = next(call for call in calls if call.id == theirs)
        side = "called" if other.direction == "outbound" else "caller"
        assert found.json()[side] == mask(getattr(other, side))
        assert (await client.get(f"/api/v1/calls/{theirs}?original=yes")).status_code == 403
    async with program(app, engine, "qa") as client:
        masked = await client.get(f"/calls/{theirs}")
        assert masked.json()["inspection"]["turns"]
        assert card not in masked.text
        assert card in (await client.get(f"/calls/{theirs}?original=yes")).text
    with engine.connect() as connection:
        trail = connection.execute(select(Audit.account, Audit.action).where(Audit.call_id == theirs)).all()
    assert trail == [("sue", "opened-call"), ("token crm", "opened-call"), ("token crm", "saw-original")]


async def test_a_filter_that_is_wrong_or_unknown_is_said_and_finds_nothing(app, engine, calls):
    async with asks(app, authorization=f"Bearer {CONFIGURED}") as client:
        for query in ("scores_from=1", "score_from=many", "since=yesterday", "limit=0", "after=../../etc"):
            assert (await client.get(f"/calls?{query}")).status_code in (409, 422), query
        answer = await client.get("/calls?score_from=60&score_to=100&good=yes&since=2020-01-01T00:00:00Z")
        expected = naive(calls, CallFilter(score_from=60, score_to=100, good=True), ALL)
        assert [one["id"] for one in answer.json()] == expected


async def test_a_revoked_token_and_a_wrong_one_are_nobodys(app, engine, calls):
    async with program(app, engine, "qa") as client:
        assert (await client.get("/calls")).status_code == 200
        with engine.begin() as connection:
            tokens.revoke(connection, "crm", By("command"), datetime.now(UTC))
        for path in ("/calls", "/openapi.json", "/nothing"):
            assert (await client.get(path)).status_code == 401


async def test_a_cookie_changes_nothing_without_the_secret_of_the_page(app, engine, put, people):
    put({"agents": [{"extension": "201", "name": "A", "password": "x", "team": "red"}]})
    wish = {"state": "paused"}
    async with page(app, engine, "ann", secret=False) as client:
        assert (await client.get("/api/v1/agents")).status_code == 200
        answer = await client.post("/api/v1/agents/201/state", json=wish)
        assert (answer.status_code, "X-CSRF-Token" in answer.json()["detail"]) == (403, True)
        strange = await client.get("/api/v1/agents", headers={"sec-fetch-site": "cross-site"})
        assert strange.status_code == 401, "another site's page has nobody's rights"
    async with page(app, engine, "ann") as client:
        assert (await client.post("/api/v1/agents/201/state", json=wish)).status_code == 200


async def test_supervisors_order_their_own_teams_agents(app, engine, put, people):
    put({"agents": [{"extension": ext, "name": ext, "password": "x", "team": team} for ext, team in
                    (("201", "red"), ("203", "blue"))]})  # fmt: skip
    async with page(app, engine, "sue") as client:
        assert (await client.post("/api/v1/agents/201/state", json={"state": "paused"})).status_code == 200
        assert (await client.post("/api/v1/agents/203/state", json={"state": "paused"})).status_code == 403
        with engine.begin() as connection:
            for call, agent in (("own", "201"), ("theirs", "203")):
                connection.execute(row(QueueCaller, id=f"s-{call}", call_id=call, agent=agent))
        for call, code, words in (
            ("own", 409, "No Hotline runs"), ("theirs", 403, "in another team"), ("none", 403, "None of your agents"),
        ):  # fmt: skip
            answer = await client.post(f"/api/v1/calls/{call}/supervision", json={"mode": "listen", "user": "300"})
            assert (answer.status_code, words in answer.json()["detail"]) == (code, True), answer.text


async def test_of_agents_one_is_told_only_those_whom_the_boards_show_too(app, engine, put, people):
    put({"agents": [{"extension": ext, "name": ext, "password": "x", "team": team} for ext, team in
                    (("201", "red"), ("203", "blue"), ("205", ""))]})  # fmt: skip
    for name, seen in (("sue", ["201"]), ("otto", []), ("quinn", ["201", "203", "205"])):
        async with page(app, engine, name) as client:
            assert [one["extension"] for one in (await client.get("/api/v1/agents")).json()] == seen
            told = {ext: await client.get(f"/api/v1/agents/{ext}") for ext in ("201", "203", "205")}
        assert [ext for ext, answer in told.items() if answer.status_code == 200] == seen
        hidden = {answer.json()["detail"] for answer in told.values() if answer.status_code != 200}
        assert all("among those you may see" in words for words in hidden)


async def test_lists_that_fit_into_memory_come_in_pages_too(app, engine, put):
    put({"agents": [{"extension": str(n), "name": "A", "password": "x"} for n in range(201, 206)]})
    async with asks(app, authorization=f"Bearer {CONFIGURED}") as client:
        found, path = [], "/agents?limit=2"
        while path:
            answer = await client.get(path)
            found.append([one["extension"] for one in answer.json()])
            path = answer.links.get("next", {}).get("url", "")
    assert found == [["201", "202"], ["203", "204"], ["205"]]


async def test_who_judges_a_call_alone_does_not_read_what_others_said_of_it(app, engine):
    desk = peopled(Desk(engine))
    said = {"points": 20.0, "good": False, "fatal": False}
    desk.review("c1", "quinn", state="done", words="too soft", reviewed=said, blind=True)
    async with page(app, engine, "qi") as client:
        listed = {one["id"]: one for one in (await client.get("/api/v1/reviews")).json()}
        assert (listed["r-c1-quinn"]["words"], listed["r-c1-quinn"]["reviewed"]) == ("", None)
    async with page(app, engine, "quinn") as client:
        assert (await client.get("/api/v1/reviews/r-c1-quinn")).json()["words"] == "too soft"
    async with page(app, engine, "lou") as client:
        assert (await client.get("/api/v1/reviews")).json() == [], "another team's"
        assert (await client.get("/api/v1/reviews/r-c1-quinn")).status_code == 404
    async with page(app, engine, "lea") as client:
        assert (await client.get("/api/v1/reviews")).json() == [], "what isn't done, and second looks, aren't theirs"


async def test_a_campaign_that_is_not_there_is_said_and_a_wrong_order_too(app, engine):
    async with asks(app, authorization=f"Bearer {CONFIGURED}") as client:
        assert (await client.get("/campaigns")).json() == []
        assert (await client.get("/campaigns/none")).status_code == 404
        assert (await client.post("/campaigns/none/order", json={"order": "start"})).status_code == 404
        assert (await client.post("/campaigns/none/order", json={"order": "explode"})).status_code == 422
    with engine.connect() as connection:
        assert connection.execute(select(Campaign.id)).all() == []


async def test_the_board_of_figures_counts_the_calls_of_the_scope(app, engine, calls):
    asked = "/api/v1/board?since=2020-12-01T00:00:00Z&until=2021-11-01T00:00:00Z&by=team"
    async with page(app, engine, "quinn") as client:
        assert (await client.get(asked)).json()["total"]["calls"] == 0
        began = min(call.began for call in calls).isoformat().replace("+00:00", "Z")
        until = max(call.began for call in calls).isoformat().replace("+00:00", "Z")
        found = (await client.get(f"/api/v1/board?since={began}&until={until}&by=team")).json()
        assert found["total"]["calls"] > 0
        assert {one["team"] for one in found["rows"]} >= {"red"}
        assert (await client.get("/api/v1/board?by=weather")).status_code == 422
        beyond = "0001-01-01T00:00:00%2B14:00"
        for moments in ("until=0001-01-01T00:00:00Z", "since=0001-01-01&until=9999-12-31", f"since={beyond}"):
            assert (await client.get(f"/api/v1/board?{moments}")).status_code == 409, moments
        assert (await client.get(f"/api/v1/agreement?since={beyond}")).status_code == 409
        assert (await client.get("/api/v1/agreement?since=0001-01-01")).status_code == 200


async def test_the_document_for_generators_says_who_may_ask_what_goes_wrong_and_how_pages_go_on(app, engine):
    async with asks(app, authorization=f"Bearer {CONFIGURED}") as client:
        document = (await client.get("/openapi.json")).json()
    assert document["components"]["securitySchemes"] == {"token": {"type": "http", "scheme": "bearer"}}
    assert document["security"] == [{"token": []}]
    for path in ("/calls", "/calls/{call_id}", "/reviews", "/sampling", "/board", "/campaigns", "/agents", "/events"):
        answers = document["paths"][path]["get"]["responses"]
        assert {"200", "401", "403", "422"} <= set(answers)
        assert "application/problem+json" in answers["403"]["content"]
    named = {one["name"] for one in document["paths"]["/calls"]["get"]["parameters"]}
    assert {"words", "rule", "score_from", "after", "limit"} <= named
    assert "Link" in document["paths"]["/calls"]["get"]["responses"]["200"]["headers"]


async def test_the_document_for_generators_says_of_every_request_what_it_does(app, engine):
    async with asks(app, authorization=f"Bearer {CONFIGURED}") as client:
        paths = (await client.get("/openapi.json")).json()["paths"]
    said = {
        f"{method.upper()} {path}": one["summary"] for path, methods in paths.items() for method, one in methods.items()
    }
    assert said == SUMMARIES, "of each one, and of none that isn't there"
    fields = {one["name"]: one.get("description") for one in paths["/calls"]["get"]["parameters"]}
    assert {name for name in fields if fields[name]} >= FIELDS.keys() - {"original", "reviewer", "by"}


async def test_a_mistake_of_ours_tells_nothing_of_how_it_came(app, engine, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("secret path /srv/hotline")

    monkeypatch.setattr("console.api_calls.listed", broken)
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    headers = {"authorization": f"Bearer {CONFIGURED}"}
    async with httpx2.AsyncClient(transport=transport, base_url="http://x", headers=headers, trust_env=False) as client:
        answer = await client.get("/calls")
    assert (answer.status_code, answer.json()["title"]) == (500, "Internal Server Error")
    assert "secret" not in answer.text
