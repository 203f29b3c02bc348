import asyncio
import random
from typing import Any, ClassVar

import pytest

from models.cause import Cause
from models.errors import CannotDo, HotlineError
from models.settings import TrunkSettings
from voice.line import Answered, HungUp, MediaPlan, Origin, Party, Ringing
from voice.outbound import Outbound
from voice.placing import CallRefused, Media
from voice.sip.bindings import Binding, Bindings, Contact
from voice.sip.resolve import Resolver
from voice.sip.trunk import Sign, Trunk

pytestmark = pytest.mark.looptime

US = Origin("ourselves", "", "")
MEDIA = Media("127.0.0.45", 4000)
PLAN = MediaPlan("127.0.0.46", 5000, "PCMU", 0)
ONE, TWO, THREE = (("192.0.2.1", 5060), ("192.0.2.2", 5060), ("192.0.2.3", 5060))


class FakeDialog:
    """Plays what one address does to an INVITE: a list of (seconds, event)."""

    id = "call"
    direction = "outbound"

    def __init__(self, script, target, sink, arguments):
        self.target, self.sink, self.arguments = target, sink, arguments
        self.caller = arguments["caller"]
        self.called, self.origin = Party(""), US
        self.heard, self.retry_after = script.get("heard", False), script.get("retry_after", 0)
        self.hung_up = None
        loop = asyncio.get_running_loop()
        for seconds, event in script.get("events", ()):
            loop.call_later(seconds, self._happen, event)

    def _happen(self, event):
        self.heard = True
        self.sink(event)

    def hang_up(self, cause):
        self.hung_up = cause
        self._happen(HungUp(cause, 487, by_us=True))


class Stack:
    def __init__(self, scripts):
        self.scripts = scripts
        self.dialogs = []

    def call(self, target, caller, address, port, *, sink, **arguments):
        dialog = FakeDialog(
            self.scripts[target.address], target, sink, {"caller": caller, "media": (address, port), **arguments}
        )
        self.dialogs.append(dialog)
        return dialog

    @property
    def tried(self):
        return [dialog.target.address for dialog in self.dialogs]


class Names(Resolver):
    def __init__(self, *addresses):
        super().__init__(lambda: 0.0, chance=random.Random(0))
        self.addresses = list(addresses)

    async def resolve(self, host, port=0):
        return self.addresses


class ByName(Names):
    async def resolve(self, host, port=0):
        return {"carrier.test": [ONE], "192.0.2.2": [TWO]}[host]


class Line:
    def __init__(self, scripts, **settings):
        self.stack = Stack(scripts)
        self.trunk = Trunk(TrunkSettings(**{"name": "telecom-a", "host": "carrier.test", **settings}))
        self.bindings = Bindings()
        clock = asyncio.get_running_loop().time
        self.outbound = Outbound(self.stack, [self.trunk], self.bindings, Names(*scripts), clock, ring_seconds=60)
        self.heard: list[object] = []

    async def call(self, number="100", origin=US, **options):
        return await self.outbound.call(origin, "telecom-a", number, MEDIA, self.heard.append, **options)


def refuses(code, words="", after=0.1, **more):
    return {"events": [(after, HungUp(Cause.LINE_REFUSED, code, words))], **more}


RINGS = {"events": [(0.5, Ringing()), (3, Answered(PLAN)), (10, HungUp(Cause.CALLER_HUNG_UP))]}
SILENT: dict[str, object] = {}


async def test_a_call_is_returned_when_it_rings_and_its_sink_hears_everything_in_order():
    line = Line({ONE: RINGS})
    dialog = await line.call()
    assert asyncio.get_running_loop().time() == pytest.approx(0.5)
    assert dialog is line.stack.dialogs[0]
    await asyncio.sleep(20)
    assert [type(event) for event in line.heard] == [Ringing, Answered, HungUp]


async def test_the_line_and_the_caller_are_written_as_configured():
    line = Line({ONE: RINGS}, username="me", password="pw", caller_number="+4930555", host="carrier.test:5080")
    await line.call("*31#123")
    dialog = line.stack.dialogs[0]
    assert dialog.target.uri == "sip:*31%23123@carrier.test:5080"
    assert dialog.caller.number == "+4930555"
    assert dialog.arguments["credentials"].username == "me"
    assert dialog.arguments["media"] == ("127.0.0.45", 4000)


@pytest.mark.parametrize("code", [408, 503, 502, 504, 0])
async def test_trouble_on_the_way_tries_the_next_address(code):
    line = Line({ONE: refuses(code), TWO: RINGS})
    await line.call()
    assert line.stack.tried == [ONE, TWO]
    assert [type(event) for event in line.heard] == [Ringing]


