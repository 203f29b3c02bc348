import asyncio
import random
from collections.abc import Callable

import pytest

from models.settings import TrunkSettings, UserSettings
from voice.sip.authenticator import Authenticator, Nonces
from voice.sip.bindings import Bindings
from voice.sip.errand import Errand, Reply
from voice.sip.registrar import Register, Registrar
from voice.sip.registration import Registration
from voice.sip.registration_life import State, refresh_after, wait_after
from voice.sip.resolve import Found, Resolver
from voice.sip.trunk import Trunk

pytestmark = pytest.mark.looptime

HERE = ("127.0.0.44", 5060)


class Provider:
    """A trunk's registrar: our own registrar behind a reply that a test may bend."""

    def __init__(self, nonce_seconds=3600.0):
        self.bindings = Bindings()
        users = [UserSettings(name="me", password="right")]
        self.registrar = Registrar(Authenticator("provider", users, Nonces(nonce_seconds)), self.bindings)
        self.seen: list[tuple[float, Errand]] = []
        self.bend: Callable[[Errand], Reply | None] = lambda errand: None

    async def send(self, address, errand):
        now = asyncio.get_running_loop().time()
        self.seen.append((now, errand))
        bent = self.bend(errand)
        if bent is not None:
            return bent
        headers = dict(errand.headers)
        answer = self.registrar.receive(
            Register(
                user="me",
                contacts=(headers["Contact"],),
                expires=int(headers["Expires"]),
                call_id=errand.call_id,
                cseq=errand.cseq,
                source=HERE,
                credentials=(headers["Authorization"],) if "Authorization" in headers else (),
            ),
            now,
        )
        return Reply(answer.code, answer.words, answer.headers)

    @property
    def times(self):
        return [round(at) for at, _ in self.seen]


async def nobody(name, kind):
    return Found((), 60)


def registration(provider, *, password="right", host="127.0.0.43", expires=300):
    trunk = Trunk(
        TrunkSettings(name="acme", host=host, username="me", password=password, register_with=True, expires=expires)
    )
    clock = asyncio.get_running_loop().time
    return Registration(trunk, provider.send, Resolver(clock, nobody), HERE, clock, random.Random(5))


async def for_seconds(line, seconds):
    """Run it for so long in virtual time, then stop it as the server does."""
    async with asyncio.TaskGroup() as group:
        group.create_task(line.run())
        await asyncio.sleep(seconds)
        seen = line.state, line.error, line.registered_until
        line.stop()
    return seen


async def test_it_registers_by_digest_and_says_until_when():
    provider = Provider()
    line = registration(provider)
    assert await for_seconds(line, 1) == (State.REGISTERED, "", pytest.approx(300, abs=1))
    first, second = provider.seen[0][1], provider.seen[1][1]
    assert "Authorization" not in dict(first.headers)
    assert "algorithm=SHA-256" in dict(second.headers)["Authorization"]
    assert (second.call_id, second.cseq) == (first.call_id, first.cseq + 1)


async def test_it_refreshes_at_about_eighty_percent_with_the_challenge_it_has():
    provider = Provider()
    await for_seconds(registration(provider), 1000)
    refreshes = [at for at, _ in provider.seen[2:-1]]
    gaps = [later - earlier for earlier, later in zip([0.0, *refreshes], refreshes, strict=False)]
    assert len(gaps) == 4
    assert all(225 <= gap <= 255 for gap in gaps)
    assert len({round(gap, 3) for gap in gaps}) == 4


async def test_a_shorter_time_granted_is_honoured():
    provider = Provider()
    provider.bend = lambda errand: Reply(
        200, "OK", (("Contact", dict(errand.headers)["Contact"].split(";expires")[0] + ";expires=100"),)
    )
    assert (await for_seconds(registration(provider), 10))[2] == pytest.approx(100)


async def test_expires_of_somebody_elses_contact_is_not_ours():
    provider = Provider()
    others = ("Contact", "<sip:me@192.0.2.77>;expires=5"), ("Expires", "200")
    provider.bend = lambda errand: Reply(200, "OK", others)
    assert (await for_seconds(registration(provider), 10))[2] == pytest.approx(200)


async def test_a_stale_nonce_is_answered_at_once():
    provider = Provider(nonce_seconds=100)
    seen = await for_seconds(registration(provider), 250)
    assert seen[0] is State.REGISTERED
    at_refresh = [at for at, _ in provider.seen if 1 < at < 250]
    assert len(at_refresh) == 2
    assert at_refresh[0] == at_refresh[1]


