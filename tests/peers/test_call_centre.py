"""A whole call centre over real SIP: softphones that log in by code, callers who wait, and a server that is killed."""

import asyncio
import audioop
import itertools
import json
import os
import signal
import wave
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pytest_asyncio
from pypinyin import lazy_pinyin
from rapidfuzz.distance import Levenshtein
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from asr_tts.engines.kokoro import Kokoro
from asr_tts.engines.whisper import Whisper
from asr_tts.loudness import for_telephone
from asr_tts.recognition import Question
from asr_tts.weights import find
from bench.sounds import human, transcripts
from bench.word_errors import errors, words
from knowledge.wording import plain
from models.callback import Callback
from models.database import migrate, open_engine
from models.queue_caller import QueueCaller
from models.queue_event import QueueEvent
from models.settings import SipSettings
from queues.applying import apply
from queues.plan_reading import read_plan
from queues.plan_rows import writing
from tests.live_server import MANY, QUICK, notes, record_of, until
from tests.peers.baresip import Phone, phone
from tests.peers.sipp import sipp
from tests.peers.test_agents_phones import heard_in, tone
from voice.server_process import ServerProcess
from voice.synthetic_caller import SyntheticCaller

pytestmark = [pytest.mark.peer, pytest.mark.asyncio(loop_scope="session")]
SERVER, ANNA, BEN, CALLERS = "127.0.28.1", "127.0.28.2", "127.0.28.3", "127.0.28.4"
FLOW = """\
flow: hotline
languages: [en]
commands: {operator: sorry}
steps:
  - step: hand
    enqueue: billing
    unavailable: Nobody is there.
    done: sorry
  - step: sorry
    hangup: Goodbye.
"""
QUEUE = {
    "name": "billing",
    "needs": [{"skill": "billing"}],
    "whisper": "Billing.",
    "wrap_up_s": 0,
    "announce_every_s": 0,
    "callback_after_s": 2,
}
PLAN = {
    "agents": [
        {"extension": "201", "name": "Anna", "password": "one", "skills": {"billing": 5}},
        {"extension": "202", "name": "Ben", "password": "two", "skills": {"billing": 5}},
    ],
    "queues": [QUEUE],
}
AGENTS = {"201": 1000, "202": 1500}
NUMBERS = {"700": 610, "701": 720, "702": 850, "703": 1150, "704": 1270}
"""Hertz of what each says, none of them in our tones: who is heard is known by that."""


@dataclass(frozen=True)
class House:
    server: ServerProcess
    phones: dict[str, Phone]
    engine: Engine
    voices: dict[str, Path]
    """The file that each agent speaks from the answer on, read anew for each call."""

    def rings(self, extension: str) -> list[str]:
        """Return the calls for which an agent's phone has rung."""
        found = notes(self.server, "EventHappened", name="leg-ringing")
        return [line["call"] for line in found if line["data"]["who"] == extension]

    async def dials(self, extension: str, code: str) -> None:
        """Let an agent dial a service code, and hear what is said to it."""
        since = len(self.server.lines)
        await self.phones[extension].do("dial", f"sip:{code}@{SERVER}:{self.server.sip_port}")
        await until(lambda: notes(self.server, "CallEnded", since), f"the end of {code}")

    async def works(self, extension: str, seconds: float = 1.2) -> None:
        """Let an agent take every call for so long, one after the other, until cancelled."""
        for turn in itertools.count(len(self.rings(extension))):
            call = await self.rung(extension, turn)
            await self.phones[extension].do("accept")
            await self.sees(call, "talk-began")
            await asyncio.sleep(seconds)
            await self.phones[extension].do("hangup")
            await self.sees(call, "talk-ended")

    async def rung(self, extension: str, turn: int, patience: float = 90) -> str:
        """Return the call for which an agent's phone rings after `turn` others."""
        await until(lambda: len(self.rings(extension)) > turn, f"ringing at {extension}", patience)
        return self.rings(extension)[turn]

    async def sees(self, call: str, event: str) -> None:
        await until(lambda: notes(self.server, "EventHappened", call=call, name=event), f"{event} of {call}")

    def stays(self) -> dict[str, list[QueueCaller]]:
        """Return the stays of each number, in order."""
        found: dict[str, list[QueueCaller]] = {}
        with Session(self.engine) as session:
            for stay in session.scalars(select(QueueCaller).order_by(QueueCaller.id)):
                found.setdefault(stay.caller, []).append(stay)
        return found

    def callbacks(self) -> list[tuple[str, bool]]:
        """Return number of each callback, and whether it is over."""
        with Session(self.engine) as session:
            return [(row.number, row.ended_at is not None) for row in session.scalars(select(Callback))]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    directory = tmp_path_factory.mktemp("centre")
    (directory / "hotline.yaml").write_text(FLOW)
    settings = {
        **QUICK,
        "SIP__GUARD": MANY,
        "DIALPLAN__ROUTES": json.dumps([{"called": "*", "flow": str(directory / "hotline.yaml")}]),
    }
    server = ServerProcess(directory / "server", SERVER, settings)
    server.directory.mkdir()
    engine = open_engine(f"sqlite:///{server.directory / 'hotline.sqlite'}")
    migrate(engine)
    with writing(engine) as connection:
        apply(connection, read_plan(PLAN), SipSettings())
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(server)
        phones = {}
        voices = {}
        for (extension, pitch), address, password in zip(AGENTS.items(), (ANNA, BEN), ("one", "two"), strict=True):
            account = (
                f"<sip:{extension}@{SERVER}:{server.sip_port}>;auth_user={extension};auth_pass={password};regint=60"
            )
            voices[extension] = tone(directory / f"{extension}.wav", pitch, 60)
            ours = phone(address, account, voices[extension], directory / extension)
            phones[extension] = await stack.enter_async_context(ours)
        yield House(server, phones, engine, voices)
    engine.dispose()


