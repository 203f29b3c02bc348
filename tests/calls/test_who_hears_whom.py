"""Three phones on one real media worker: a supervisor listens, whispers, barges in; each hears whom it should.

Each phone says a tone of its own, so that what another one receives tells whose voices are in it, and how loud.
"""

import asyncio
import audioop
import contextlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from tests.calls.media_peer import IN_TIME, RtpPeer
from tests.calls.test_media_worker import Call, call, sound_of, workers
from voice.media import media_protocol as protocol

pytestmark = pytest.mark.call
TONES = {"caller": 400.0, "agent": 1000.0, "supervisor": 1700.0}
"""Hertz: each has whole periods in 100 ms, so that none leaks into another's measure."""
LEVEL = 6000
FRAMES = 40
"""How long everybody talks: 0.8 s."""
Plan = Mapping[str, set[str]]
LISTEN: Plan = {"caller": {"agent"}, "agent": {"caller"}, "supervisor": {"caller", "agent"}}
WHISPER: Plan = {"caller": {"agent"}, "agent": {"caller", "supervisor"}, "supervisor": {"caller", "agent"}}
BARGE_IN: Plan = {name: TONES.keys() - {name} for name in TONES}
ALONE: Plan = {name: set() for name in TONES}


def said(name: str) -> list[bytes]:
    samples = LEVEL * np.sin(2 * np.pi * TONES[name] * np.arange(160 * FRAMES) / 8000)
    encoded = audioop.lin2ulaw(samples.astype("<i2").tobytes(), 2)
    return [encoded[at : at + 160] for at in range(0, len(encoded), 160)]


def sound_at(phone: RtpPeer) -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
    """Return 400 ms out of the middle of what a phone received last, as samples."""
    heard = b"".join(packet.payload for packet in phone.packets if packet.kind == 0)[-160 * 30 : -160 * 10]
    samples = np.frombuffer(audioop.ulaw2lin(heard, 2), "<i2").astype(float)
    assert len(samples) == 3200
    return samples


def voices(phone: RtpPeer) -> dict[str, float]:
    """Return how loud each voice is there (amplitude)."""
    samples = sound_at(phone)
    return {name: amplitude(samples, hertz) for name, hertz in TONES.items()}


def amplitude(samples: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]", hertz: float) -> float:
    """Return the amplitude of a tone in some sound."""
    return float(2 * abs(np.mean(samples * np.exp(-2j * np.pi * hertz * np.arange(len(samples)) / 8000))))


def other_sound(phone: RtpPeer) -> float:
    """Return how loud all else is that a phone received (root of the mean square)."""
    power = float(np.mean(sound_at(phone) ** 2)) - sum(loud**2 / 2 for loud in voices(phone).values())
    return float(np.sqrt(max(power, 0.0)))


def mostly(samples: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]", hertz: float) -> float:
    """Return the amplitude of a tone in most of the first half second: a busy machine leaves gaps."""
    parts = [amplitude(samples[at : at + 400], hertz) for at in range(0, 4000, 400)]
    return float(np.median(parts))


async def everybody_talks(calls: Mapping[str, Call], *meanwhile: protocol.ToMedia) -> None:
    """Let each say its tone, without gaps; tell the agent's stream something as they begin."""
    for _ in range(20):
        for made in calls.values():
            made.phone.packets.clear()
        for message in meanwhile:
            calls["agent"].stream.tell(message)
        late = await asyncio.gather(*(made.phone.talk(made.target, said(name)) for name, made in calls.items()))
        if max(late) < IN_TIME:
            break


def plug(calls: Mapping[str, Call], plan: Plan) -> None:
    for name, sources in plan.items():
        calls[name].tell(protocol.Hear, sorted(calls[source].stream.number for source in sources))


async def test_a_supervisor_listens_whispers_barges_in_and_leaves_and_each_hears_who_it_should() -> None:
    async with workers() as media, contextlib.AsyncExitStack() as open_:
        caller = await open_.enter_async_context(call(media))
        calls = {"caller": caller}
        for name in ("agent", "supervisor"):
            calls[name] = await open_.enter_async_context(call(media, beside=caller.stream))
        for plan in (LISTEN, WHISPER, BARGE_IN, LISTEN, ALONE):
            plug(calls, plan)
            await everybody_talks(calls)
            for name, sources in plan.items():
                loudness = voices(calls[name].phone)
                heard = {other for other, loud in loudness.items() if loud > LEVEL / 2}
                assert heard == sources, (name, loudness)
                assert all(loud < LEVEL / 20 for other, loud in loudness.items() if other not in sources), loudness


@pytest.mark.parametrize(("plan", "recorded"), [(LISTEN, False), (WHISPER, False), (BARGE_IN, True)])
async def test_a_supervisor_is_on_the_recording_beside_the_agent_only_after_breaking_in(
    plan: Plan, recorded: bool, tmp_path: Path
) -> None:
    path = tmp_path / "call.wav"
    async with workers() as media, contextlib.AsyncExitStack() as open_:
        caller = await open_.enter_async_context(call(media))
        calls = {"caller": caller}
        for name in ("agent", "supervisor"):
            calls[name] = await open_.enter_async_context(call(media, beside=caller.stream))
        caller.tell(protocol.Record, str(path))
        plug(calls, plan)
        await everybody_talks(calls)
    left, right = sound_of(path).T.astype(float)
    begin = int(np.argmax(np.abs(right) > LEVEL / 4))
    heard = {name: (mostly(left[begin:], hertz), mostly(right[begin:], hertz)) for name, hertz in TONES.items()}
    assert heard["caller"][0] > LEVEL / 6 > LEVEL / 20 > heard["caller"][1]
    assert heard["agent"][1] > LEVEL / 6 > LEVEL / 20 > heard["agent"][0]
    assert heard["supervisor"][0] < LEVEL / 20
    assert heard["supervisor"][1] > LEVEL / 6 if recorded else heard["supervisor"][1] < LEVEL / 20


async def test_a_prompt_is_heard_above_the_voices_by_the_one_it_is_played_to() -> None:
    async with workers() as media, contextlib.AsyncExitStack() as open_:
        caller = await open_.enter_async_context(call(media))
        calls = {"caller": caller}
        for name in ("agent", "supervisor"):
            calls[name] = await open_.enter_async_context(call(media, beside=caller.stream))
        plug(calls, WHISPER)
        ringing: list[protocol.Source] = [protocol.ToneSource("ringback", 2)]
        await everybody_talks(calls, protocol.Play(calls["agent"].stream.number, 1, ringing, replace=True))
        assert {name for name, loud in voices(calls["agent"].phone).items() if loud > LEVEL / 2} == WHISPER["agent"]
        loudness = {name: other_sound(made.phone) for name, made in calls.items()}
    assert loudness["agent"] > 1000, loudness
    assert max(loudness["caller"], loudness["supervisor"]) < 300, loudness


async def test_who_hangs_up_is_missed_by_the_others_and_breaks_nothing() -> None:
    async with workers() as media, contextlib.AsyncExitStack() as open_:
        caller = await open_.enter_async_context(call(media))
        calls = {"caller": caller}
        for name in ("agent", "supervisor"):
            calls[name] = await open_.enter_async_context(call(media, beside=caller.stream))
        plug(calls, BARGE_IN)
        await calls["supervisor"].stream.close()
        left = {name: made for name, made in calls.items() if name != "supervisor"}
        await everybody_talks(left)
        assert {name: {other for other, loud in voices(made.phone).items() if loud > LEVEL / 2}
                for name, made in left.items()} == {"caller": {"agent"}, "agent": {"caller"}}  # fmt: skip
