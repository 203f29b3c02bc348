"""Builds, starts and stops everything. Only `hotline serve` imports this module."""

import asyncio
import gc
import logging
import shutil
import signal
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from asr_tts.speech_client import SpeechClient
from campaigns import metrics as campaign_metrics
from campaigns.campaign_office import CampaignOffice
from campaigns.flow_shelf import FlowShelf
from campaigns.hand_calls import HandCalls
from campaigns.line_office import LineOffice
from campaigns.pacing import Floor
from campaigns.results import Results
from dialplans.flow import Flow
from dialplans.publishing import Publications
from dialplans.routing import routing, warm
from models import call_story
from models.call_log import CallLog
from models.control_desk import ControlDesk
from models.control_protocol import (
    AskCampaign,
    AskLine,
    CancelCallback,
    DisposeTalk,
    HangUpCall,
    News,
    OrderTalk,
    PlaceCall,
    Preview,
    SetAgentState,
    SuperviseTalk,
    TakeUpCampaigns,
    TakeUpFlow,
    TakeUpLines,
    TakeUpQueues,
)
from models.database import database_url, open_engine
from models.errors import HotlineError
from models.settings import Settings
from quality import inspection_metrics
from quality.inspector_process import InspectorProcess
from quality.jobs import Jobs
from quality.likeness import Likeness
from quality.live_watch import LiveWatch
from queues import metrics as queue_metrics
from queues.agent_floor import AgentFloor
from queues.call_centre import CallCentre
from queues.distribution_events import Note
from voice.back_office import BackOffice
from voice.calling import Calling, read_flow
from voice.campaign_call import CampaignCalls
from voice.media.media_client import MediaClient
from voice.metrics import Gauges
from voice.outbound import Outbound
from voice.phones import Phones
from voice.reception import Reception
from voice.server_metrics import show
from voice.server_process import READY
from voice.sip import edge_metrics
from voice.sip.address import bracketed, host_and_port
from voice.sip.edge import SipEdge
from voice.sip.stack import SipStack
from voice.supervision import Supervision
from voice.taking_up import TakingUp
from voice.talk_orders import TalkOrders

log = logging.getLogger("server")


