import asyncio
import random
from collections import Counter

import dns.asyncresolver
import dns.message
import dns.rdata
import dns.rrset
import pytest

from models.errors import PeerFault
from voice.sip.resolve import Found, NoAnswer, Resolver, asked, in_order


class Names:
    """A name service in memory that counts what it was asked."""

    def __init__(self):
        self.zone: dict[tuple[str, str], Found] = {}
        self.asked: Counter[tuple[str, str]] = Counter()
        self.silent = False

    def has(self, name, kind, *records, ttl=60.0):
        self.zone[name, kind] = Found(tuple(dns.rdata.from_text("IN", kind, record) for record in records), ttl)
        return self

    async def __call__(self, name, kind):
        self.asked[name, kind] += 1
        if self.silent:
            raise NoAnswer
        return self.zone.get((name, kind), Found((), 60.0))


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


def resolver(names, clock=None):
    return Resolver(clock or Clock(), names, random.Random(1))


@pytest.mark.parametrize(
    ("host", "port", "address"),
    [
        ("127.0.0.1", 0, ("127.0.0.1", 5060)),
        ("127.0.0.1", 5070, ("127.0.0.1", 5070)),
        ("[::1]", 5070, ("::1", 5070)),
        ("::1", 0, ("::1", 5060)),
    ],
)
async def test_a_numeric_host_asks_nobody(host, port, address):
    names = Names()
    assert await resolver(names).resolve(host, port) == [address]
    assert not names.asked


async def test_srv_records_come_in_the_order_of_their_priority():
    names = Names()
    names.has("_sip._udp.carrier.test", "SRV", "20 0 5062 b.carrier.test.", "10 0 5061 a.carrier.test.")
    names.has("a.carrier.test", "A", "192.0.2.1", "192.0.2.2").has("a.carrier.test", "AAAA", "2001:db8::1")
    names.has("b.carrier.test", "A", "192.0.2.3")
    found = await resolver(names).resolve("carrier.test")
    assert set(found[:3]) == {("192.0.2.1", 5061), ("192.0.2.2", 5061), ("2001:db8::1", 5061)}
    assert found[3:] == [("192.0.2.3", 5062)]


def test_weights_share_the_first_place_out():
    chance = random.Random(7)
    first = Counter(
        in_order([(1, 70, "big"), (1, 30, "small"), (1, 0, "none"), (2, 9, "later")], chance)[0] for _ in range(4000)
    )
    assert first["big"] / 4000 == pytest.approx(0.7, abs=0.05)
    assert first["small"] / 4000 == pytest.approx(0.3, abs=0.05)
    assert 0 < first["none"] < 200
    assert first["later"] == 0


async def test_naptr_may_name_another_service():
    names = Names()
    names.has(
        "carrier.test",
        "NAPTR",
        '10 10 "s" "SIP+D2T" "" _sip._tcp.other.test.',
        '20 10 "s" "SIP+D2U" "" _sip._udp.other.test.',
    )
    names.has("_sip._udp.other.test", "SRV", "1 1 5064 x.test.").has("x.test", "A", "192.0.2.9")
    assert await resolver(names).resolve("carrier.test") == [("192.0.2.9", 5064)]


async def test_without_srv_the_host_itself_is_meant():
    names = Names().has("pbx.test", "A", "192.0.2.4")
    assert await resolver(names).resolve("pbx.test") == [("192.0.2.4", 5060)]


async def test_a_written_port_rules_srv_out():
    names = Names().has("pbx.test", "A", "192.0.2.4").has("_sip._udp.pbx.test", "SRV", "1 1 5099 x.test.")
    assert await resolver(names).resolve("pbx.test", 5070) == [("192.0.2.4", 5070)]
    assert ("_sip._udp.pbx.test", "SRV") not in names.asked


async def test_answers_are_kept_for_their_time_to_live():
    clock = Clock()
    names = Names().has("pbx.test", "A", "192.0.2.4", ttl=30.0)
    resolve = resolver(names, clock).resolve
    for clock.now in (0.0, 29.9, 30.1):
        await resolve("pbx.test", 5060)
    assert names.asked["pbx.test", "A"] == 2


async def test_the_last_good_answer_outlives_silent_name_servers_for_a_day():
    clock = Clock()
    names = Names().has("trunk.invalid", "A", "192.0.2.4")
    resolve = resolver(names, clock).resolve
    assert await resolve("trunk.invalid") == [("192.0.2.4", 5060)]
    names.silent, clock.now = True, clock.now + 86000
    assert await resolve("trunk.invalid") == [("192.0.2.4", 5060)]
    clock.now += 3600
    with pytest.raises(PeerFault, match=r"'trunk\.invalid' leads to no address"):
        await resolve("trunk.invalid")
    names.silent, clock.now = False, clock.now + 11
    assert await resolve("trunk.invalid") == [("192.0.2.4", 5060)]


async def test_a_host_of_an_srv_record_that_is_gone_does_not_hide_the_other():
    names = Names().has("_sip._udp.c.test", "SRV", "1 0 5060 gone.invalid.", "2 0 5060 there.test.")
    names.has("there.test", "A", "192.0.2.5")
    assert await resolver(names).resolve("c.test") == [("192.0.2.5", 5060)]


async def test_localhost_is_found_where_only_the_hosts_file_knows_it():
    assert ("127.0.0.1", 5062) in await resolver(Names()).resolve("localhost", 5062)


@pytest.mark.parametrize("host", ["sip..carrier", "x" * 64 + ".test", ".test"])
async def test_what_can_be_no_name_is_said_like_one_that_leads_nowhere(host):
    with pytest.raises(PeerFault, match="leads to no address"):
        await resolver(Names()).resolve(host)


class NameServer(asyncio.DatagramProtocol):
    """Answers one SRV and one A query as a real name server does, on the wire."""

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, address):
        query = dns.message.from_wire(data)
        question = query.question[0]
        reply = dns.message.make_response(query)
        records = {"SRV": "0 0 5065 sip1.carrier.test.", "A": "127.0.0.42"}
        kind = dns.rdatatype.to_text(question.rdtype)
        if kind in records and (kind == "SRV") == str(question.name).startswith("_sip._udp."):
            reply.answer.append(dns.rrset.from_text(question.name, 77, "IN", kind, records[kind]))
        self.transport.sendto(reply.to_wire(), address)


async def test_a_real_name_server_is_understood():
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(NameServer, local_addr=("127.0.0.41", 0))
    try:
        system = dns.asyncresolver.Resolver(configure=False)
        system.nameservers, system.port = ["127.0.0.41"], transport.get_extra_info("sockname")[1]
        found = Resolver(Clock(), lambda name, kind: asked(system, name, kind))
        assert await found.resolve("carrier.test") == [("127.0.0.42", 5065)]
        assert (await asked(system, "_sip._udp.carrier.test", "SRV")).ttl == 77
    finally:
        transport.close()
