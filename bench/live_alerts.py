"""Live alerts: end of a forbidden word on the wire to its alert, told and in the database; and what watching costs.

A caller to the robot, and an agent whom a caller is connected with, say sentences that end in a forbidden word, English
and Chinese, to a whole server; fifty rules are in force. The word ends with the last audible packet that was sent; the
alert is told with its moment in the record, and is in the database when another process reads it there (the bench asks
every 20 ms, as a board would). Then voice to voice, turn by turn in turns, by this server and by one without rules.
"""

import asyncio
import audioop
import json
import os
import sys
import tempfile
import time
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, SupportsIndex

import numpy as np
from ruamel.yaml import YAML

from bench.answering_phone import Phones, phones
from bench.hotline_under_test import hotline, until
from bench.records import Records
from bench.report import Report, run, short
from bench.slot_voices import say
from bench.voice_to_voice import Asked, one_call, utterances
from models.database import open_engine
from quality.live_watch import ALERT, REFRESH_S
from quality.publishing import publish
from voice.server_process import ServerProcess
from voice.synthetic_caller import Samples, SyntheticCaller
from voice.wire_times import last_audible

WATCHED, PLAIN, AGENTS, CALLER = "127.0.33.62", "127.0.33.63", "127.0.33.64", "127.0.33.65"
DATA = Path(__file__).parent / "data" / "live_alerts.yaml"
VOICES = {"en": ("piper", "af_heart"), "zh": ("zf_xiaobei", "zm_yunyang")}
RULES = 50
FRAME = 160
SILENT_FRAME = audioop.lin2ulaw(bytes(2 * FRAME), 2)
PATIENCE_S = 8.0
COOL_DOWN_S = 60.0
TALK = """\
flow: talk
languages: [{language}]
commands: {{operator: sorry}}
steps:
  - step: hand
    transfer: "{uri}"
    unavailable: {sorry}
    done: sorry
  - step: sorry
    hangup: {sorry}
"""


def sentences(language: str, count: int) -> list[tuple[str, Samples]]:
    """Return forbidden words as they are said."""
    said = YAML(typ="safe").load(DATA.read_text(encoding="utf-8"))[language]["said"]
    found = []
    for place in range(count):
        text = said[place % len(said)]
        found.append((text, say(text, language, VOICES[language][place % 2])))
    return found


def scorecard(name: str) -> str:
    """Return a card of fifty rules: one for each forbidden word and side, the others by meaning, silence, speed."""
    known = YAML(typ="safe").load(DATA.read_text(encoding="utf-8"))
    rules: list[dict[str, Any]] = []
    for place, (english, chinese) in enumerate(zip(known["en"]["phrases"], known["zh"]["phrases"], strict=True)):
        for who in ("caller", "agent"):
            phrases = {"en": [english], "zh": [chinese]}
            says = {"who": who, "phrases": phrases}
            rules.append({"rule": f"{who}-{place}", "tell": "agent", "must_not": {"says": says}})
    for place in range(RULES - len(rules)):
        meaning = {
            "en": [f"Please wait for number {place}.", "I am really sorry about that."],
            "zh": [f"请您等待{place}号。", "真的非常抱歉。"],
        }
        kinds: tuple[dict[str, Any], ...] = (
            {"must": {"says": {"who": "ours", "first_s": 600 + place, "meaning": meaning}}},
            {"must_not": {"silence": {"over_s": 60 + place}}},
            {"must_not": {"says": {"who": "agent", "meaning": meaning, "likeness": 0.9}}},
        )
        rules.append({"rule": f"other-{place}", **kinds[place % 3]})
    card = {"scorecard": name, "languages": ["en", "zh"], "rules": rules}
    return json.dumps(card, ensure_ascii=False)


