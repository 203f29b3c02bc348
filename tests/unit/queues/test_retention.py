"""What is old is forgotten a few rows at a time, and the numbers of events go on."""

import asyncio

import pytest
from sqlalchemy import func, insert, select

from models.agent import AgentChange
from models.callback import Callback
from models.database import moment
from models.queue_caller import QueueCaller
from models.queue_event import QueueEvent
from models.webhook_delivery import WebhookDelivery
from queues.journal import Journal
from queues.retention import Retention

NOW = 1_800_000_000.0
DAY_S = 86_400.0


def event(number, days, node="node"):
    return {
        "node": node, "number": number, "at": moment(NOW - days * DAY_S), "name": "queue.joined", "queue": "billing",
        "call_id": "c", "agent": "", "data": {},
    }  # fmt: skip


@pytest.fixture
def house(engine, monkeypatch):
    monkeypatch.setattr("queues.retention.PAUSE_S", 0.0)
    monkeypatch.setattr("queues.retention.AT_A_TIME", 3)
    change = {
        "agent_id": "a", "extension": "201", "move": "ready", "state": "ready", "reason": "", "by": "phone",
        "call_id": "",
    }  # fmt: skip
    told = {
        "node": "node", "delivery": "msg", "url": "http://crm.example", "call_id": "c", "event": "call.ended",
        "body": "{}", "tries": 12, "why": "", "made_at": moment(NOW - 90 * DAY_S),
    }  # fmt: skip
    with engine.begin() as connection:
        connection.execute(insert(QueueEvent), [event(n, 90 - n) for n in range(1, 71)])
        connection.execute(insert(QueueEvent), [event(1, 500, "other")])
        connection.execute(insert(AgentChange), [{**change, "at": moment(NOW - days * DAY_S)} for days in (31, 29)])
        given_up = (None, moment(NOW - 40 * DAY_S), moment(NOW - 2 * DAY_S))
        connection.execute(insert(WebhookDelivery), [{**told, "given_up_at": at} for at in given_up])
    return engine


def counts(engine):
    with engine.connect() as connection:
        return tuple(
            connection.scalar(select(func.count()).select_from(kind))
            for kind in (QueueEvent, AgentChange, WebhookDelivery)
        )


async def test_what_is_older_than_the_settings_keep_it_is_forgotten_and_what_waits_is_not(house, tmp_path):
    assert await Retention(house, 30, tmp_path, lambda: NOW).forget() == 59 + 1 + 1
    assert counts(house) == (12, 1, 2)
    with house.connect() as connection:
        oldest = connection.scalar(select(func.min(QueueEvent.number)).where(QueueEvent.node == "node"))
    assert oldest == 60


async def test_the_newest_event_of_a_node_stays_so_that_its_numbers_go_on(house, tmp_path):
    await Retention(house, 1, tmp_path, lambda: NOW).forget()
    journal = Journal(house)
    journal.open("other")
    await journal.tell("queue.joined")
    journal.close()
    with house.connect() as connection:
        numbers = select(QueueEvent.number).where(QueueEvent.node == "other").order_by(QueueEvent.id)
        assert connection.scalars(numbers).all() == [1, 2]


async def test_nought_keeps_all_for_ever(house, tmp_path):
    await asyncio.wait_for(Retention(house, 0, tmp_path, lambda: NOW).run(), 1)
    assert counts(house) == (71, 2, 3)


PROMISE = {
    "state": "done", "number": "1", "line": "", "queue": "billing", "agent": "", "language": "en", "call_id": "c",
    "reason": "voicemail", "data": {}, "tries": 1, "most_tries": 3, "words": "",
    **dict.fromkeys(("made_at", "due_at", "waiting_since"), moment(NOW - 90 * DAY_S)),
}  # fmt: skip


async def test_who_waited_and_who_was_called_back_is_forgotten_with_the_message_once_it_is_over(house, tmp_path):
    sounds = [tmp_path / f"{name}.wav" for name in ("old", "new", "open")]
    ends = (moment(NOW - 40 * DAY_S), moment(NOW - 2 * DAY_S), None)
    stay = {
        "call_id": "c", "node": "node", "queue": "billing", "state": "served", "caller": "1", "language": "en",
        "tags": [], "joined_at": moment(NOW - 90 * DAY_S), "credit_s": 0.0, "answered_at": None, "agent": "",
        "data": {},
    }  # fmt: skip
    with house.begin() as connection:
        for number, (sound, end) in enumerate(zip(sounds, ends, strict=True)):
            sound.touch()
            connection.execute(insert(QueueCaller).values(**stay, id=f"q{number}", ended_at=end))
            connection.execute(insert(Callback).values(**PROMISE, id=f"p{number}", ended_at=end, message=str(sound)))
    await Retention(house, 30, tmp_path, lambda: NOW).forget()
    with house.connect() as connection:
        assert connection.scalars(select(QueueCaller.id).order_by(QueueCaller.id)).all() == ["q1", "q2"]
        assert connection.scalars(select(Callback.id).order_by(Callback.id)).all() == ["p1", "p2"]
    assert [sound.exists() for sound in sounds] == [False, True, True]


async def test_a_copy_of_an_installation_deletes_its_own_message_and_never_the_originals(house, tmp_path, caplog):
    folders = [tmp_path / name / "recordings" for name in ("original", "copy")]
    for folder, names in zip(folders, (("both", "one"), ("both",)), strict=True):
        folder.mkdir(parents=True)
        for name in names:
            (folder / f"{name}.wav").touch()
    old = moment(NOW - 40 * DAY_S)
    with house.begin() as connection:
        for name in ("both", "one"):
            message = str(folders[0] / f"{name}.wav")
            connection.execute(insert(Callback).values(**PROMISE, id=name, ended_at=old, message=message))
    await Retention(house, 30, tmp_path / "copy", lambda: NOW).forget()
    assert sorted(file.relative_to(tmp_path).as_posix() for file in tmp_path.rglob("*.wav")) == [
        "original/recordings/both.wav", "original/recordings/one.wav",
    ]  # fmt: skip
    assert f"The message {folders[0] / 'one.wav'} stays" in caplog.text