async def test_a_server_that_never_says_stale_is_met_half_way():
    provider = Provider(nonce_seconds=100)
    real = provider.send

    async def forgetful(address, errand):
        reply = await real(address, errand)
        headers = tuple((name, value.replace(", stale=true", "")) for name, value in reply.headers)
        return Reply(reply.code, reply.words, headers)

    line = registration(provider)
    line._send = forgetful
    assert (await for_seconds(line, 250))[0] is State.REGISTERED


async def test_an_interval_too_brief_is_lengthened():
    provider = Provider()
    provider.bend = lambda errand: (
        Reply(423, "Interval Too Brief", (("Min-Expires", "900"),))
        if dict(errand.headers)["Expires"] == "300"
        else None
    )
    assert (await for_seconds(registration(provider), 1))[2] == pytest.approx(900, abs=1)


async def test_a_wrong_password_is_said_and_not_hammered():
    provider = Provider()
    state, error, until = await for_seconds(registration(provider, password="wrong"), 5)
    assert (state, until) == (State.WAITING, 0)
    assert error == "'acme' refused our credentials (401): check its username and password."
    assert len(provider.seen) == 2


async def test_waits_double_up_to_half_an_hour():
    provider = Provider()
    provider.bend = lambda errand: Reply(408)
    state, error, _ = await for_seconds(registration(provider), 4 * 3600)
    assert state is State.WAITING
    assert "does not answer our REGISTER at 127.0.0.43:5060" in error
    gaps = [later - earlier for (earlier, _), (later, _) in zip(provider.seen, provider.seen[1:], strict=False)]
    for number, gap in enumerate(gaps):
        upper = min(1800, 30 * 2**number)
        assert upper / 2 <= gap <= upper


def test_waits_differ_between_servers_and_honour_retry_after():
    waits = {wait_after(3, 0, random.Random(seed)) for seed in range(20)}
    assert len(waits) == 20
    assert min(waits) >= 60
    assert max(waits) <= 120
    assert wait_after(1, 500, random.Random(1)) == 500
    assert wait_after(10_000, 0, random.Random(1)) <= 1800
    assert refresh_after(1, random.Random(1)) >= 1


async def test_it_comes_back_by_itself_when_the_provider_does():
    provider = Provider()
    provider.bend = lambda errand: Reply(503, "Busy", (("Retry-After", "70 (soon)"),))
    line = registration(provider)
    async with asyncio.TaskGroup() as group:
        group.create_task(line.run())
        await asyncio.sleep(60)
        assert line.error == "'acme' refused our REGISTER (503 Busy)."
        provider.bend = lambda errand: None
        await asyncio.sleep(9)
        assert line.state is State.WAITING
        await asyncio.sleep(2)
        assert (line.state, line.error) == (State.REGISTERED, "")
        line.stop()


async def test_a_failed_refresh_keeps_what_is_registered_until_it_expires():
    provider = Provider()
    line = registration(provider)
    async with asyncio.TaskGroup() as group:
        group.create_task(line.run())
        await asyncio.sleep(100)
        provider.bend = lambda errand: Reply(408)
        await asyncio.sleep(170)
        assert line.state is State.WAITING
        assert line.registered(270)
        await asyncio.sleep(600)
        assert not line.registered(870)
        line.stop()


async def test_the_next_address_is_tried_where_the_first_is_silent():
    provider = Provider()
    asked = []

    async def send(address, errand):
        asked.append(address[0])
        return Reply(408) if address[0] == "192.0.2.1" else await provider.send(address, errand)

    class Two:
        async def resolve(self, host, port):
            return [("192.0.2.1", 5060), ("192.0.2.2", 5060)]

    line = registration(provider)
    line._send, line._resolver = send, Two()
    assert (await for_seconds(line, 1))[0] is State.REGISTERED
    assert asked[:3] == ["192.0.2.1", "192.0.2.2", "192.0.2.2"]
    assert line.trunk.owns("192.0.2.2")


async def test_stopping_unregisters():
    provider = Provider()
    line = registration(provider)
    await for_seconds(line, 10)
    assert dict(provider.seen[-1][1].headers)["Expires"] == "0"
    assert provider.bindings.users(10) == {}
    assert (line.state, line.registered_until) == (State.STOPPED, 0)


async def test_stopping_does_not_wait_for_a_silent_provider():
    provider = Provider()
    line = registration(provider)

    async def silent(address, errand):
        await asyncio.sleep(32)
        return Reply(408)

    line._send = silent
    await for_seconds(line, 5)
    assert asyncio.get_running_loop().time() < 8
    assert line.state is State.STOPPED