class Script(list[bytes]):
    """What an agent's phone sends: silence, and what it is given to say in between."""

    def __init__(self) -> None:
        super().__init__([SILENT_FRAME])
        self._waiting: deque[bytes] = deque()
        self._said = asyncio.Event()

    def __getitem__(self, place: SupportsIndex | slice) -> Any:
        if not self._waiting:
            self._said.set()
            return SILENT_FRAME
        return self._waiting.popleft()

    async def say(self, samples: Samples) -> float:
        """Say it; return when its last packet has left, which is one packet ago."""
        padded = np.concatenate([samples, np.zeros(-len(samples) % FRAME, np.int16)])
        ulaw = audioop.lin2ulaw(padded.tobytes(), 2)
        self._waiting.extend(ulaw[at : at + FRAME] for at in range(0, len(ulaw), FRAME))
        self._said.clear()
        await self._said.wait()
        return time.time() - 0.02


class Latencies:
    """Milliseconds from words to alerts."""

    def __init__(self) -> None:
        self.told: dict[str, list[float]] = {}
        self.read: dict[str, list[float]] = {}
        self.missed: list[str] = []
        self.said = 0

    def add(self, group: str, text: str, ended: float, told: float | None, read: float) -> None:
        """Add one; `told` None: no alert came, for the word wasn't understood."""
        self.said += 1
        if told is None:
            self.missed.append(f'{group}: no alert of "{text}"')
            return
        self.told.setdefault(group, []).append(1000 * (told - ended))
        self.read.setdefault(group, []).append(1000 * (read - ended))


async def alert_after(records: Records, call: str, known: int) -> tuple[float | None, float]:
    """Return when the next alert of a call says that it was told, and when it was to be read."""
    deadline = time.time() + PATIENCE_S
    while time.time() < deadline:
        if len(found := records.events(call, ALERT)) > known:
            return found[known][0], time.time()
        await asyncio.sleep(0.02)
    return None, deadline


async def by_callers(records: Records, server: ServerProcess, language: str, count: int, found: Latencies) -> None:
    """Let callers of the robot say them, four in a call: a rule tells once a minute."""
    words = sentences(language, count)
    for first in range(0, len(words), 4):
        number = f"81{language == 'zh':d}{first:02}"
        async with SyntheticCaller(server.sip, CALLER, number=number) as caller:
            await caller.wait_until_robot(speaks=True, steady=0.1)
            await caller.wait_until_robot(speaks=False, steady=0.7)
            call = records.call_of(number)
            for text, samples in words[first : first + 4]:
                known = len(records.events(call, ALERT))
                spoken = await caller.say(samples)
                ended = last_audible(caller.sent, spoken.began - 0.001, spoken.ended + 0.001) or spoken.ended
                found.add(f"caller, {language}", text, ended, *await alert_after(records, call, known))
                await caller.wait_until_robot(speaks=False, steady=0.7)


async def by_agents(
    records: Records, server: ServerProcess, agents: Phones, language: str, count: int, found: Latencies
) -> None:
    """Let agents say them to a caller who was connected with them, four in a call."""
    words = sentences(language, count)
    for first in range(0, len(words), 4):
        number = f"82{language == 'zh':d}{first:02}"
        script = Script()
        agents._frames = script
        async with SyntheticCaller(server.sip, CALLER, number=number):
            begun = partial(_talks, records, number)
            if not await until(begun):
                found.missed.append(f"agent, {language}: call {number} never reached the agent")
                continue
            await asyncio.sleep(1.0)
            call = records.call_of(number)
            for text, samples in words[first : first + 4]:
                known = len(records.events(call, ALERT))
                ended = await script.say(samples)
                found.add(f"agent, {language}", text, ended, *await alert_after(records, call, known))
                await asyncio.sleep(0.7)


def _talks(records: Records, number: str) -> bool:
    try:
        return bool(records.events(records.call_of(number), "talk-began"))
    except IndexError:
        return False


