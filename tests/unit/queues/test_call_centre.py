"""Agents' phones register with the password of the book, are known after a restart, and lose it at once."""

import asyncio
import time

import pytest

from models.control_protocol import DisposeTalk, SetAgentState, TakeUpQueues
from models.database import migrate, open_engine
from models.errors import CannotDo
from models.settings import DatabaseSettings, Settings, SipSettings, UserSettings
from queues.call_centre import CallCentre
from queues.distribution_events import Note
from voice.sip.digest import answer_to, best_challenge, hashed
from voice.sip.edge import SipEdge
from voice.sip.registrar import Register

ANNA = {"extension": "201", "name": "安娜", "password": "secret"}
BO = {"extension": "202", "name": "Bo", "address": "sip:202@pbx.example"}


async def nobody_is_called(*arguments):
    raise AssertionError(f"nobody is called back here: {arguments}")


async def tell(news):
    raise AssertionError(f"nothing is news here: {news}")


class Centre:
    """A call centre with its SIP edge, and a phone that registers there."""

    def __init__(self, settings):
        self.settings = settings
        self.centre = CallCentre(settings, nobody_is_called)
        self.edge = SipEdge(settings.sip, time.monotonic, self.centre.users)
        self.cseq = 0

    async def __aenter__(self):
        await self.centre.open("here", self.edge)
        return self

    async def __aexit__(self, *_):
        await self.centre.close()

    def register(self, user="201", password="secret", host="192.0.2.7", expires=600):
        """Return the codes of a REGISTER and of the one that answers its challenge."""
        source, now = (host, 5060), time.monotonic()
        self.cseq += 1
        ask = Register(user, (f"<sip:{user}@{host}>",), expires, f"{user}-call", self.cseq, source)
        first = self.edge.registrar.receive(ask, now)
        challenge = best_challenge([value for _, value in first.headers])
        assert challenge is not None
        proof = answer_to(challenge, user, password, "REGISTER", "sip:hotline")
        again = Register(user, ask.contacts, expires, ask.call_id, self.cseq, source, (proof,))
        return first.code, self.edge.registrar.receive(again, now).code

    @property
    def registered(self):
        return sorted(self.edge.bindings.users(time.monotonic()))

    def state(self, extension="201"):
        return str(self.centre.book.presence(extension).state)


@pytest.fixture
def settings(tmp_path, engine):
    return Settings(
        database=DatabaseSettings(url=f"sqlite:///{tmp_path / 'hotline.sqlite'}"),
        sip=SipSettings(users=[UserSettings(name="alice", password="right")]),
    )


async def test_an_agents_phone_registers_with_the_agents_password_and_makes_the_agent_reachable(settings, put):
    put({"agents": [ANNA]})
    async with Centre(settings) as one:
        assert one.register(password="wrong") == (401, 401)
        assert one.register(user="999") == (401, 401)
        done = await one.centre.set_state(SetAgentState("201", "ready"), tell)
        assert done.sentence == "Agent 201 is ready as soon as the phone can be reached."
        assert one.register() == (401, 200)
        assert one.state() == "ready"
        assert one.register(expires=0) == (401, 200)
        assert one.state() == "offline"


async def test_registrations_and_agents_outlive_a_restart(settings, put):
    put({"agents": [ANNA, BO]})
    async with Centre(settings) as one:
        one.register()
        one.register("alice", "right", "192.0.2.8")
        await one.centre.set_state(SetAgentState("201", "ready"), tell)
        await one.centre.set_state(SetAgentState("202", "paused", "午饭"), tell)
    async with Centre(settings) as again:
        assert again.registered == ["201", "alice"]
        assert (again.state("201"), again.state("202")) == ("ready", "paused")
        assert again.centre.book.presence("202").reason == "午饭"
    without_alice = settings.model_copy(update={"sip": SipSettings()})
    async with Centre(without_alice) as third:
        assert third.registered == ["201"]