@pytest.mark.parametrize(
    ("code", "cause", "words"),
    [(486, Cause.BUSY, "is busy"), (404, Cause.NO_SUCH_NUMBER, "no such number"), (403, Cause.FORBIDDEN, "not allow")],
)
async def test_a_decided_refusal_is_final_and_a_sentence(code, cause, words):
    line = Line({ONE: refuses(code), TWO: RINGS})
    with pytest.raises(CallRefused, match=rf"^Line 'telecom-a' refused the call \({code}\): .*{words}.*\.$") as refused:
        await line.call()
    assert (refused.value.cause, refused.value.code) == (cause, code)
    assert line.stack.tried == [ONE]
    assert line.heard == []


async def test_a_silent_address_costs_four_seconds_and_is_cancelled():
    line = Line({ONE: SILENT, TWO: RINGS})
    await line.call()
    assert asyncio.get_running_loop().time() == pytest.approx(4.5)
    assert line.stack.dialogs[0].hung_up is Cause.CANCELLED
    assert [type(event) for event in line.heard] == [Ringing]


async def test_an_address_that_is_working_on_it_is_waited_for():
    line = Line({ONE: {"heard": True, "events": [(15, Ringing())]}, TWO: RINGS})
    await line.call()
    assert line.stack.tried == [ONE]


async def test_all_attempts_share_one_time_until_it_rings_and_each_rings_in_full():
    line = Line({ONE: refuses(503, after=7, heard=True), TWO: refuses(503, after=4, heard=True), THREE: RINGS})
    with pytest.raises(CallRefused):
        await line.call(ring_seconds=9)
    assert [dialog.arguments["reach_seconds"] for dialog in line.stack.dialogs] == [9, pytest.approx(2)]
    assert [dialog.arguments["ring_seconds"] for dialog in line.stack.dialogs] == [9, 9]


async def test_retry_after_rests_the_address_and_is_told():
    line = Line({ONE: refuses(503, retry_after=30)})
    with pytest.raises(CallRefused, match=r"refused the call \(503\): .*; it is rested for 30 s\."):
        await line.call()
    with pytest.raises(CannotDo, match=r"Line 'telecom-a' asked to be left alone; it is rested for 30 s more\."):
        await line.call()
    await asyncio.sleep(30.1)
    line.stack.scripts[ONE] = RINGS
    await line.call()
    assert line.stack.tried == [ONE, ONE]


async def test_max_calls_counts_calls_from_the_first_attempt_to_the_hangup():
    line = Line({ONE: RINGS}, max_calls=1)
    await line.call()
    with pytest.raises(CannotDo, match="max_calls"):
        await line.call()
    await asyncio.sleep(20)
    assert line.trunk.calls == 0
    line.stack.scripts[ONE] = refuses(486)
    for _ in range(3):
        with pytest.raises(CallRefused):
            await line.call()
    assert line.trunk.calls == 0


async def test_giving_up_while_it_is_on_its_way_cancels_and_frees_the_line():
    line = Line({ONE: {"heard": True}}, max_calls=1)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(line.call(), 2)
    assert line.stack.dialogs[0].hung_up is Cause.CANCELLED
    assert line.trunk.calls == 0


@pytest.mark.parametrize("kind", ["unknown", "trunk"])
async def test_nothing_goes_out_for_a_source_that_proved_nothing(kind):
    line = Line({ONE: RINGS})
    with pytest.raises(CannotDo, match="proved no identity"):
        await line.call(origin=Origin(kind, "x", "203.0.113.9:5060"))
    assert line.stack.dialogs == []


@pytest.mark.parametrize("number", ["", "1" * 65, "100@evil.test", "1\r\nVia: x", "1;user=phone", "１２"])
async def test_a_number_can_not_smuggle_anything_into_the_request(number):
    line = Line({ONE: RINGS})
    with pytest.raises(CannotDo, match="can't be dialled"):
        await line.call(number)


@pytest.mark.parametrize(("caller", "shown"), [("+49301", "+49301"), ("x>\r\nVia: y", "anonymous"), ("", "anonymous")])
async def test_a_caller_can_not_smuggle_anything_into_the_request_either(caller, shown):
    line = Line({ONE: RINGS})
    await line.call(caller=caller)
    assert line.stack.dialogs[0].caller == Party(shown, uri=f"sip:{shown}@carrier.test")
    line.bindings.update([Binding("alice", Contact("sip:a@h"), ONE, 100, 0, "c", 1)], 0, 10)
    await line.outbound.call_user("alice", Party(caller, f"Joe\r\n{caller}", "sip:evil"), MEDIA, line.heard.append)
    asked = line.stack.dialogs[1].caller
    assert (asked.number, asked.uri) == (shown, "")
    assert asked.name.isprintable()


async def test_an_unavailable_or_unknown_line_is_said_so():
    line = Line({ONE: RINGS})
    with pytest.raises(CannotDo, match="There is no line 'b'; the configured ones are: 'telecom-a'"):
        await line.outbound.call(US, "b", "100", MEDIA, line.heard.append)
    line.trunk.heard(Sign.SILENT)
    line.trunk.heard(Sign.SILENT)
    with pytest.raises(CannotDo, match="does not answer its health checks"):
        await line.call()


