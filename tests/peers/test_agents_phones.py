"""Real softphones as agents of a whole server: rung, on hold, transferring; a caller between them, by sound."""

import asyncio
import json
import wave
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest
import pytest_asyncio

from models.cause import Cause
from models.settings import TrunkSettings
from tests.live_server import MANY, QUICK, call_id_of, notes, record_of, until
from tests.peers.baresip import Phone, phone
from tests.peers.test_server_with_sipp import sipp
from tests.peers.trunk.our_edge import free, our_edge
from voice.line import HungUp, Origin
from voice.placing import Media
from voice.server_process import ServerProcess
from voice.sip.dialog import SipDialog
from voice.synthetic_caller import SyntheticCaller

pytestmark = [pytest.mark.peer, pytest.mark.asyncio(loop_scope="session")]
SERVER, ANNA, BEN, CALLER, DORA = "127.0.23.1", "127.0.23.2", "127.0.23.3", "127.0.23.4", "127.0.23.5"
FLOW = """\
flow: billing
languages: [en]
commands: {operator: sorry}
steps:
  - step: hand
    transfer: "{{ called }}"
    unavailable: Nobody is there.
    done: thanks
  - step: sorry
    hangup: Goodbye.
  - step: thanks
    hangup: Thank you. Goodbye.
"""
PITCHES = {"caller": 600, "anna": 1000, "ben": 1500}
"""Hertz of what each says: who is heard is known by that."""


def tone(path: Path, pitch: int, seconds: float) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(
            (8000 * np.sin(2 * np.pi * pitch * np.arange(round(8000 * seconds)) / 8000)).astype("<i2").tobytes()
        )
    return path


