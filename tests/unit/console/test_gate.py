"""The gate: what is let through to whom, and what every answer says to browsers."""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from console.gate import MOST_BODY, Gate
from console.sessions import begin, digest, session_of
from console.site import Site
from tests.unit.console.people import put_accounts

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


class Stub:
    """An application that answers everything, and keeps what it was asked."""

    def __init__(self):
        self.scopes, self.messages = [], []

    async def __call__(self, scope, receive, send):
        self.scopes.append(scope)
        if scope["type"] == "websocket":
            while (message := await receive())["type"] != "websocket.disconnect":
                self.messages.append(message)
            return
        while (message := await receive()).get("more_body"):
            self.messages.append(message)
        self.messages.append(message)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"x-frame-options", b"SAMEORIGIN")]})
        await send({"type": "http.response.body", "body": b"there"})


@pytest.fixture
def stub():
    return Stub()


@pytest.fixture
def cookie(engine):
    put_accounts(engine)
    with engine.begin() as connection:
        return begin(connection, "ann", "", NOW)


@pytest.fixture
def gate(stub, engine, cookie):
    return Gate(stub, engine, Site(), lambda page, session: page == session.id, lambda: NOW)


def asks(gate, cookie="", **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if cookie:
        named["cookie"] = f"hotline_session={cookie}"
    transport = httpx2.ASGITransport(gate)
    return httpx2.AsyncClient(transport=transport, base_url="http://console.test", headers=named, trust_env=False)


OPEN = ["/sign-in", "/sign-out", "/static/console.css", "/api/v1/calls", "/favicon.ico"]
CLOSED = [
    "/calls", "/", "/sign-inx", "/signed-in", "/_nicegui/3/libraries/vue", "/_nicegui/auto/static/x/secret.wav",
    "/_nicegui_ws/socket.io/?client_id=x", "/openapi.json", "/apix",
]  # fmt: skip


@pytest.mark.parametrize("path", OPEN)
async def test_what_nobody_has_to_be_signed_in_for(gate, stub, path):
    async with asks(gate) as client:
        assert (await client.get(path)).status_code == 200
    assert stub.scopes[0]["session"] is None


@pytest.mark.parametrize("path", CLOSED)
async def test_everything_else_needs_a_session_even_what_belongs_to_nicegui(gate, stub, path):
    async with asks(gate, "no-cookie-of-anybodys") as client:
        assert (await client.get(path)).status_code in (303, 401)
        assert (await client.post(path)).status_code == 401
    assert not stub.scopes


async def test_who_is_signed_in_comes_through_with_the_session(gate, stub, cookie):
    async with asks(gate, cookie, x_forwarded_prefix="/evil") as client:
        answer = await client.get("/calls")
    assert (answer.status_code, stub.scopes[0]["session"].viewer.name) == (200, "ann")
    assert b"x-forwarded-prefix" not in dict(stub.scopes[0]["headers"]), "it would stand before scripts' addresses"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-frame-options"] == "SAMEORIGIN", "what the answer says itself stays"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "strict-transport-security" not in answer.headers


async def test_what_never_changes_at_its_address_is_kept_by_browsers(gate, cookie):
    async with asks(gate, cookie) as client:
        assert "immutable" in (await client.get("/_nicegui/3.18.0/static/nicegui.js")).headers["cache-control"]
        assert "immutable" in (await client.get("/static/0123/console.css")).headers["cache-control"]
        assert (await client.get("/calls")).headers["cache-control"] == "no-store"


async def test_nobody_uploads_through_nicegui(gate, stub, cookie):
    async with asks(gate, cookie) as client:
        assert (await client.post("/_nicegui/client/1/upload/2", content=b"x")).status_code == 405
    assert not stub.scopes


@pytest.mark.parametrize("headers", [{"origin": "http://evil.example"}, {"sec_fetch_site": "cross-site"}])
async def test_pages_of_other_sites_can_not_use_who_is_signed_in(gate, stub, cookie, headers):
    async with asks(gate, cookie, **headers) as client:
        assert (await client.post("/calls")).status_code == 403
        assert (await client.get("/_nicegui_ws/socket.io/?client_id=x")).status_code == 403
        assert not stub.scopes
        assert (await client.get("/calls")).status_code == 200, "a link from a mail is none of that"
        assert (await client.get("/api/v1/calls")).status_code == 200
    assert stub.scopes[-1]["session"] is None, "for the API, nobody is signed in then"


async def test_a_body_that_is_too_long_is_not_read(gate, stub, cookie):
    async def endless():
        for _ in range(30):
            yield b"x" * 100_000

    async with asks(gate, cookie) as client:
        assert (await client.post("/sign-in", content=b"x" * (MOST_BODY + 1))).status_code == 413
        assert not stub.scopes
        await client.post("/sign-in", content=endless())
    assert stub.messages[-1] == {"type": "http.disconnect"}
    assert sum(len(message.get("body", b"")) for message in stub.messages) <= MOST_BODY


async def opens(gate, cookie, query, *received, **headers):
    """Open a socket, say `received`, and return what was sent."""
    sent = []
    waiting = [{"type": "websocket.connect"}, *received, {"type": "websocket.disconnect"}]
    named = {"host": "console.test", **headers, **({"cookie": f"hotline_session={cookie}"} if cookie else {})}

    async def receive():
        return waiting.pop(0)

    async def send(message):
        sent.append(message)

    scope = {
        "type": "websocket", "scheme": "ws", "path": "/_nicegui_ws/socket.io/", "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in named.items()],
    }  # fmt: skip
    await gate(scope, receive, send)
    return sent


async def test_a_socket_opens_for_an_own_page_only(gate, stub, cookie, engine):
    own = f"client_id={digest(cookie)}"
    refused = [{"type": "websocket.close", "code": 4401}]
    assert await opens(gate, "", own) == refused
    assert await opens(gate, cookie, own, origin="http://evil.example") == refused
    assert await opens(gate, cookie, "client_id=somebody-elses") == refused
    assert await opens(gate, cookie, "") == refused
    assert not stub.scopes
    assert await opens(gate, cookie, own, origin="http://console.test") == []
    assert len(stub.scopes) == 1


DONE = '42["event",{"client_id":"x","id":1,"listener_id":"l"}]'


async def test_a_socket_that_says_what_no_page_says_is_over_and_that_is_one_line_of_the_log(gate, stub, cookie, caplog):
    said = [{"type": "websocket.receive", **one} for one in ({"text": "3"}, {"text": '42["event",'}, {"bytes": b"4"})]
    await opens(gate, cookie, f"client_id={digest(cookie)}", *said)
    assert [message.get("text") for message in stub.messages] == [None, "3"], "the libraries see none of the rest"
    assert [one.getMessage() for one in caplog.records] == [
        "ann sent on a page's socket what no page sends; it is closed."
    ]


async def test_pages_speak_by_a_socket_alone(gate, stub, cookie):
    async with asks(gate, cookie) as client:
        for path in (
            f"/_nicegui_ws/socket.io/?client_id={digest(cookie)}",
            "/_nicegui_ws/socket.io/?transport=polling",
        ):
            assert (await client.get(path)).status_code == 403
            assert (await client.post(path, content=b"42[")).status_code == 403
    assert not stub.scopes


@pytest.mark.parametrize(
    ("said", "there"), [(DONE, True), ("3", False), ('42["ack",{"client_id":"x","next_message_id":1}]', False)]
)
async def test_what_somebody_does_on_a_page_keeps_the_session_and_an_open_page_alone_does_not(
    stub, engine, cookie, monkeypatch, said, there
):
    now = NOW
    gate = Gate(stub, engine, Site(), lambda page, session: True, lambda: now)

    def monotonic() -> float:
        return now.timestamp()

    monkeypatch.setattr("console.gate.time.monotonic", monotonic)

    class Later(Stub):
        async def __call__(self, scope, receive, send):
            nonlocal now
            now += timedelta(hours=1.5)
            await super().__call__(scope, receive, send)

    gate._app = Later()
    await opens(gate, cookie, "client_id=x", {"type": "websocket.receive", "text": said})
    with engine.connect() as connection:
        session = session_of(connection, cookie, NOW + timedelta(hours=1.5))
        assert session is not None
        assert session.seen_at == (now if there else NOW)


async def test_the_loop_goes_on_while_the_database_is_asked(gate, cookie):
    ticks = 0

    async def tick():
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0)

    ticking = asyncio.ensure_future(tick())
    async with asks(gate, cookie) as client:
        await client.get("/calls")
    ticking.cancel()
    assert ticks > 1
