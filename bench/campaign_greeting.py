"""The greeting of a campaign's call: from the callee's 200 to the first sound they hear, over SIP and RTP on loopback.

The stack, the trunk, the media worker, the session and the decision of who answered are real; the greeting is a sound
file, as a rendered one is. `--short` calls ten times instead of forty.
"""

import asyncio
import audioop
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.answering_phone import Phones, phones
from bench.report import Report, run, short
from dialplans.flow import Flow
from dialplans.loader import loads
from models.call_log import CallLog
from models.settings import DataSettings, MediaSettings, Settings, SipSettings, TrunkSettings
from voice.answering_machine import DetectPolicy
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

OURS, THEIRS = "127.0.74.3", "127.0.74.4"
SOUND = Path(__file__).parents[1] / "tests" / "sounds" / "opening_hours.wav"
LOOK_S, LOOKS = 0.02, 500
HEARD = 100
"""Effective value (linear) from which a packet is a sound."""


class Leave:
    """A permit for the bench's own phone."""

    number = "+15550199"

    def good(self, now: float) -> bool:
        return now > 0


def flow() -> Flow:
    """Return a flow whose greeting is a sound file."""
    steps = f'steps:\n  - step: greeting\n    play: {{en: "{SOUND}"}}\n  - step: bye\n    hangup: Goodbye.\n'
    return loads(f"flow: playing\nlanguages: [en]\n{steps}")


@asynccontextmanager
async def calling(directory: Path, phone: Phones, ours: str = OURS) -> AsyncIterator[CampaignCalls]:
    """Calls through a trunk that leads to `phone`; everything but ears and mouth is real."""
    host, port = phone.stack.address
    trunk = TrunkSettings(name="a", host=f"{host}:{port}", health_check=0, caller_number="5550100")
    sip = SipSettings(listen=f"{ours}:{free_port(ours)}", public_address=ours, trunks=[trunk])
    settings = Settings(data=DataSettings(directory=directory), sip=sip, media=MediaSettings(workers=1))
    media = MediaClient(settings.media, ours, ours)
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


def greeted(phone: Phones) -> float:
    """Return when (Unix seconds) the last callee heard the first sound, 0 before."""
    heard = ((at, audioop.ulaw2lin(payload, 2)) for at, payload in phone.mouths[-1].heard)
    return next((at for at, linear in heard if loudness(linear) > HEARD), 0.0)


async def wait_of(calls: CampaignCalls, phone: Phones) -> float:
    """Call once; return the seconds from the callee's 200 to the first sound they hear."""
    phone.mouths.clear()
    ids: list[str] = []
    outgoing = Outgoing(
        Leave(), "a", flow(), detect=DetectPolicy(), on_progress=lambda progress: ids.append(progress.call_id)
    )
    outcome = asyncio.ensure_future(calls.call(outgoing))
    for _ in range(LOOKS):
        if phone.mouths and greeted(phone):
            break
        await asyncio.sleep(LOOK_S)
    wait = greeted(phone) - phone.answered[-1]
    calls.hang_up(ids[0])
    await outcome
    return wait


async def measure() -> Report:
    report = Report("campaign greeting", "40 calls one after the other over SIP and RTP on loopback, one media worker")
    with tempfile.TemporaryDirectory() as place:
        async with phones(THEIRS, 440) as phone, calling(Path(place), phone) as calls:
            waits = [1000 * await wait_of(calls, phone) for _ in range(10 if short() else 40)]
    report.spread("from the answer to the greeting", waits, "ms", "<= 300", "<= 300")
    return report


if __name__ == "__main__":
    sys.exit(run(measure))