def put_in_force(directory: Path) -> None:
    """Publish the fifty rules to the server of this data directory."""
    engine = open_engine(f"sqlite:///{directory / 'hotline.sqlite'}")
    with engine.begin() as connection:
        publish(connection, scorecard("live"), "live.yaml", "", datetime.now(UTC))
    engine.dispose()


@asynccontextmanager
async def with_agents(language: str) -> AsyncIterator[tuple[ServerProcess, Records, Phones]]:
    """Serve a flow that connects every caller with an agent's phone; fifty rules are in force."""
    sorry = {"en": "Nobody is there.", "zh": "没有人。"}[language]
    async with AsyncExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hotline-bench-")))
        agents = await stack.enter_async_context(phones(AGENTS, 440.0))
        (directory / "talk.yaml").write_text(TALK.format(uri=agents.uri, language=language, sorry=sorry))
        settings = {
            "DIALPLAN__ROUTES": json.dumps([{"called": "*", "flow": str(directory / "talk.yaml")}]),
            "SIP__GUARD__MAX_CALLS": "0", "LOG__LEVEL": "warning", "SPEECH__LANGUAGE": language,
        }  # fmt: skip
        os.environ["PEOPLE_WHISPER"] = ""
        server = ServerProcess(directory / "server", WATCHED, settings, module="bench.server_with_people")
        await stack.enter_async_context(server)
        put_in_force(directory / "server")
        await asyncio.sleep(REFRESH_S + 1)
        yield server, Records(directory / "server"), agents


async def side_by_side(
    report: Report, watched: tuple[ServerProcess, Records], plain: tuple[ServerProcess, Records], turns: int
) -> None:
    """Measure voice to voice by both servers, a call by the one and a call by the other, with the same sentences."""
    said = utterances(turns)
    waits: dict[str, list[Asked]] = {"with rules": [], "without rules": []}
    calls = max(turns // 4, 1)
    for place in range(calls):
        # The first of the two is another one each time: what the machine does meanwhile is fair to both.
        both = [("with rules", watched), ("without rules", plain)]
        for name, (server, records) in both if place % 2 else reversed(both):
            asked, _ = await one_call(server, records, f"83{place:02}", said[place::calls])
            waits[name] += asked
    for name, asked in waits.items():
        report.spread(f"voice to voice {name}", [one.counted for one in asked], "ms")
    medians = [sorted(one.counted for one in asked)[len(asked) // 2] for asked in waits.values()]
    report.add("voice to voice, p50 with rules less without", medians[0] - medians[1], "ms", "<= 30")


def tell(report: Report, found: Latencies) -> None:
    """Add the latencies by who spoke."""
    for group in sorted(found.told):
        report.spread(f"word to alert, {group} ({len(found.told[group])})", found.told[group], "ms", p95="<= 2000")
    everything: Sequence[float] = [one for some in found.read.values() for one in some]
    report.spread(f"word to alert in the database, all ({len(everything)})", everything, "ms", p95="<= 2000")
    report.add("words that weren't understood: no alert", len(found.missed), f"of {found.said}")
    report.notes += found.missed


async def measure() -> Report:
    """Return the figure."""
    count, turns = (4, 8) if short() else (8, 24)
    report = Report("Live alerts", " ".join((__doc__ or "").split("\n\n")[1].split()))
    found = Latencies()
    for language, flow in (("zh", "talk_zh"), ("en", "talk")):
        async with with_agents(language) as (server, records, agents):
            await by_agents(records, server, agents, language, count, found)
        async with AsyncExitStack() as stack:
            watched = await stack.enter_async_context(hotline(flow, address=WATCHED))
            put_in_force(watched[0].directory)
            if language == "en":
                plain = await stack.enter_async_context(hotline(flow, address=PLAIN))
            await asyncio.sleep(REFRESH_S + 1)
            await by_callers(watched[1], watched[0], language, count, found)
            if language == "en":
                await side_by_side(report, watched, plain, turns)
    tell(report, found)
    return report


if __name__ == "__main__":
    sys.exit(run(measure))
