"""A whole conversation over a bad network: real streams at both ends, in virtual time.

What the caller says goes over the wire as sound and is on the recording; that it is understood comes from the ear in
memory.
"""

import asyncio
import random
import wave
from contextlib import asynccontextmanager
from itertools import pairwise

import numpy as np
import pytest

from voice.line import MediaPlan
from voice.loopback_media import WireMedia, sound_of
from voice.loopback_wire import Losses, Wire
from voice.media.media_protocol import File, Play, Record, SetRemote

pytestmark = pytest.mark.looptime

RATE, FRAME = 8000, 160
BAD = Losses(loss=0.05, delay=0.02, jitter=0.04, seed=7)


class Talk:
    """One call from a phone with a real stream to a hotline with real streams."""

    def __init__(self, line, wire, server, phone, caller, heard):
        self.line, self.wire, self.server, self.phone, self.caller = line, wire, server, phone, caller
        self.heard = heard
        """Path of what the phone recorded: left what it heard, right what it sent."""
        self.said = {}
        """Texts, and the sample of the server's stream at which the phone began each."""

    async def says(self, text, seconds):
        path = f"caller/{text}"
        self.line.speech.lasts(path, seconds)
        self.said[text] = self.caller.stream.clock
        self.phone.tell(Play(self.phone.number, 100 + len(self.said), [File(path)]))
        await self.caller.says(text, seconds)


@pytest.fixture
def bad_line(open_line, tmp_path):
    @asynccontextmanager
    async def call(losses):
        random.seed(losses.seed)  # when RTCP reports are due
        async with open_line() as line:
            wire = Wire(losses)
            samples = line.speech.samples
            server, phones = WireMedia(wire, samples, "192.0.2.1"), WireMedia(wire, samples, "192.0.2.2")
            line.reception._media = line.media = server
            async with asyncio.TaskGroup() as beats:
                running = [beats.create_task(server.run()), beats.create_task(phones.run(0.007))]
                phone = await phones.open(lambda event: None)
                caller = line.dial()

                def negotiate(address, port):
                    phone.tell(SetRemote(phone.number, address, port, "PCMU", 0, digits_payload_type=101))
                    return MediaPlan(phone.address, phone.port, "PCMU", 0, digits_payload_type=101)

                caller.dialog.negotiate = negotiate
                heard = tmp_path / "heard.wav"
                phone.tell(Record(phone.number, str(heard)))
                await caller.answered()
                caller.stream.phone = phone
                yield Talk(line, wire, server, phone, caller, heard)
                await line.over()
                await phone.close()
                for beat in running:
                    beat.cancel()

    return call


async def has_a_conversation(talk):
    """Ask, key in a number over the robot's question, confirm by key, say goodbye."""
    caller = talk.caller
    await caller.hears("How can I help you?")
    await caller.waits(0.5)
    await talk.says("Where is my parcel?", 1.4)
    await caller.hears("tell me your order number", out=False)
    await caller.waits(1)
    await caller.keys("427106")
    await caller.hears("four two seven, one zero six. Is that right?")
    await caller.keys("1")
    await caller.hears("Your order is on its way")
    await talk.says("No thank you, goodbye.", 1.6)
    await caller.hears("Goodbye!", out=False)
    await caller.is_hung_up()


def channels(path):
    with wave.open(str(path)) as file:
        both = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
    return both[:, 0].astype(np.float64), both[:, 1].astype(np.float64)


def found_at(channel, piece, near, reach=0.4):
    """Return (sample, likeness 0-1) where `piece` lies in `channel`, looked for within `reach` seconds of `near`."""
    first = max(near - round(reach * RATE), 0)
    within = channel[first : near + round(reach * RATE) + len(piece)]
    likeness = np.correlate(within, piece, "valid")
    energy = np.sqrt(np.convolve(within**2, np.ones(len(piece)), "valid") * (piece**2).sum()) + 1e-9
    best = int(np.argmax(likeness / energy))
    return first + best, float(likeness[best] / energy[best])


def sound(line, path):
    return np.frombuffer(sound_of(path, line.speech.samples(path)), "<i2").astype(np.float64)


def robots_turns(story):
    return [turn for _, turn in sorted(story.turns.items()) if turn["speaker"] == "robot"]


@pytest.mark.parametrize("seed", [7, 8, 9])
async def test_every_key_arrives_once_through_loss_jitter_and_reordering(bad_line, seed):
    async with bad_line(Losses(0.05, 0.02, 0.04, seed)) as talk:
        await has_a_conversation(talk)
    wire, story = talk.wire, talk.line.story
    assert 0.03 < wire.lost / wire.carried < 0.07
    assert wire.overtaken > 0.1 * wire.carried
    assert [turn["digits"] for _, turn in sorted(story.turns.items()) if turn["digits"]] == ["427106", "1"]
    assert [data["digit"] for name, data in story.events if name == "key"] == list("4271061")
    assert story.cause == "robot-hung-up"