@asynccontextmanager
async def calling(house: House, number: str, directory: Path) -> AsyncIterator[SyntheticCaller]:
    """Call, and speak at the number's pitch until the end."""
    with wave.open(str(tone(directory / f"{number}.wav", NUMBERS[number], 1))) as file:
        second = np.frombuffer(file.readframes(8000), np.int16)

    async def speak() -> None:
        while True:
            await caller.say(second)

    async with SyntheticCaller(house.server.sip, CALLERS, number=number, called="hotline") as caller:
        speaking = asyncio.ensure_future(speak())
        try:
            yield caller
        finally:
            speaking.cancel()


async def is_served(house: House, number: str, directory: Path) -> None:
    async with calling(house, number, directory) as caller:
        await asyncio.wait_for(caller.ended_by_server.wait(), 120)


def heard(path: Path, channel: int) -> set[str]:
    """Return who is to be heard for half a second and more in one channel of a recording."""
    with wave.open(str(path)) as file:
        frames = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        samples = frames.reshape(-1, file.getnchannels())[:, channel].astype(float)
    return set().union(
        *(heard_in(samples[at : at + 4000], {**AGENTS, **NUMBERS}) for at in range(0, len(samples) - 4000, 4000))
    )


async def test_five_callers_talk_to_two_agents_who_logged_in_by_code_and_recordings_tell_to_whom(
    house: House, tmp_path: Path
) -> None:
    for extension in AGENTS:
        await house.dials(extension, "*60")
    async with asyncio.TaskGroup() as group:
        agents = [group.create_task(house.works(extension)) for extension in AGENTS]
        callers = []
        for number in NUMBERS:
            callers.append(group.create_task(is_served(house, number, tmp_path)))
            await asyncio.sleep(0.3)
        await asyncio.wait(callers)
        for agent in agents:
            agent.cancel()
    served = {}
    for number, [stay] in house.stays().items():
        assert stay.state == "served"
        record = await record_of(house.server, number)
        served[number] = stay.agent
        assert heard(record["recording"], 1) == {stay.agent}, "the right channel is the agent whom the caller heard"
        assert heard(record["recording"], 0) == {number}
    assert sorted(served) == sorted(NUMBERS)
    for extension in AGENTS:
        dumps = list(house.phones[extension].home.glob("dump-*-dec.wav"))
        told = set().union(*(heard(dump, 0) for dump in dumps))
        assert told == {number for number, agent in served.items() if agent == extension}
        assert told, "both had a part in it"


