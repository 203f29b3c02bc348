"""A warm lead handed over: from the lead's "yes" to an agent's phone ringing; and what whom nobody is free for hears.

    python -m bench.warm_lead [--short] [--json]

A whole server (with ears and mouth) calls leads over a trunk, in English and Chinese at once. Each says hello, hears
the robot out, and says yes by one of our voices; the flow hands them to a queue, whose agent has a registered phone.
Measured on the wire: from the flow's decision (the event `handover`) and from the end of the yes to the INVITE at the
phone. Then a progressive campaign calls people while the only agent's phone rings and nobody takes it: from the
callee's 200 to the first sound of the message. Signalling and phones are our own, apart from the server under test.
"""

import asyncio
import audioop
import json
import sys
import tempfile
import time
import wave
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bench import phone_callers
from bench.answering_phone import FRAME, Mouth, Phones
from bench.campaign_greeting import HEARD
from bench.hotline_under_test import until
from bench.report import Report, run, short
from bench.telephone_network import prepare
from campaigns.campaign_orders import order
from models.cause import Cause
from models.database import open_engine
from models.event import Event
from models.settings import DataSettings, Settings, SipSettings, TrunkSettings
from models.writing import writing
from queues.agent_state import set_state
from queues.applying import apply
from queues.plan_reading import read_plan
from voice.media.codec import loudness
from voice.server_process import ServerProcess
from voice.sip.dialog import SipDialog
from voice.sip.registration import Registration
from voice.sip.resolve import Resolver
from voice.sip.trunk import Trunk

SERVER = "127.0.3.20"
LANGUAGES = {"en": ("127.0.3.21", "127.0.3.22", "201"), "zh": ("127.0.3.23", "127.0.3.24", "202")}
"""Address of the leads, address and extension of the agent."""
LEFT, RINGS, LATE = "127.0.3.25", "127.0.3.26", "203"
"""Of those whom nobody is free for, and the phone that nobody takes."""
WORDS = {
    "en": (("Hello?", "af_heart"), ("Yes.", "am_michael"), ("Yes, please.", "bf_emma")),
    "zh": (("喂，你好。", "zf_xiaobei"), ("是的。", "zm_yunjian"), ("好的，可以。", "zf_xiaoxiao")),
}
"""The hello, and what means yes in turn; text and voice."""
FLOW = """\
flow: warm-{language}
languages: [{language}, {other}]
steps:
  - step: ask
    confirm: {{en: "Good day, this is Hotline Bicycles. Shall I put you through to a colleague?",
              zh: "您好，这里是热线自行车公司。要为您转接同事吗？"}}
    yes: person
    no: bye
    otherwise: bye
  - step: person
    enqueue: {language}
    unavailable: {{en: Nobody is there., zh: 没有人。}}
    done: bye
  - step: bye
    hangup: {{en: Goodbye., zh: 再见。}}
"""
NOBODY = "flow: nobody\nlanguages: [en]\nsteps:\n  - step: person\n    enqueue: late\n    unavailable: Nobody.\n"
PLAN: dict[str, Any] = {
    "country": "CN", "holidays": "", "hours": ["mon-sun 00:00-24:00"], "max_calls": 1, "calls_per_second": 5,
    "ring_seconds": 15, "retry": {"any": {"most": 1}},
}  # fmt: skip
SORRY = "This was Hotline Bicycles. Sorry, nobody is free now; we won't keep you waiting."
SILENCE = b"\xff" * FRAME
LONGEST_S = 25.0
"""That a lead waits for anything."""
QUIET_S = 0.6
"""After which the robot has asked its question."""


def frames(words: str, language: str, voice: str) -> list[bytes]:
    """Return what is said as coded frames."""
    coded = audioop.lin2ulaw(phone_callers.spoken(words, language, voice).tobytes(), 2)
    return [coded[at : at + FRAME] for at in range(0, len(coded) - FRAME + 1, FRAME)]


def sounds(mouth: Mouth) -> list[float]:
    """Return when something audible was heard."""
    return [at for at, payload in mouth.heard if loudness(audioop.ulaw2lin(payload, 2)) > HEARD]