async def test_the_recording_is_aligned_with_the_turns_on_record(bad_line):
    async with bad_line(BAD) as talk:
        await has_a_conversation(talk)
    story = talk.line.story
    caller, robot = channels(talk.line.settings.data.directory / story.recording[0].path)
    assert len(caller) == len(robot)
    for turn in robots_turns(story):
        piece = sound(talk.line, f"en/{first_prompt(talk, turn)}")[:4000]
        at, likeness = found_at(robot, piece, round(turn["start_s"] * RATE))
        assert likeness > 0.99, turn
        assert abs(at / RATE - turn["start_s"]) <= 0.02, turn
    for text, began in talk.said.items():
        at, likeness = found_at(caller, sound(talk.line, f"caller/{text}"), began)
        assert likeness > 0.7, text
        assert 0 <= (at - began) / RATE <= 0.2, "the network's delay and the jitter buffer's, no more"


def paths_told(talk):
    """Paths of what the robot was to play, by play."""
    plays: dict[int, list[str]] = {}
    for message in talk.caller.stream.told:
        if isinstance(message, Play):
            plays.setdefault(message.play, []).extend(each.path for each in message.sources if isinstance(each, File))
    return plays


def first_prompt(talk, turn):
    """Text of the first prompt of a robot's turn."""
    texts = [path.partition("/")[2] for paths in paths_told(talk).values() for path in paths]
    return next(text for text in texts if turn["text"] and text[:12] == turn["text"][:12])


async def test_what_the_robot_said_to_its_end_is_heard_to_its_end(bad_line):
    async with bad_line(BAD) as talk:
        await has_a_conversation(talk)
    heard, _ = channels(talk.heard)
    finished = [play for play in talk.caller.stream.ended if play.reason == "finished"]
    assert len(finished) == 4
    plays = paths_told(talk)
    near = 0
    for play in finished:
        assert play.played == sum(talk.line.speech.samples(path) for path in plays[play.play])
        for path in plays[play.play]:
            near = whole(heard, sound(talk.line, path), near)


def whole(heard, piece, near):
    """Check that all of `piece` was heard from about `near` on, in order and without a jump; return its end."""
    start, _ = found_at(heard, piece[:8000], near, reach=12)
    places, clear = [], 0
    for offset in range(0, len(piece) - 1600, 1600):
        at, likeness = found_at(heard, piece[offset : offset + 1600], start + offset, reach=0.15)
        if likeness > 0.5:
            clear += 1
            places.append(at - offset)
    assert clear >= 0.9 * ((len(piece) - 1) // 1600), f"only {clear} pieces of it were heard"
    assert max(abs(after - before) for before, after in pairwise(places)) <= 5 * FRAME
    return places[-1] + len(piece)


async def test_a_key_into_the_greeting_is_answered_at_the_other_end_at_once(bad_line):
    async with bad_line(BAD) as talk:
        caller = talk.caller
        await caller.hears("Hello, and welcome", out=False)
        await caller.waits(2)
        pressed = talk.phone.clock
        caller.stream.key("3")
        await caller.hears("25 River Street")
        caller.hangs_up()
    heard, _ = channels(talk.heard)
    greeting, answer = robots_turns(talk.line.story)
    assert greeting["interrupted"]
    at, likeness = found_at(heard, sound(talk.line, f"en/{first_prompt(talk, answer)}")[:4000], pressed, reach=1)
    assert likeness > 0.7
    # The press itself is 100 ms long, the network takes up to 60 ms each way, the jitter buffer the same again.
    assert 0.1 <= (at - pressed) / RATE <= 0.4


async def test_the_record_tells_of_the_bad_network(bad_line):
    async with bad_line(BAD) as talk:
        await has_a_conversation(talk)
    figures = talk.line.story.figures
    assert figures["packets_lost"] / figures["packets_in"] == pytest.approx(0.05, abs=0.02)
    assert figures["jitter_ms"] > 5
    assert figures["packets_concealed"] > 0
    assert 2 < figures["mos"] < 4.3


async def test_a_good_network_loses_nothing(bad_line):
    async with bad_line(Losses()) as talk:
        await has_a_conversation(talk)
        stream = talk.caller.stream
    assert talk.wire.overtaken == talk.wire.lost == 0
    assert stream.figures.packets_lost == stream.figures.packets_late == 0