AGENTS_SAY = {"201": "vm-nobodyavail", "202": "vm-msgforwarded"}
"""Human prompts, by name; and those of callers, but for one who speaks Chinese in a synthetic voice."""
CALLERS_SAY = {
    "710": "privacy-incorrect", "711": "conf-onlyone", "712": "cannot-complete-as-dialed", "713": "tt-weasels",
}  # fmt: skip
CHINESE, SENTENCE = "714", "您的订单已经发货，预计明天下午送到。"
BY_SIPP = {"712", "713"}
PAUSE_S = 0.8
WHISPERED_S = 2.0
"""For which an agent who picks up says nothing: the whisper comes first."""


@pytest.fixture(scope="module")
def spoken() -> dict[str, np.ndarray]:
    """What everybody says: samples at 8 kHz by number."""
    found = {number: human(name) for number, name in {**AGENTS_SAY, **CALLERS_SAY}.items()}
    kokoro = Kokoro()
    sound = kokoro.speak(SENTENCE, kokoro.voices["zh"][0])
    found[CHINESE] = for_telephone(sound.samples, sound.rate)
    return found


def over_and_over(samples: np.ndarray, seconds: float, lead: float = 0.0) -> np.ndarray:
    """Return a sentence with pauses, for so long and more."""
    once = np.concatenate([samples.astype(np.int16), np.zeros(round(PAUSE_S * 8000), np.int16)])
    times = int(seconds * 8000 / len(once)) + 1
    return np.concatenate([np.zeros(round(lead * 8000), np.int16), *[once] * times])