class AgentPhone(Phones):
    """Registers as an agent, and notes when it rings."""

    def __init__(self, address: str, takes: bool = True) -> None:
        super().__init__(address, 1000)
        self.rang: list[float] = []
        self._takes = takes

    def _rings(self, dialog: SipDialog) -> None:
        self.rang.append(time.time())
        if self._takes:
            super()._rings(dialog)
        else:
            dialog.ring()

    async def register(self, server: ServerProcess, extension: str) -> None:
        """Return once the server knows where this phone is."""
        host = f"{server.sip[0]}:{server.sip[1]}"
        trunk = Trunk(TrunkSettings(name=extension, host=host, username=extension, password="one", register_with=True))
        here = self.stack.address
        ours = Registration(trunk, self.stack.send, Resolver(time.monotonic), (here[0], here[1]), time.monotonic)
        await ours.attempt()


@dataclass
class Said:
    """What a lead said, by the clock on the wall."""

    yes_ended: float = 0.0


class Leads(Phones):
    """People who say hello, hear the robot out, and say yes; or, without words, only listen."""

    def __init__(self, address: str, language: str = "") -> None:
        super().__init__(address, 600)
        spoken = [frames(words, language, voice) for words, voice in WORDS[language]] if language else []
        self._hello, self._yes = (spoken[0], spoken[1:]) if spoken else ([], [])
        self.said: list[Said] = []
        self.agent: AgentPhone | None = None

    async def _take(self, dialog: SipDialog) -> None:
        mouth, said, over = Mouth(self._address), Said(), asyncio.Event()
        self.mouths.append(mouth)
        self.said.append(said)
        dialog.attach(lambda event: over.set() if type(event).__name__ == "HungUp" else None)
        dialog.ring()
        plan = await dialog.answer(self._address, mouth.port)
        self.answered.append(time.time())
        talking = asyncio.ensure_future(self._talk(mouth, (plan.address, plan.port), said, dialog))
        await over.wait()
        talking.cancel()
        mouth.close()

    async def _talk(self, mouth: Mouth, target: tuple[str, int], said: Said, dialog: SipDialog) -> None:
        if self._yes:
            await mouth.speak(target, self._hello, 0.02 * len(self._hello))
            began = time.time()
            while time.time() < began + LONGEST_S:
                heard = sounds(mouth)
                if len(heard) > 50 and heard[-1] < time.time() - QUIET_S:
                    break
                await mouth.speak(target, [SILENCE], 0.1)
            yes = self._yes[len(self.said) % len(self._yes)]
            await mouth.speak(target, yes, 0.02 * len(yes))
            said.yes_ended = time.time()
        rung = len(self.agent.rang) if self.agent else 0
        left = time.time() + LONGEST_S
        while time.time() < left and not (self.agent and len(self.agent.rang) > rung):
            await mouth.speak(target, [SILENCE], 0.1)
        await mouth.speak(target, [SILENCE], 1.0)
        dialog.hang_up(Cause.CALLER_HUNG_UP)


@dataclass
class House:
    """The server and everybody around it."""

    server: ServerProcess
    url: str
    leads: dict[str, Leads] = field(default_factory=dict)
    agents: dict[str, AgentPhone] = field(default_factory=dict)

    def decisions(self, target: str) -> list[float]:
        """Return when flows handed somebody to a queue, Unix seconds."""
        engine = open_engine(self.url)
        with engine.connect() as connection:
            rows = connection.execute(select(Event.at, Event.data).where(Event.name == "handover").order_by(Event.id))
            found = [row.at.timestamp() for row in rows if row.data["target"] == target]
        engine.dispose()
        return found


@asynccontextmanager
async def house(leads: int) -> AsyncIterator[House]:
    """Serve campaigns of so many leads in each language, and one of people whom nobody is free for."""
    async with AsyncExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (directory / "data").mkdir()
        found = House(_server(directory), f"sqlite:///{directory / 'data' / 'hotline.sqlite'}")
        for language, (address, agent, _) in LANGUAGES.items():
            found.leads[language], found.agents[language] = Leads(address, language), AgentPhone(agent)
            found.leads[language].agent = found.agents[language]
        found.leads["late"], found.agents["late"] = Leads(LEFT), AgentPhone(RINGS, takes=False)
        for phone in (*found.leads.values(), *found.agents.values()):
            await phone.stack.start()
            stack.push_async_callback(phone.stop)
        _write(found, directory, leads)
        trunks = [
            {"name": name, "host": f"{people.stack.address[0]}:{people.stack.address[1]}", "health_check": 0,
             "caller_number": "4000100"}
            for name, people in found.leads.items()
        ]  # fmt: skip
        found.server.settings = {
            "SIP__TRUNKS": json.dumps(trunks), "SIP__GUARD__MAX_CALLS": "0", "LOG__LEVEL": "warning",
            "LIMITS__DRAIN_SECONDS": "2",
        }  # fmt: skip
        await stack.enter_async_context(found.server)
        yield found