async def test_a_new_password_throws_the_phones_out_at_once(settings, put):
    put({"agents": [ANNA]})
    async with Centre(settings) as one:
        one.register()
        await one.centre.set_state(SetAgentState("201", "ready"), tell)
        put({"agents": [{**ANNA, "password": "another"}]})
        done = await one.centre.take_up(TakeUpQueues(), tell)
        assert done.sentence == "live: 1 agent, 0 queues"
        assert (one.registered, one.state()) == ([], "offline")
        assert one.register() == (401, 401)
        assert one.register(password="another") == (401, 200)
        assert one.state() == "ready"


async def test_a_disabled_agent_is_out_at_once(settings, put):
    put({"agents": [ANNA]})
    async with Centre(settings) as one:
        one.register()
        await one.centre.set_state(SetAgentState("201", "ready"), tell)
        put({"agents": [{**ANNA, "enabled": False}]})
        await one.centre.take_up(TakeUpQueues(), tell)
        assert (one.registered, one.state()) == ([], "offline")
        assert one.register() == (401, 401)


async def test_a_password_changed_while_no_server_ran_throws_the_phones_out_too(settings, put):
    put({"agents": [ANNA]})
    async with Centre(settings) as one:
        one.register()
    put({"agents": [{**ANNA, "password": "another"}]})
    async with Centre(settings) as again:
        assert again.registered == []


async def test_an_agent_has_no_say_in_the_password_of_a_user_of_the_settings(settings, put):
    put({"agents": [{"extension": "alice", "password": "agents"}]})
    only_md5 = UserSettings(name="alice", ha1=hashed("MD5", "alice:hotline:right"))
    async with Centre(settings.model_copy(update={"sip": SipSettings(users=[only_md5])})) as one:
        assert one.register("alice", "agents") == (401, 401)
        assert one.register("alice", "right") == (401, 200)


async def test_an_agent_is_added_while_the_server_runs(settings, put):
    async with Centre(settings) as one:
        assert one.register() == (401, 401)
        put({"agents": [ANNA, BO]})
        await one.centre.take_up(TakeUpQueues(), tell)
        assert one.register() == (401, 200)
        assert one.centre.book.reachable("202")


async def test_orders_that_can_not_be_are_refused_in_a_sentence(settings, put):
    put({"agents": [ANNA]})
    async with Centre(settings) as one:
        with pytest.raises(CannotDo, match="There is no state 'redy'; write 'ready' instead"):
            await one.centre.set_state(SetAgentState("201", "redy"), tell)
        with pytest.raises(CannotDo, match="There is no agent '999'"):
            await one.centre.set_state(SetAgentState("999", "ready"), tell)
    closed = Centre(settings)
    with pytest.raises(CannotDo, match="still starting"):
        await closed.centre.take_up(TakeUpQueues(), tell)
    await closed.centre.close()


async def test_a_database_that_was_never_migrated_is_not_needed_to_build_it(tmp_path):
    url = f"sqlite:///{tmp_path / 'later.sqlite'}"
    one = Centre(Settings(database=DatabaseSettings(url=url)))
    await asyncio.to_thread(migrate, open_engine(url))
    async with one:
        assert one.registered == []


async def test_a_disposition_without_a_talk_is_refused(settings, put):
    put({"agents": [ANNA]})
    async with Centre(settings) as one:
        with pytest.raises(CannotDo, match="Agent 201 has had no talk from a queue"):
            await one.centre.dispose(DisposeTalk("201", "3"), tell)
        with pytest.raises(CannotDo, match="There is no agent '999'"):
            await one.centre.dispose(DisposeTalk("999", "3"), tell)
        answered = Note("queue.answered", "billing", "c1", "201", {"waited": 1.0})
        one.centre.distributor._last["201"] = answered
        heard: list[Note] = []
        one.centre.distributor.subscribe(heard.append)
        done = await one.centre.dispose(DisposeTalk("201", "3"), tell)
        assert done.facts == {"extension": "201", "disposition": "3"}
        assert [(note.name, note.call_id, note.data) for note in heard] == [("queue.disposition", "c1", {"code": "3"})]