def utterances(samples: np.ndarray) -> list[np.ndarray]:
    """Return what is said in `samples`, parted where nothing is heard for half a second."""
    blocks = samples[: len(samples) // 400 * 400].reshape(-1, 400).astype(float)
    loud = np.flatnonzero(np.sqrt((blocks**2).mean(axis=1)) > 150)
    parts = np.split(loud, np.flatnonzero(np.diff(loud) > 10) + 1) if loud.size else []
    return [samples[max(part[0] - 4, 0) * 400 : (part[-1] + 5) * 400] for part in parts]


def says(ears: Whisper, samples: np.ndarray, whole: np.ndarray, language: str = "en") -> str:
    """Return the words of the first utterance that is as long as `whole`: others were begun or ended by the call."""
    lengths = range(len(whole) - 3200, len(whole) + 8000)
    found = next(part for part in utterances(samples) if len(part) in lengths)
    return ears.recognise(np.concatenate([found, np.zeros(1200, np.int16)]).astype(np.int16), Question(language)).text


def sides(record: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Return a recording's left side, and its right side from the beginning of the talk on."""
    with wave.open(str(record["recording"])) as file:
        frames = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
    talk = next(event["at"] for event in record["events"] if event["name"] == "talk-began")
    began = datetime.fromisoformat(talk) - datetime.fromisoformat(record["answered_at"])
    return frames[:, 0], frames[round(began.total_seconds() * 8000) :, 1]


async def speaks_by_sipp(house: House, number: str, samples: np.ndarray, directory: Path) -> None:
    """Let sipp call and speak until it is hung up."""
    directory = directory / number
    directory.mkdir()
    (directory / "spoken.raw").write_bytes(audioop.lin2ulaw(over_and_over(samples, 3).tobytes(), 2))
    options = "-m", "1", "-key", "number", number, "-timeout", "180"
    where = f"{SERVER}:{house.server.sip_port}"
    async with sipp("spoken", directory, *options, towards=where, host=CALLERS) as caller:
        await caller.passed(180)


async def speaks(house: House, number: str, samples: np.ndarray) -> None:
    """Call and speak until it is hung up."""

    async def speak() -> None:
        while True:
            await caller.say(over_and_over(samples, 1))

    async with SyntheticCaller(house.server.sip, CALLERS, number=number, called="hotline") as caller:
        speaking = asyncio.ensure_future(speak())
        try:
            await asyncio.wait_for(caller.ended_by_server.wait(), 180)
        finally:
            speaking.cancel()


async def test_what_both_sides_of_five_talks_say_is_read_from_their_recordings(
    house: House, tmp_path: Path, spoken: dict[str, np.ndarray]
) -> None:
    tones = {extension: voice.read_bytes() for extension, voice in house.voices.items()}
    for extension, voice in house.voices.items():
        with wave.open(str(voice), "wb") as file:
            file.setparams((1, 2, 8000, 0, "NONE", ""))
            file.writeframes(over_and_over(spoken[extension], 20, WHISPERED_S).tobytes())
    async with asyncio.TaskGroup() as group:
        agents = [group.create_task(house.works(extension, 7.0)) for extension in AGENTS]
        callers = []
        for number in (*CALLERS_SAY, CHINESE):
            by_sipp = speaks_by_sipp(house, number, spoken[number], tmp_path) if number in BY_SIPP else None
            callers.append(group.create_task(by_sipp or speaks(house, number, spoken[number])))
            await asyncio.sleep(0.2)
        await asyncio.wait(callers)
        for agent in agents:
            agent.cancel()
    for extension, voice in house.voices.items():
        voice.write_bytes(tones[extension])
    ears = Whisper(find("whisper-base"))
    wrong = total = 0
    talked = set()
    for number, name in CALLERS_SAY.items():
        [stay] = house.stays()[number]
        talked.add(stay.agent)
        left, right = sides(await record_of(house.server, number))
        for side, who, prompt in ((left, number, name), (right, stay.agent, AGENTS_SAY[stay.agent])):
            said = words(transcripts()[prompt])
            wrong += errors(said, words(says(ears, side, spoken[who])))
            total += len(said)
    assert talked == set(AGENTS)
    assert total > 50
    assert wrong / total <= 0.1
    left, _ = sides(await record_of(house.server, CHINESE))
    heard_zh, said_zh = (lazy_pinyin(plain(text)) for text in (says(ears, left, spoken[CHINESE], "zh"), SENTENCE))
    assert Levenshtein.distance(heard_zh, said_zh) <= 2


async def test_a_caller_outlives_the_agents_phone_and_all_that_is_promised_outlives_the_server(
    house: House, tmp_path: Path
) -> None:
    server, anna, ben = house.server, house.phones["201"], house.phones["202"]
    turns = {extension: len(house.rings(extension)) for extension in AGENTS}
    await house.dials("201", "*621")
    async with AsyncExitStack() as stack:
        callers = [await stack.enter_async_context(calling(house, "700", tmp_path))]
        call = await house.rung("202", turns["202"])
        await ben.do("accept")
        await house.sees(call, "talk-began")
        os.kill(ben.pid, signal.SIGKILL)
        callers += [await stack.enter_async_context(calling(house, number, tmp_path)) for number in ("701", "702")]
        await until(lambda: len(house.stays()["702"]) == 2, "702 waiting")
        async with asyncio.timeout(60):
            while house.callbacks() != [("702", False)]:
                await asyncio.sleep(2.5)
                await callers[2].key("1")  # it is taken from the offer on
        await until(lambda: len(house.stays()["700"]) == 3, "700 waiting again, after the phone that died", 60)
        await house.dials("201", "*60")
        assert await house.rung("201", turns["201"]) == call, "who came first is first again"
        await anna.do("accept")
        await until(lambda: len(notes(server, "EventHappened", call=call, name="talk-began")) == 2, "the next talk")
        await server.stop(by=signal.SIGKILL)
        for caller in callers:
            caller.vanish()
    await anna.do("hangup")
    await server.start()
    stays = house.stays()
    assert [stays[number][-1].state for number in ("700", "701", "702")] == ["stopped", "stopped", "callback"]
    assert house.callbacks() == [("702", False)]
    async with calling(house, "701", tmp_path):
        # She is ready, as she was. 702 may be called back first, and the phone that died be rung: it is still known.
        call = await house.rung("201", turns["201"] + 1, 180)
        await anna.do("accept")
        await house.sees(call, "talk-began")
        await anna.do("hangup")
        stopped, again = house.stays()["701"][-2:]
        assert stopped.ended_at is not None
        assert again.credit_s >= (stopped.ended_at - stopped.joined_at).total_seconds() - 0.01 >= 3
    with Session(house.engine) as session:
        of_server = select(QueueEvent.number).where(QueueEvent.node != "command").order_by(QueueEvent.id)
        numbers = list(session.scalars(of_server))
    assert numbers == list(range(1, len(numbers) + 1))
