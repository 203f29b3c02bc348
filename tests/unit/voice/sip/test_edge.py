import asyncio

import pytest

from models.errors import OperatorFault
from models.settings import SipSettings, TrunkSettings, UserSettings
from voice.line import Origin
from voice.metrics import Gauges
from voice.sip.digest import answer_to, best_challenge
from voice.sip.edge import SipEdge
from voice.sip.edge_metrics import families
from voice.sip.errand import Reply
from voice.sip.origins import Arrival, Prove
from voice.sip.phone_check import Watched
from voice.sip.request import Request

pytestmark = pytest.mark.looptime


class Stack:
    """Counts what goes out and holds the handlers that were plugged in."""

    address = ("0.0.0.0", 5062)
    public_address = "127.0.0.45"

    def __init__(self):
        self.handlers = {}
        self.sent = []

    def handle(self, method, handler):
        self.handlers[method] = handler

    async def send(self, address, errand):
        self.sent.append((asyncio.get_running_loop().time(), address[0], errand))
        return Reply(200, "OK", tuple(header for header in errand.headers if header[0] == "Contact"))


def edge(**settings):
    trunks = [
        TrunkSettings(name="a", host="127.0.0.46", username="me", password="x", register_with=True, health_check=0),
        TrunkSettings(name="b", host="127.0.0.47:5070", health_check=30),
    ]
    users = [UserSettings(name="alice", password="right")]
    clock = asyncio.get_running_loop().time
    return SipEdge(
        SipSettings(
            **{"trunks": trunks, "users": users, "listen": "0.0.0.0:5062", "public_address": "127.0.0.45"} | settings
        ),
        clock,
    )


def register(*headers):
    basic = ("To", "<sip:alice@h>"), ("From", "<sip:alice@h>;tag=1"), ("Call-ID", "c"), ("CSeq", "1 REGISTER")
    return Request("REGISTER", "sip:h", ("127.0.0.48", 5060), (*basic, ("Contact", "<sip:alice@127.0.0.48>"), *headers))


async def test_it_registers_with_those_that_want_it_and_watches_those_that_want_it():
    door, stack = edge(), Stack()
    door.plug_into(stack)
    async with asyncio.TaskGroup() as group:
        group.create_task(door.run())
        await asyncio.sleep(61)
        assert door.registrations[0].registered(61)
        await door.stop()
    assert {(host, errand.method) for _, host, errand in stack.sent} == {
        ("127.0.0.46", "REGISTER"),
        ("127.0.0.47", "OPTIONS"),
    }
    registers = [dict(errand.headers) for _, host, errand in stack.sent if host == "127.0.0.46"]
    assert [headers["Expires"] for headers in registers] == ["300", "0"]
    assert registers[0]["Contact"].startswith(f"<sip:me@127.0.0.45:5062;line={door.trunks[0].line}>")


async def test_a_fault_of_ours_with_one_trunk_is_logged_and_everything_goes_on(caplog, monkeypatch):
    door, stack = edge(), Stack()
    sound = stack.send

    async def faulty(address, errand):
        if asyncio.get_running_loop().time() < 20:
            raise RuntimeError("nobody thought of that")
        return await sound(address, errand)

    monkeypatch.setattr(stack, "send", faulty)
    door.plug_into(stack)
    async with asyncio.TaskGroup() as group:
        group.create_task(door.run())
        await asyncio.sleep(61)
        assert door.registrations[0].registered(61)
        assert "OPTIONS" in {errand.method for _, _, errand in stack.sent}
        await door.stop()
    assert {record.getMessage()[:8] for record in caplog.records if record.exc_info} == {"line 'a'", "line 'b'"}


async def test_a_fault_of_ours_does_not_delay_the_stop(monkeypatch):
    door, stack = edge(), Stack()

    async def faulty(address, errand):
        raise RuntimeError("nobody thought of that")

    monkeypatch.setattr(stack, "send", faulty)
    door.plug_into(stack)
    async with asyncio.TaskGroup() as group:
        group.create_task(door.run())
        await asyncio.sleep(1)
        await door.stop()
    assert asyncio.get_running_loop().time() < 4


async def test_a_phone_registers_through_the_stack_and_its_calls_are_known_by_proof():
    door, stack = edge(), Stack()
    door.plug_into(stack)
    refused = stack.handlers["REGISTER"](register())
    challenge = best_challenge(value for _, value in refused.headers)
    assert challenge is not None
    proof = answer_to(challenge, "alice", "right", "REGISTER", "sip:h")
    assert stack.handlers["REGISTER"](register(("Authorization", proof))).code == 200
    assert [binding.route for binding in door.bindings.of("alice", 1)] == [("127.0.0.48", 5060)]
    call = Arrival("INVITE", ("127.0.0.48", 5060), "alice", "h")
    asked = door.origins.of(call, 1)
    assert isinstance(asked, Prove)
    again = best_challenge(asked.challenges)
    assert again is not None
    proof = answer_to(again, "alice", "right", "INVITE", "sip:100@h")
    proven = door.origins.of(Arrival("INVITE", ("127.0.0.48", 5060), "alice", "h", credentials=(proof,)), 1)
    assert proven == Origin("user", "alice", "127.0.0.48:5060")


