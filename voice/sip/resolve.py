"""From a trunk's host to numeric addresses in the order to try them (RFC 3263, UDP only).

A numeric host stands for itself; a host with a port has A and AAAA records; a host alone is looked up by NAPTR
(only `SIP+D2U` counts), SRV, and then A and AAAA. Answers are kept for their time to live; where the name servers
fail, the last good answer serves on (RFC 8767), for a telephone line must not die of a DNS hiccup.
"""

import asyncio
import random
import socket
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

import dns.asyncresolver
import dns.exception
import dns.rdatatype
import dns.resolver

from models.errors import PeerFault
from voice.sip.address import SIP_PORT, Address, numeric

LONGEST_TTL = 3600.0
SHORTEST_TTL = 5.0
"""Seconds: a record with TTL 0 must not mean a query for every packet."""
_FAILED_TTL = 10.0
_HOSTS_FILE_TTL = 60.0
_STALE_FOR = 24 * 3600.0


@dataclass(frozen=True)
class Found:
    """Records of one kind at one name."""

    records: tuple[Any, ...]
    """Each dnspython's rdata of the type asked for; empty where the name has none."""
    ttl: float
    """Seconds."""


class NoAnswer(Exception):
    """The name servers could not be asked (timeout, SERVFAIL): not the same as having no records."""


Ask = Callable[[str, str], Awaitable[Found]]
"""(name, record type) -> records."""


@dataclass(frozen=True)
class _Kept:
    addresses: tuple[tuple[int, int, Address], ...]
    """(priority, weight, address)."""
    until: float


class Resolver:
    def __init__(self, clock: Callable[[], float], ask: Ask | None = None, chance: random.Random | None = None) -> None:
        """`clock` in seconds, any origin. `ask` is the name service (the system's by default)."""
        self._clock = clock
        self._ask = ask or ask_system
        self._chance = chance or random.Random()
        self._kept: dict[tuple[str, int], _Kept] = {}

    async def resolve(self, host: str, port: int = 0) -> list[Address]:
        """Addresses to try one after the other; port 0 means that none is written.

        Raises `PeerFault` where the name leads nowhere.
        """
        literal = numeric(host)
        if literal is not None:
            return [(str(literal), port or SIP_PORT)]
        kept = self._kept.get((host, port))
        if kept is None or kept.until <= self._clock():
            kept = await self._look_up(host, port, kept)
        if not kept.addresses:
            raise PeerFault(f"'{host}' leads to no address: check the name, or the name servers of this machine.")
        return in_order(kept.addresses, self._chance)

    async def _look_up(self, host: str, port: int, before: _Kept | None) -> _Kept:
        now = self._clock()
        try:
            addresses, ttl = await self._served(host, port)
        except NoAnswer:
            if before is not None and before.addresses and now < before.until + _STALE_FOR:
                # `until` stays, so that the age of what we serve is known; the next call asks again.
                return before
            addresses, ttl = [(0, 0, (address, port or SIP_PORT)) for address in await _hosts_file(host)], _FAILED_TTL
        kept = _Kept(tuple(addresses), now + min(LONGEST_TTL, max(SHORTEST_TTL, ttl)))
        self._kept[host, port] = kept
        return kept

    async def _served(self, host: str, port: int) -> tuple[list[tuple[int, int, Address]], float]:
        if port:
            plain, ttl = await self._hosts(host)
            return [(0, 0, (address, port)) for address in plain], ttl
        services = await self._services(host)
        if not services.records:
            plain, ttl = await self._hosts(host)
            return [(0, 0, (address, SIP_PORT)) for address in plain], min(ttl, services.ttl)
        found, shortest, silent = [], services.ttl, False
        for service in services.records:
            try:
                plain, ttl = await self._hosts(str(service.target).rstrip("."))
            except NoAnswer:
                silent = True
                continue
            shortest = min(shortest, ttl)
            found += [(service.priority, service.weight, (address, service.port)) for address in plain]
        if silent and not found:
            raise NoAnswer
        return found, shortest

    async def _services(self, host: str) -> Found:
        name = f"_sip._udp.{host}"
        try:
            pointers = await self._ask(host, "NAPTR")
        except NoAnswer:
            # Some name servers fail on record types that they don't know.
            pointers = Found((), _HOSTS_FILE_TTL)
        usable = [p for p in pointers.records if p.service.upper() == b"SIP+D2U" and p.flags.lower() == b"s"]
        if usable:
            best = min(usable, key=lambda pointer: (pointer.order, pointer.preference))
            name = str(best.replacement).rstrip(".")
        found = await self._ask(name, "SRV")
        # A target of "." says that the service is decidedly not there (RFC 2782).
        records = tuple(record for record in found.records if str(record.target) != ".")
        return Found(records, min(found.ttl, pointers.ttl))

    async def _hosts(self, name: str) -> tuple[list[str], float]:
        answers = [await self._ask(name, kind) for kind in ("A", "AAAA")]
        addresses = [record.address for answer in answers for record in answer.records]
        if addresses:
            return addresses, min(answer.ttl for answer in answers if answer.records)
        return await _hosts_file(name), min(_HOSTS_FILE_TTL, *(answer.ttl for answer in answers))


T = TypeVar("T")


def in_order(offered: Iterable[tuple[int, int, T]], chance: random.Random) -> list[T]:
    """Lowest priority first; within one, drawn by weight as RFC 2782 says."""
    ordered: list[T] = []
    offered = list(offered)
    for priority in sorted({priority for priority, _, _ in offered}):
        # Zero weights first, so that they have a small chance of being drawn at all.
        left = sorted(((weight, place) for at, weight, place in offered if at == priority), key=lambda pair: pair[0])
        while left:
            drawn, total = chance.randint(0, sum(weight for weight, _ in left)), 0
            for index, (weight, place) in enumerate(left):
                total += weight
                if total >= drawn:
                    ordered.append(place)
                    del left[index]
                    break
    return ordered


async def ask_system(name: str, kind: str) -> Found:
    """Ask the name servers of /etc/resolv.conf; raises `NoAnswer`."""
    try:
        resolver = dns.asyncresolver.get_default_resolver()
    except dns.resolver.NoResolverConfiguration:
        return Found((), _FAILED_TTL)
    return await asked(resolver, name, kind)


async def asked(resolver: dns.asyncresolver.Resolver, name: str, kind: str) -> Found:
    """Ask one dnspython resolver; raises `NoAnswer`."""
    try:
        answer = await resolver.resolve(name, kind, lifetime=3.0, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return Found((), _HOSTS_FILE_TTL)
    except dns.exception.DNSException as trouble:
        raise NoAnswer from trouble
    return Found(tuple(answer), _ttl(answer))


def _ttl(answer: dns.resolver.Answer) -> float:
    return float(answer.rrset.ttl) if answer.rrset is not None else _HOSTS_FILE_TTL


async def _hosts_file(name: str) -> list[str]:
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(name, None, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError):
        # An empty label or one of more than 63 letters is no name at all to Python's IDNA.
        return []
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))
