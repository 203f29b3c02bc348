"""A call of a campaign over the real SIP stack and a real media worker: who answers hears the greeting at once."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bench.answering_phone import Phones, phones
from dialplans.loader import loads
from models.call_log import CallLog
from models.cause import Cause
from models.settings import DataSettings, MediaSettings, Settings, SipSettings, TrunkSettings
from tests.unit.voice.test_campaign_call import Leave
from voice.back_office import BackOffice
from voice.campaign_call import CampaignCalls, Outgoing
from voice.loopback_speech import LoopbackSpeech
from voice.media.codec import loudness
from voice.media.media_client import MediaClient
from voice.outbound import Outbound
from voice.prompt_shelf import PromptShelf
from voice.running_calls import RunningCalls
from voice.server_process import free_port
from voice.sip.edge import SipEdge
from voice.sip.stack import SipStack

pytestmark = [pytest.mark.call, pytest.mark.asyncio]
OURS, THEIRS = "127.0.74.1", "127.0.74.2"
SOUND = Path(__file__).parents[1] / "sounds" / "opening_hours.wav"
FLOW = f"""\
flow: playing
languages: [en]
steps:
  - step: greeting
    play: {{en: "{SOUND}"}}
  - step: bye
    hangup: Goodbye.
"""
SOON_S = 0.3


@asynccontextmanager
async def calling(directory: Path, phone: Phones) -> AsyncIterator[CampaignCalls]:
    """Calls through a trunk that leads to `phone`; everything but ears and mouth is real."""
    host, port = phone.stack.address
    trunk = TrunkSettings(name="a", host=f"{host}:{port}", health_check=0, caller_number="5550100")
    sip = SipSettings(listen=f"{OURS}:{free_port(OURS)}", public_address=OURS, trunks=[trunk])
    settings = Settings(data=DataSettings(directory=directory), sip=sip, media=MediaSettings(workers=1))
    media = MediaClient(settings.media, OURS, OURS)
    edge = SipEdge(sip, time.monotonic)
    stack = SipStack(
        sip, guard=edge.guard, origins=edge.origins, admission=edge.admission, on_call=lambda dialog: None,
        health=lambda: 200, codecs=settings.media.codecs,
    )  # fmt: skip
    lines = Outbound(stack, edge.trunks, edge.bindings, edge.resolver, time.monotonic, 20)
    running, speech = RunningCalls(settings.limits), LoopbackSpeech(recognises=False)
    parts = media, speech, PromptShelf(speech), BackOffice()
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(media.run())
        await media.ready()
        await stack.start()
        running.held_by(group)
        yield CampaignCalls(settings, parts, lines, running, CallLog("sqlite://", directory))
        await stack.stop()
        serving.cancel()


async def test_who_answers_hears_the_greeting_within_three_tenths_of_a_second(tmp_path: Path) -> None:
    waits = []
    async with phones(THEIRS, 440) as phone, calling(tmp_path, phone) as calls:
        for _ in range(3):
            outcome = asyncio.ensure_future(calls.call(Outgoing(Leave("+15550199"), "a", loads(FLOW))))  # type: ignore[arg-type]
            async with asyncio.timeout(20):
                while not (phone.mouths and _greeted(phone)):
                    await asyncio.sleep(0.05)
            waits.append(_greeted(phone) - phone.answered[-1])
            calls.hang_up(next(iter(calls._tales)))
            ended = await outcome
            assert ended.cause is Cause.OPERATOR_HUNG_UP
            assert ended.answered_s is not None
            phone.mouths.clear()
    assert sorted(waits)[1] < SOON_S, waits


def _greeted(phone: Phones) -> float:
    """Return when the last callee heard the first sound, 0 before."""
    import audioop

    heard = ((at, audioop.ulaw2lin(payload, 2)) for at, payload in phone.mouths[-1].heard)
    return next((at for at, linear in heard if loudness(linear) > 100), 0.0)
