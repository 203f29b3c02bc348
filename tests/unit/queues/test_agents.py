"""The book of agents: each change counts at once, is told, and is in the database with how it came about."""

import pytest
from sqlalchemy import select

from models.agent import AgentChange, AgentMove
from models.errors import CannotDo
from models.life import ImpossibleMove
from models.queue_event import QueueEvent
from queues.agents import AgentBook
from queues.journal import Journal
from queues.presence import NO_PHONE, RESTARTED
from queues.presence_rows import stored_presences

ANNA = {"extension": "201", "name": "安娜", "password": "secret", "skills": {"billing": 5}}
BO = {"extension": "202", "name": "Bo", "address": "sip:202@pbx.example"}


class Clock:
    now = 1_800_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def journal(engine, clock):
    journal = Journal(engine, clock)
    journal.open("here")
    yield journal
    journal.close()


@pytest.fixture
def book(engine, journal, clock, put):
    put({"agents": [ANNA, BO]})
    book = AgentBook(engine, journal, clock)
    book.open()
    return book


def history(engine):
    with engine.connect() as connection:
        rows = connection.execute(select(AgentChange.__table__).order_by(AgentChange.id)).all()
    return [(row.extension, row.move, row.state, row.reason, row.by) for row in rows]


def presence(engine, extension="201"):
    with engine.connect() as connection:
        return stored_presences(connection)[extension]


async def test_a_day_of_an_agent_is_history_and_the_last_of_it_the_presence(engine, book, clock):
    book.phone("201", True)
    book.wish("201", "ready")
    for seconds, move in ((60, AgentMove.OFFER), (5, AgentMove.ANSWER), (90, AgentMove.END)):
        clock.now += seconds
        book.move("201", move, call_id="c1")
    clock.now += 30
    book.wrapped_up("201")
    await book.wish("201", "paused", "休息", by="command")
    assert history(engine) == [
        ("201", "ready", "ready", "", "phone"),
        ("201", "offer", "offered", "", "queues"),
        ("201", "answer", "talking", "", "queues"),
        ("201", "end", "wrap-up", "", "queues"),
        ("201", "wrapped-up", "ready", "", "queues"),
        ("201", "paused", "paused", "休息", "command"),
    ]
    assert presence(engine) == book.presence("201")
    assert presence(engine).since == clock.now


async def test_each_change_is_an_event_of_the_queues(engine, book):
    book.phone("201", True)
    await book.wish("201", "ready", by="api")
    with engine.connect() as connection:
        row = connection.execute(select(QueueEvent.__table__).where(QueueEvent.name == "agent.state")).one()
    assert (row.agent, row.data["state"], row.data["before"], row.data["by"]) == ("201", "ready", "offline", "api")


async def test_who_listens_hears_of_a_change_at_once_even_if_another_listener_fails(book):
    heard = []

    def fails(changed):
        raise ValueError

    book.subscribe(fails)
    leave = book.subscribe(lambda changed: heard.append((changed.agent.extension, str(changed.after.state))))
    book.phone("201", True)
    book.wish("201", "ready")
    assert heard == [("201", "ready")]
    leave()
    book.wish("201", "offline")
    assert len(heard) == 1


async def test_nothing_is_written_where_nothing_changed(engine, book):
    book.phone("201", True)
    await book.wish("201", "ready")
    await book.wish("201", "ready")
    assert len(history(engine)) == 1


async def test_a_lost_phone_makes_its_agent_unavailable_at_once_and_a_found_one_brings_it_back(engine, book):
    book.phone("201", True)
    book.wish("201", "ready")
    await book.phone("201", False, "phone not registered")
    assert (presence(engine).state, presence(engine).reason) == ("offline", "phone not registered")
    assert book.logged_in() == ["201"]
    await book.phone("201", True)
    assert presence(engine).state == "ready"
    await book.phone("201", True)
    await book.phone("999", True)
    assert [move for _, move, *_ in history(engine)] == ["ready", "phone-lost", "phone-back"]


async def test_a_server_that_starts_again_has_nobody_until_their_phones_are_known(engine, book, journal, clock):
    for extension in ("201", "202"):
        book.phone(extension, True)
        await book.wish(extension, "ready")
    book.move("201", AgentMove.OFFER)
    await book.move("201", AgentMove.ANSWER)
    later = AgentBook(engine, journal, clock)
    later.open()
    await later.come_back()
    assert [str(later.presence(one).state) for one in ("201", "202")] == ["offline", "offline"]
    assert [later.presence(one).reason for one in ("201", "202")] == [NO_PHONE, RESTARTED]
    idle_since = later.presence("202").idle_since
    await later.phone("201", True)
    assert presence(engine).state == "ready"
    assert sorted(later.logged_in()) == ["201", "202"]
    await later.phone("202", True)
    assert later.presence("202").idle_since == idle_since


async def test_what_the_life_does_not_allow_is_refused_and_changes_nothing(engine, book):
    with pytest.raises(ImpossibleMove):
        book.move("201", AgentMove.ANSWER)
    with pytest.raises(CannotDo, match="There is no agent '203'; write '20"):
        book.wish("203", "ready")
    assert history(engine) == []


async def test_users_are_the_enabled_agents_with_a_password(book, put):
    assert book.users.ha1("201", "MD5") != ""
    assert book.users.ha1("202", "MD5") == ""
    assert len(book.users) == 1
    put({"agents": [{**ANNA, "enabled": False}, BO]})
    assert await book.take_up() == ["201"]
    assert len(book.users) == 0


async def test_a_changed_password_is_taken_up_and_old_registrations_are_to_be_forgotten(book, put):
    before = book.users.ha1("201", "SHA-256")
    put({"agents": [{**ANNA, "password": "another"}, {**BO, "name": "Bob"}]})
    assert await book.take_up() == ["201"]
    assert book.users.ha1("201", "SHA-256") not in ("", before)
    assert book.agent("202").name == "Bob"


async def test_a_disabled_agent_finishes_the_talk_and_takes_no_other(engine, book, put):
    book.phone("201", True)
    book.wish("201", "ready")
    book.move("201", AgentMove.OFFER)
    book.move("201", AgentMove.ANSWER)
    put({"agents": [{**ANNA, "enabled": False}, BO]})
    await book.take_up()
    assert book.presence("201").state == "talking"
    book.move("201", AgentMove.END)
    await book.wrapped_up("201")
    assert (presence(engine).state, presence(engine).reason) == ("offline", "disabled")
    with pytest.raises(CannotDo, match="is disabled; run hotline agents change 201 --enable first"):
        book.wish("201", "ready")


async def test_an_agent_who_is_removed_and_added_anew_is_another_one(book, put):
    heard = []
    book.subscribe(lambda changed: heard.append((changed.agent.extension, str(changed.after.state))))
    book.phone("201", True)
    await book.wish("201", "ready")
    put({"agents": [BO]})
    put({"agents": [{**ANNA, "name": "Ann"}, BO]})
    assert await book.take_up() == ["201"]
    assert heard == [("201", "ready"), ("201", "removed")]
    assert book.presence("201").state == "offline"
    assert not book.reachable("201")
    assert not book.logged_in()


async def test_an_edited_plan_is_told_with_the_one_before(book, put):
    heard = []
    book.follow(lambda before, after: heard.append((list(before.queues), list(after.queues))))
    put({"queues": {"billing": {}}})
    await book.take_up()
    assert heard == [([], ["billing"])]