def heard_in(samples: np.ndarray, pitches: Mapping[str, int] = PITCHES) -> set[str]:
    """Return who is to be heard in half a second."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) / len(samples)
    return {who for who, pitch in pitches.items() if spectrum[round(pitch * len(samples) / 8000)] > 500}


def who_speaks(caller: SyntheticCaller) -> set[str]:
    frames = caller.heard[-25:]
    return heard_in(np.concatenate([frame.samples for frame in frames]).astype(float)) if len(frames) == 25 else set()


@dataclass(frozen=True)
class House:
    """A server with two agents at their phones."""

    server: ServerProcess
    anna: Phone
    ben: Phone


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    directory = tmp_path_factory.mktemp("house")
    (directory / "billing.yaml").write_text(FLOW)
    users = [{"name": name, "password": "right"} for name in ("anna", "ben", "dora")]
    settings = {
        **QUICK,
        "SIP__USERS": json.dumps(users),
        "SIP__GUARD": MANY,
        "DIALPLAN__ROUTES": json.dumps([{"called": "*", "flow": str(directory / "billing.yaml")}]),
    }
    server = ServerProcess(directory / "server", SERVER, settings, module="bench.server_with_people")
    account = f"<sip:{{}}@{SERVER}:{server.sip_port}>;auth_user={{}};auth_pass=right;regint=60"
    voices = {name: tone(directory / f"{name}.wav", PITCHES[name], 60) for name in ("anna", "ben")}
    async with (
        server,
        phone(ANNA, account.format("anna", "anna"), voices["anna"], directory / "anna") as anna,
        phone(BEN, account.format("ben", "ben"), voices["ben"], directory / "ben") as ben,
    ):
        yield House(server, anna, ben)


async def idle(phone: Phone) -> None:
    """Wait until a phone has no call any more."""
    async with asyncio.timeout(30):
        while "Active calls (0)" not in await phone.do("listcalls"):
            await asyncio.sleep(0.1)


async def test_two_softphones_take_hold_and_hand_on_a_caller_and_the_recording_has_it_all(
    house: House, tmp_path: Path
) -> None:
    server, anna, ben = house.server, house.anna, house.ben
    async with SyntheticCaller(server.sip, CALLER, number="700", called="anna") as caller:
        voice = tone(tmp_path / "caller.wav", PITCHES["caller"], 1)
        with wave.open(str(voice)) as file:
            second = np.frombuffer(file.readframes(8000), np.int16)

        async def speak() -> None:
            while True:
                await caller.say(second)

        speaking = asyncio.ensure_future(speak())
        await until(lambda: notes(server, "EventHappened", name="leg-ringing"), "anna's phone")
        await anna.do("accept")
        await until(lambda: who_speaks(caller) == {"anna"}, "anna's voice")
        await asyncio.sleep(1)
        await anna.do("hold")
        await until(lambda: notes(server, "EventHappened", name="held"), "the hold")
        await until(lambda: "anna" not in who_speaks(caller) and caller.level() > 50, "music")
        await anna.do("resume")
        await until(lambda: who_speaks(caller) == {"anna"}, "anna's voice again")
        await asyncio.sleep(1)
        await anna.do("transfer", f"sip:ben@{SERVER}:{server.sip_port}")
        await until(lambda: len(notes(server, "EventHappened", name="leg-ringing")) == 2, "ben's phone")
        await ben.do("accept")
        await until(lambda: who_speaks(caller) == {"ben"}, "ben's voice")
        await asyncio.sleep(1)
        await ben.do("hangup")
        await asyncio.wait_for(caller.ended_by_server.wait(), 60)
        speaking.cancel()
        record = await record_of(server, "700")
    with wave.open(str(record["recording"])) as file:
        both = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2).astype(float)
    halves = [both[at : at + 4000] for at in range(0, len(both) - 4000, 4000)]
    right = [heard_in(half[:, 1]) for half in halves]
    assert {"anna"} in right
    assert right.index({"ben"}) > right.index({"anna"})
    assert all("caller" not in each for each in right), "what the caller says is on the left"
    left = [heard_in(half[:, 0]) for half in halves]
    assert left.count({"caller"}) > len(left) - 8
    with wave.open(str(next(anna.home.glob("dump-*-dec.wav")))) as file:
        heard = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(float)
    assert any(heard_in(heard[at : at + 4000]) == {"caller"} for at in range(0, len(heard) - 4000, 4000))
    names = [event["name"] for event in record["events"]]
    assert [name for name in names if name in ("held", "resumed", "transfer-asked", "transferred")] == [
        "held", "resumed", "transfer-asked", "transferred",
    ]  # fmt: skip
    assert [event["cause"] for event in record["events"] if event["name"] == "leg-ended"] == [
        "agent-hung-up", "agent-hung-up",
    ]  # fmt: skip


async def test_a_phone_with_two_calls_joins_them_and_is_out_of_both(house: House) -> None:
    """Dora's phone is a stack of ours: baresip knows no REFER with Replaces."""
    host, port = house.server.sip
    calls: asyncio.Queue[SipDialog] = asyncio.Queue()
    line = TrunkSettings(
        name="house", host=f"{host}:{port}", username="dora", password="right", register_with=True, health_check=0
    )
    media = (DORA, 40000)
    async with our_edge(free(DORA), calls.put_nowait, trunks=[line]) as dora:
        await until(lambda: dora.edge.registrations[0].registered_until, "dora's registration")
        caller = SyntheticCaller(house.server.sip, CALLER, number="701", called="dora")
        dialling = asyncio.ensure_future(caller.dial())
        first = await asyncio.wait_for(calls.get(), 30)
        ended: list[object] = []
        first.attach(ended.append)
        await first.answer(*media)
        await dialling
        second = await dora.outbound.call(Origin("ourselves", "", ""), "house", "ben", Media(*media), ended.append)
        own = await call_id_of(house.server, "dora")
        await until(lambda: notes(house.server, "EventHappened", call=own, name="leg-ringing"), "ben's phone")
        await house.ben.do("accept")
        await until(lambda: notes(house.server, "EventHappened", call=own, name="talk-began"), "the consultation")
        assert isinstance(second, SipDialog)
        replaces = quote(f"{second.id};to-tag={second.peer.remote_tag};from-tag={second.peer.local_tag}")
        answers: list[int] = []
        first.ask(
            "REFER",
            [("Refer-To", f"<sip:ben@{host}:{port}?Replaces={replaces}>")],
            on_final=lambda response: answers.append(response.code),
        )
        await until(lambda: who_speaks(caller) == {"ben"}, "ben's voice")
        assert answers == [202]
        await until(lambda: any(isinstance(event, HungUp) for event in ended), "the end of dora's call")
        second.hang_up(Cause.CALLER_HUNG_UP)
        await asyncio.sleep(0.3)
        assert who_speaks(caller) == {"ben"}, "nothing of dora's calls is needed any more"
        await caller.hang_up()
    await idle(house.ben)


async def test_an_agent_who_answers_as_the_caller_hangs_up_is_left_with_no_call(house: House, tmp_path: Path) -> None:
    for place, milliseconds in enumerate((400, 450)):
        since = len(house.server.lines)
        caller = asyncio.ensure_future(
            sipp(
                house.server, tmp_path, "-sn", "uac", "-m", "1", "-d", str(milliseconds), address=CALLER, called="anna"
            )
        )
        await until(partial(notes, house.server, "EventHappened", since, name="leg-ringing"), "the ringing")
        await asyncio.sleep(0.25 + 0.1 * place)
        await house.anna.do("accept")
        await caller
        await until(partial(notes, house.server, "EventHappened", since, name="leg-ended"), "its end")
    await idle(house.anna)