def _server(directory: Path) -> ServerProcess:
    return ServerProcess(directory / "data", SERVER)


def _write(found: House, directory: Path, leads: int) -> None:
    """Write agents, queues, campaigns and leads; nothing is started yet."""
    with wave.open(str(directory / "silence.wav"), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(16000))
    extensions = {**{language: ends[2] for language, ends in LANGUAGES.items()}, "late": LATE}
    people = [
        {"extension": number, "name": name, "password": "one", "skills": {name: 5}}
        for name, number in extensions.items()
    ]
    queues = [
        {"name": name, "needs": [{"skill": name}], "wrap_up_s": 0, "announce_every_s": 0, "pause_after_missed": 0,
         "music": str(directory / "silence.wav")}
        for name in extensions
    ]  # fmt: skip
    for at, name in enumerate(extensions):
        flow = directory / f"{name}.yaml"
        other = {"en": "zh", "zh": "en"}.get(name, "")
        flow.write_text(FLOW.format(language=name, other=other) if other else NOBODY, encoding="utf-8")
        mode = (
            {"mode": "robot"} if name in LANGUAGES else {"mode": "progressive", "abandon": {"message": {"en": SORRY}}}
        )
        plan = {**PLAN, **mode, "name": name, "flows": [str(flow)], "lines": [name], "queue": name}
        plan["languages"] = [name if other else "en"]
        numbers = [f"+86139300{at}0{lead:03}" for lead in range(leads)]
        prepare(found.url, plan, numbers, [{"name": name}], start=False)
    engine = open_engine(found.url)
    with writing(engine) as connection:
        apply(connection, read_plan({"agents": people, "queues": queues}), SipSettings())
    engine.dispose()


async def called(found: House, names: tuple[str, ...], leads: int) -> None:
    """Have agents ready and campaigns run to the end of their lists."""
    settings = Settings(data=DataSettings(directory=found.server.directory))
    for name in names:
        extension = LANGUAGES[name][2] if name in LANGUAGES else LATE
        await found.agents[name].register(found.server, extension)
        await asyncio.to_thread(set_state, settings, extension, "ready", "")
        engine = open_engine(found.url)
        await asyncio.to_thread(order, engine, settings, name, "start", datetime.now(UTC), "")
        engine.dispose()
    for name in names:
        people = found.leads[name]
        await until(lambda: len(people.said) >= leads, leads * LONGEST_S)  # noqa: B023
    await asyncio.sleep(6)


def handed(found: House, name: str) -> tuple[list[float], list[float]]:
    """Return milliseconds to the phone's ringing from the flow's decision, and from the end of the yes."""
    decided, said = [], []
    decisions = found.decisions(name)
    ends = [one.yes_ended for one in found.leads[name].said]
    for rang in found.agents[name].rang:
        decided += [1000 * (rang - at) for at in decisions if at <= rang][-1:]
        said += [1000 * (rang - at) for at in ends if 0 < at <= rang][-1:]
    return decided, said


async def measure() -> Report:
    """Return the figures."""
    report = Report("warm lead", "a whole server, leads and agents' phones on the wire, English and Chinese at once")
    leads = 5 if short() else 20
    async with house(leads) as found:
        await called(found, tuple(LANGUAGES), leads)
        await called(found, ("late",), leads)
        for language in LANGUAGES:
            decided, said = handed(found, language)
            report.add(f"{language}: leads handed over", len(decided), f"of {leads}")
            report.spread(f"{language}: decision to the agent's phone ringing", decided, "ms", p95="<= 2000")
            report.spread(f"{language}: end of the yes to the agent's phone ringing", said, "ms")
        late = found.leads["late"]
        waits = [
            1000 * (heard[0] - answered)
            for answered, heard in zip(late.answered, map(sounds, late.mouths), strict=True)
            if heard
        ]
    report.add("nobody free: callees who heard the message", len(waits), f"of {leads}", f">= {leads}")
    report.spread("nobody free: answer to the message", waits, "ms", p95="<= 2000")
    report.add("nobody free: answer to the message, slowest", max(waits, default=None), "ms", "<= 2000")
    return report


if __name__ == "__main__":
    sys.exit(run(measure))