class TestSeveralLines:
    async def over(self, first, second, number="100"):
        line = Line({ONE: first, TWO: second})
        other = Trunk(TrunkSettings(name="telecom-b", host="192.0.2.2"))
        line.outbound._trunks["telecom-b"] = other
        line.outbound._resolver = ByName()
        lines = ["telecom-a", "telecom-b"]
        return line, await line.outbound.call_over(US, lines, number, MEDIA, line.heard.append)

    async def test_an_overloaded_line_yields_to_the_next(self):
        line, dialog = await self.over(refuses(503), RINGS)
        assert dialog.target.address == TWO
        assert line.trunk.calls == 0

    async def test_a_busy_callee_is_not_asked_over_another_line(self):
        with pytest.raises(CallRefused, match=r"'telecom-a' refused the call \(486\)"):
            await self.over(refuses(486), RINGS)

    async def test_an_unavailable_line_is_passed_over(self):
        line = Line({ONE: RINGS})
        line.trunk.heard(Sign.SILENT)
        line.trunk.heard(Sign.SILENT)
        with pytest.raises(CannotDo, match="There is no line 'b'"):
            await line.outbound.call_over(US, ["telecom-a", "b"], "100", MEDIA, line.heard.append)
        with pytest.raises(CannotDo, match="no line to call through"):
            await line.outbound.call_over(US, [], "100", MEDIA, line.heard.append)


class TestUsers:
    caller: ClassVar = Party("robot", uri="sip:robot@hotline")

    async def test_a_users_phones_are_tried_best_first_where_they_are_reached(self):
        line = Line({TWO: refuses(503), ONE: RINGS})
        for address, q in ((ONE, 0.1), (TWO, 0.9)):
            contact = Contact(f"sip:a@phone-{address[0]}", q=q)
            line.bindings.update([Binding("alice", contact, address, 100, 0, "c", 1)], 0, 10)
        await line.outbound.call_user("alice", self.caller, MEDIA, line.heard.append)
        assert line.stack.tried == [TWO, ONE]
        assert line.stack.dialogs[1].target.uri == "sip:a@phone-192.0.2.1"
        assert [type(event) for event in line.heard] == [Ringing]

    async def test_a_user_without_a_phone_is_said_so(self):
        line = Line({ONE: RINGS})
        with pytest.raises(HotlineError, match="User 'alice' has no phone registered"):
            await line.outbound.call_user("alice", self.caller, MEDIA, line.heard.append)


async def test_an_address_on_the_pbx_is_called_with_name_and_number_on_the_display():
    line = Line({ONE: RINGS})
    dialog: Any = await line.outbound.call_address(
        "sip:205@pbx.test", Party("5550142", "billing 0:42"), MEDIA, line.heard.append
    )
    assert dialog.target.uri == "sip:205@pbx.test"
    assert (dialog.caller.number, dialog.caller.name) == ("5550142", "billing 0:42")
    assert dialog.arguments["credentials"] is None
    assert line.trunk.calls == 0


async def test_an_address_at_a_trunks_host_counts_there_and_proves_who_we_are():
    line = Line({ONE: RINGS}, username="me", password="pw")
    dialog: Any = await line.outbound.call_address("sip:205@Carrier.test", Party("1"), MEDIA, line.heard.append)
    assert dialog.arguments["credentials"].username == "me"
    assert line.trunk.calls == 1
    await asyncio.sleep(20)
    assert line.trunk.calls == 0


async def test_an_address_that_is_none_is_refused_in_words():
    line = Line({ONE: RINGS})
    with pytest.raises(CannotDo, match=r"^'here and there' can't be called: "):
        await line.outbound.call_address("here and there", Party("1"), MEDIA, line.heard.append)


async def test_rules_of_other_floors_hold_for_calls_over_several_lines_and_name_the_line():
    line = Line({ONE: RINGS})
    asked = []

    def rule(trunk, number):
        asked.append((trunk, number))
        return "" if number == "100" else f"Line '{trunk}' doesn't call {number}."

    line.outbound.refuses = rule
    with pytest.raises(CannotDo, match="Line 'telecom-a' doesn't call 900"):
        await line.outbound.call_over(US, ["telecom-a"], "900", MEDIA, line.heard.append)
    assert line.stack.dialogs == []
    await line.outbound.call_over(US, ["telecom-a"], "100", MEDIA, line.heard.append)
    assert asked == [("telecom-a", "900"), ("telecom-a", "100")]
    assert len(line.stack.dialogs) == 1


async def test_a_line_may_offer_codecs_of_its_own():
    line = Line({ONE: RINGS})
    await line.call(codecs=("PCMA",))
    await line.call()
    assert [dialog.arguments["codecs"] for dialog in line.stack.dialogs] == [("PCMA",), ()]