class Server:
    """One Hotline: its parts, in the order in which they start; they stop in the other."""

    def __init__(self, settings: Settings) -> None:
        """Raise `OperatorFault` where the settings can't work (an unknown flow, a bad address)."""
        self.settings = settings
        published = Publications(settings.data.directory)
        self._hears = settings.speech.recogniser != "none"
        self.routing = routing(settings.dialplan, published)
        self.call_log = CallLog.of(settings)
        self.centre = CallCentre(settings, self._call_back, time.monotonic, self.call_log)
        self.watch = LiveWatch(open_engine(database_url(settings)), self.call_log, Likeness())
        self.edge = SipEdge(settings.sip, time.monotonic, self.centre.users)
        self.run_directory = Path(tempfile.mkdtemp(prefix="hotline-"))
        """Sockets of the workers: short paths, gone with the server."""
        host, _ = host_and_port(settings.sip.listen, "listen in [sip]")
        self.media = MediaClient(settings.media, host, settings.sip.public_address)
        self.speech = SpeechClient(settings, self.run_directory)
        self.office = BackOffice.of(settings)
        self.reception = Reception(settings, self.media, self.speech, self.routing, self.call_log, self.office)
        self.stack = SipStack(
            settings.sip,
            guard=self.edge.guard,
            origins=self.edge.origins,
            admission=self.edge.admission,
            on_call=self.reception.arrive,
            on_full=self.reception.turned_away,
            health=self.reception.health,
            codecs=settings.media.codecs,
        )
        self.outbound = Outbound(
            self.stack,
            self.edge.trunks,
            self.edge.bindings,
            self.edge.resolver,
            time.monotonic,
            settings.sip.ring_seconds,
        )
        """Places calls once the stack has started."""
        self.lines = LineOffice.of(settings, self.edge.healthy, self.edge.check)
        self.outbound.refuses = self.lines.refuses
        self.calling = Calling(
            settings,
            (self.media, self.speech, self.reception.shelf, self.office),
            self.outbound,
            self.routing,
            self.reception.running,
            self.call_log,
        )
        self.campaign_engine = open_engine(database_url(settings))
        self.campaigns = CampaignOffice(
            self.campaign_engine,
            settings.campaigns,
            CampaignCalls(
                settings,
                (self.media, self.speech, self.reception.shelf, self.office),
                self.outbound,
                self.reception.running,
                self.call_log,
            ),
            self.lines.book,
            FlowShelf(lambda: self.routing.flows, lambda name: read_flow(name, settings)),
            _Agents(self.centre.floor),
        )
        self.inspection = InspectorProcess(settings, Jobs(self.campaign_engine, "the server"))
        self.results = Results(self.campaign_engine)
        self.campaigns.subscribe(self.results.hear)
        self.calling.forbids = HandCalls(self.campaign_engine, self.lines.book).refusal
        trunks = [trunk.name for trunk in settings.sip.trunks]
        self.office.phones = Phones(self.outbound, self.media, self.speech, self.reception.shelf, trunks)
        self.office.people = self.centre.people
        self.centre.supervisors.watch_by(Supervision(self.office.phones))
        self.watch.hint = self.office.phones.hint
        self.centre.distributor.subscribe(self._watch_where)
        self.office.mailbox = self.centre.mailbox
        self.office.service_codes = self.centre.service_codes
        self.control = ControlDesk(settings.data.directory)
        """Where commands tell this server something."""
        self.control.bind(PlaceCall, self.calling.place)
        self.control.bind(HangUpCall, self.calling.hang_up)
        talks = TalkOrders(self.office.phones)
        self.control.bind(OrderTalk, talks.order)
        self.control.bind(SuperviseTalk, talks.supervise)
        taking_up = TakingUp(
            published, settings.dialplan.directory, self.routing, self.reception.shelf, self.call_log.events
        )
        self.control.bind(TakeUpFlow, taking_up.take_up)
        self.control.bind(TakeUpQueues, self.centre.take_up)
        self.control.bind(TakeUpLines, self.lines.take_up)
        self.control.bind(AskLine, self.lines.test)
        self.control.bind(TakeUpCampaigns, self.campaigns.take_up)
        self.control.bind(AskCampaign, self.campaigns.tell_of)
        self.control.bind(Preview, self.campaigns.preview)
        self.control.bind(CancelCallback, self.centre.cancel_callback)
        self.control.bind(SetAgentState, self.centre.set_state)
        self.control.bind(DisposeTalk, self.centre.dispose)
        self._leave, self._hurry = asyncio.Event(), asyncio.Event()
        self._holding: list[asyncio.Task[None]] = []
        """Tasks that run until they are cancelled."""

    async def _call_back(self, number: str, line: str, flow: Flow, begun: Callable[[str], None]) -> None:
        """Place a call to who was promised one (`queues.callback.Dial`)."""

        async def tell(news: News) -> None:
            if news.name == "placed":
                begun(str(news.facts["id"]))

        await self.calling.place(PlaceCall(number, trunk=line, until="ended"), tell, flow)

    def _watch_where(self, note: Note) -> None:
        """Let the watch of running calls know which queue and agent a caller has come to."""
        if note.name in ("queue.joined", "queue.answered", "direct.answered"):
            agent = self.centre.book.agents.get(note.agent)
            self.watch.placed(note.call_id, queue=note.queue, agent=note.agent, team=agent.team if agent else "")

    async def run(self) -> None:
        """Serve until SIGTERM or SIGINT, then drain; raise `OperatorFault` where something can't start."""
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(sign, self._asked_to_leave)
        call_story.tell(self.call_log.events)
        completed = await self.call_log.start()
        if completed:
            log.warning("%d calls were open when the server last stopped; their records are complete now", completed)
        try:
            await self.centre.open(self.call_log.node, self.edge)
            await asyncio.to_thread(self.lines.open, self.call_log.node)
            if lost := await asyncio.to_thread(self.campaigns.open, self.call_log.node):
                log.warning("%d calls of campaigns were open when the server last stopped; they are tried again", lost)
            await asyncio.to_thread(self.results.open, self.call_log.node)
            async with asyncio.TaskGroup() as group:
                self._holding += [group.create_task(self.media.run()), group.create_task(self.speech.run())]
                self._holding.append(group.create_task(self.control.run(), name="control"))
                self._holding.append(group.create_task(self.centre.run(), name="call centre"))
                self._holding.append(group.create_task(self.lines.run(), name="lines"))
                self._holding.append(group.create_task(self.results.run(), name="results of campaigns"))
                opening = group.create_task(self._open_the_line(group), name="open the line")
                leaving = group.create_task(self._leave.wait(), name="wait for the order to leave")
                await asyncio.wait([opening, leaving], return_when=asyncio.FIRST_COMPLETED)
                if opening.done():
                    await leaving
                    await self._drain()
                    await self.stack.stop()
                opening.cancel()
                for task in self._holding:
                    task.cancel()
        finally:
            self.lines.close()
            self.campaign_engine.dispose()
            await self.centre.close()
            await self.call_log.close()
            shutil.rmtree(self.run_directory, ignore_errors=True)

    async def _open_the_line(self, group: asyncio.TaskGroup) -> None:
        """Start what callers need, in order, and say that they may come."""
        self._show_metrics()
        # Beside the speech worker, which first loads its models and then renders prompts: both keep a core busy.
        understanding = group.create_task(asyncio.to_thread(self._understand), name="learn what callers mean")
        self._holding.append(understanding)
        await self.media.ready()
        await self.speech.ready()
        await self.office.open(None if self._hears else {})
        for problem in await self.reception.prepare(self._say_progress):
            log.warning("a prompt can't be spoken: %s", problem)
        await understanding
        _leave_alone_what_stays()
        await self.stack.start()
        self._holding.append(group.create_task(self.office.run(), name="back office"))
        self._holding.append(group.create_task(self.reception.run(), name="reception"))
        self._holding.append(group.create_task(self.watch.run(), name="live inspection"))
        self.edge.plug_into(self.stack)
        group.create_task(self.edge.run(), name="sip edge")
        self._holding.append(group.create_task(self.campaigns.run(), name="campaigns"))
        address, port = self.stack.address
        ears = "speech and keys" if self.speech.recognises else "keys only"
        print(f"{READY}: SIP on {bracketed(address)}:{port}, {ears}, {len(self.routing.flows)} flows", flush=True)
        if self.settings.quality.inspect:
            self._holding.append(group.create_task(self.inspection.run(), name="inspector"))

    def _understand(self) -> None:
        """Make ready what callers are understood with: hundreds of megabytes, in seconds, the first time ever half a
        minute.
        """
        for flow in self.routing.flows.values() if self._hears else ():
            warm(flow)

    def _say_progress(self, done: int, of: int) -> None:
        if done % 10 == 0 or done == of:
            log.info("prompts rendered: %d of %d", done, of)

    def _show_metrics(self) -> None:
        """First of all, as rendering takes minutes: what is wrong with the address is said before, and all is seen."""
        if not self.settings.metrics.listen:
            return
        gauges = Gauges()
        show(gauges, self.reception, self.media, self.speech, self.stack, self.call_log)
        queue_metrics.show(gauges, self.centre.book, self.centre.distributor)
        queue_metrics.show_ratings(gauges, self.centre.ratings)
        gauges.add(*campaign_metrics.families(self.campaigns))
        gauges.add(*inspection_metrics.families(self.inspection))
        queue_metrics.show_programs(gauges, self.centre.customers, self.centre.programs)
        gauges.add(*edge_metrics.families(self.edge, time.monotonic))
        gauges.serve(self.settings.metrics.listen)

    def _asked_to_leave(self) -> None:
        if self._leave.is_set():
            log.warning("asked to stop again: running calls are ended now")
            self._hurry.set()
        self._leave.set()

    async def _drain(self) -> None:
        """No new calls; running ones may finish within the limit, or until we are asked a second time."""
        limit = self.settings.limits.drain_seconds
        log.info("draining: %d calls may go on for up to %.0f s", self.reception.calls, limit)
        # Before a registrar that doesn't answer takes its two seconds: who calls meanwhile gets 503, not a call that
        # is soon ended.
        campaigns = asyncio.ensure_future(self.campaigns.leave(limit))
        draining = asyncio.ensure_future(self.reception.drain(limit))
        hurried = asyncio.ensure_future(self._hurry.wait())
        # A trunk that we are still registered with goes on sending callers.
        await self.edge.stop()
        await asyncio.wait([draining, hurried], return_when=asyncio.FIRST_COMPLETED)
        hurried.cancel()
        draining.cancel()
        if self.reception.calls:
            await self.reception.drain(0)
        if not campaigns.done():
            campaigns.cancel()
            await self.campaigns.leave(0)


class _Agents:
    """The agents of queues as campaigns see them (`campaigns.dialer_ports.Agents`)."""

    def __init__(self, floor: AgentFloor) -> None:
        self._floor, self.follow, self.hinders = floor, floor.follow, floor.hinders

    def floor(self, queue: str) -> Floor:
        """Return how the agents of a queue are now."""
        now = self._floor.now(queue)
        return Floor(now.free, now.talking, now.wrapping, now.waiting)


def _leave_alone_what_stays() -> None:
    """Take what is loaded by now out of the garbage collector's sight.

    It waits until a quarter as much is new as it saw the last time, so it must look once more: of the 300,000 objects
    of a start, a quarter would be several hundred ended calls.
    """
    gc.collect()
    gc.freeze()
    gc.collect()


async def run(settings: Settings) -> None:
    """Serve until SIGTERM; raise `OperatorFault` where something can't start."""
    try:
        await Server(settings).run()
    except ExceptionGroup as group:
        said, others = group.split(HotlineError)
        if said is None or others is not None:
            raise
        raise _first(said) from None


def _first(group: ExceptionGroup[HotlineError]) -> HotlineError:
    found = group.exceptions[0]
    return _first(found) if isinstance(found, ExceptionGroup) else found