async def test_calls_of_a_trunk_known_by_name_are_known_without_asking_it_anything():
    async def moving(host, port=0):
        return [("192.0.2.1" if asyncio.get_running_loop().time() < 100 else "192.0.2.2", 5060)]

    door, stack = edge(trunks=[TrunkSettings(name="c", host="carrier.test", health_check=0)]), Stack()
    door.resolver.resolve = moving
    door.plug_into(stack)
    async with asyncio.TaskGroup() as group:
        group.create_task(door.run())
        for moment, owned in ((1, ["192.0.2.1"]), (130, ["192.0.2.1", "192.0.2.2"]), (4000, ["192.0.2.2"])):
            await asyncio.sleep(moment - asyncio.get_running_loop().time())
            assert [address for address in ("192.0.2.1", "192.0.2.2") if door.trunks[0].owns(address)] == owned
        await door.stop()
    assert stack.sent == []


async def test_wrong_passwords_reach_the_guard_and_trunks_never_do():
    door, stack = edge(), Stack()
    door.plug_into(stack)
    for _ in range(6):
        refused = stack.handlers["REGISTER"](register())
        challenge = best_challenge(value for _, value in refused.headers)
        assert challenge is not None
        wrong = answer_to(challenge, "alice", "wrong", "REGISTER", "sip:h")
        assert stack.handlers["REGISTER"](register(("Authorization", wrong))).code == 401
    assert door.guard.admits("127.0.0.48", 0, b"REGISTER sip:h SIP/2.0\r\n").reason == "password-backoff"
    assert all(door.guard.admits("127.0.0.46", 0, b"REGISTER sip:h SIP/2.0\r\n").admitted for _ in range(500))


async def test_settings_that_can_not_work_are_said_before_anything_starts():
    with pytest.raises(OperatorFault, match="trunk 'c'"):
        edge(trunks=[TrunkSettings(name="c", host="a:b:c")])
    for address in ("", "::", "hotline.example"):
        with pytest.raises(OperatorFault, match=r"Trunk 'a' can't send calls to .*: set public_address"):
            edge(public_address=address)
    with pytest.raises(OperatorFault, match="User 'bob' has no password"):
        edge(users=[UserSettings(name="bob")])


async def test_what_the_edge_counts_can_be_read_by_prometheus():
    door, stack = edge(), Stack()
    door.plug_into(stack)
    for _ in range(6):
        door.guard.admits("127.0.0.48", 0, b"INVITE sip:h SIP/2.0\r\nUser-Agent: sipvicious\r\n")
    read = {family.name: dict(family.read()) for family in families(door, lambda: 0.0)}
    assert read["hotline_sip_dropped_packets"] == {"scanner": 6}
    assert read["hotline_trunk_available"] == {"a": 1, "b": 1}
    assert read["hotline_trunk_registered_seconds"] == {"a": 0}
    assert read["hotline_sip_registered_phones"] == {"": 0}
    gauges = Gauges()
    gauges.add(*families(door, lambda: 0.0))
    assert {metric.name for metric in gauges.collect()} == set(read)


async def test_registrations_run_out_by_themselves_and_phones_are_asked_whether_they_are_there():
    door, stack = edge(trunks=[], phone_check=20), Stack()
    gone, signs = [], []
    door.bindings.watch(lambda binding, present: gone.append((asyncio.get_running_loop().time(), present)))
    door.watch_phones(
        lambda: [
            Watched(binding.user, binding.contact.key, binding.contact.uri, binding.route)
            for binding in door.bindings.of("alice", asyncio.get_running_loop().time())
        ],
        lambda watched, there: signs.append((watched.owner, there)),
    )
    door.plug_into(stack)
    answer = stack.handlers["REGISTER"](register(("Expires", "60")))
    offered = [value for name, value in answer.headers if name == "WWW-Authenticate"]
    challenge = best_challenge(offered)
    assert challenge is not None
    proof = answer_to(challenge, "alice", "right", "REGISTER", "sip:h")
    assert stack.handlers["REGISTER"](register(("Expires", "60"), ("Authorization", proof))).code == 200
    async with asyncio.TaskGroup() as group:
        group.create_task(door.run())
        await asyncio.sleep(100)
        await door.stop()
    assert signs[:2] == [("alice", True)] * 2
    assert len(signs) <= 3
    assert [present for _, present in gone] == [True, False]
    assert 60 <= gone[1][0] <= 61.5
