"""Keeps strangers from wearing the line out: floods, scanners, guessed passwords.

Pure: every packet's source, the time and the first bytes come in, a verdict goes out. Memory is bounded, for a
flood with forged sources must not become a flood of entries. Sources that `known` recognises (trunks) always pass.
"""

import re
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address
from typing import Any, Literal

from models.settings import GuardSettings
from voice.sip.address import numeric
from voice.sip.seldom import Seldom

Reason = Literal["", "flood", "banned", "scanner", "password-backoff"]

_USER_AGENT = re.compile(rb"^user-agent[ \t]*:[ \t]*([^\r\n]*)", re.IGNORECASE | re.MULTILINE)
_CREDENTIALS = re.compile(rb"^(?:proxy-)?authorization[ \t]*:", re.IGNORECASE | re.MULTILINE)
_HEAD_BYTES = 4096
"""How far into a packet the scanner's name is looked for."""
_FOLLOWING = (b"ACK ", b"BYE ", b"CANCEL ", b"PRACK ", b"SIP/2.0 ")
"""What follows from a request that was paid for already costs a quarter."""
_TRUSTED_FOR = 4000.0
"""Seconds after a right password, longer than a registration holds, in which its source may send ten times as much: a
whole office of phones may stand behind it."""
_FIRST_WAIT = 2.0
"""Seconds after `register_failures` wrong REGISTERs; doubles with each further one up to the ban."""
_LOG_EVERY = 10.0
"""Seconds between two log lines about one reason."""


@dataclass(frozen=True)
class Verdict:
    admitted: bool
    reason: Reason = ""
    news: str = ""
    """A sentence for the log, at most one every ten seconds for each reason; "" otherwise."""


@dataclass
class _Failures:
    count: int
    until: float


class Guard:
    def __init__(
        self, settings: GuardSettings, known: Callable[[str], bool] = lambda address: False, sources: int = 10_000
    ) -> None:
        """`known(address)` tells trunk addresses; `sources`: addresses remembered in each table at most."""
        self._settings = settings
        self._known = known
        self._sources = sources
        self._burst = settings.requests_per_second * settings.window
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        """source -> (tokens left, when that was so)."""
        self._bans: OrderedDict[str, float] = OrderedDict()
        self._failures: OrderedDict[str, _Failures] = OrderedDict()
        self._proven: OrderedDict[str, float] = OrderedDict()
        """source -> when a right password last came from it."""
        self._scanners = tuple(name.lower().encode() for name in settings.scanners)
        self.dropped: Counter[Reason] = Counter()
        """Packets dropped since the start, by reason (metrics)."""
        self._news: defaultdict[Reason, Seldom] = defaultdict(lambda: Seldom(_LOG_EVERY))

    def admits(self, address: str, now: float, head: bytes) -> Verdict:
        """Judge one packet; `head` is its beginning (4 KiB suffice), `now` any clock in seconds."""
        if self._known(address):
            return Verdict(True)
        source = source_key(address)
        reason = self._fault(source, now, head)
        if not reason:
            return Verdict(True)
        self.dropped[reason] += 1
        sentence = _SENTENCES[reason].format(address=address, ban=self._settings.ban_seconds)
        return Verdict(False, reason, self._news[reason].line(sentence, now))

    def credentials_judged(self, address: str, proven: bool, now: float) -> None:
        """Hear that a request's credentials were right or wrong."""
        if self._known(address):
            return
        source = source_key(address)
        if proven:
            self._failures.pop(source, None)
            self._proven[source] = now
            self._remember(self._proven, source)
            return
        failures = self._failures.setdefault(source, _Failures(0, now))
        if now > failures.until + self._settings.ban_seconds:
            failures.count = 0
        failures.count += 1
        excess = failures.count - self._settings.register_failures
        wait = min(_FIRST_WAIT * 2.0 ** min(excess, 30), self._settings.ban_seconds) if excess >= 0 else 0.0
        failures.until = now + wait
        self._remember(self._failures, source)

    def banned(self, now: float) -> list[str]:
        """Sources that are banned now (CLI, metrics)."""
        return [source for source, until in list(self._bans.items()) if until > now]

    def failing(self) -> dict[str, int]:
        """Wrong credentials in a row by source (CLI, metrics)."""
        return {source: failures.count for source, failures in self._failures.items()}

    def _fault(self, source: str, now: float, head: bytes) -> Reason:
        until = self._bans.get(source)
        if until is not None:
            if now < until:
                return "banned"
            del self._bans[source]
        if self._scanners and self._scanner(head):
            return "scanner"
        failures = self._failures.get(source)
        if failures and self._waits(failures, now) and _guesses(head):
            return "password-backoff"
        cost = 0.25 if len(head) < 8 or head.startswith(_FOLLOWING) else 1.0
        if now - self._proven.get(source, float("-inf")) < _TRUSTED_FOR:
            cost /= 10
        if not self._takes_token(source, now, cost):
            self._bans[source] = now + self._settings.ban_seconds
            self._buckets.pop(source, None)
            self._remember(self._bans, source)
            return "flood"
        return ""

    def _waits(self, failures: _Failures, now: float) -> bool:
        return failures.count >= self._settings.register_failures and now < failures.until

    def _takes_token(self, source: str, now: float, cost: float) -> bool:
        tokens, at = self._buckets.get(source, (self._burst, now))
        # A clock that was set back must not take tokens away.
        tokens = min(self._burst, tokens + max(0.0, now - at) * self._settings.requests_per_second)
        if tokens < cost:
            return False
        self._buckets[source] = (tokens - cost, now)
        self._remember(self._buckets, source)
        return True

    def _scanner(self, head: bytes) -> bool:
        match = _USER_AGENT.search(head, 0, _HEAD_BYTES)
        return match is not None and match[1].lower().startswith(self._scanners)

    def _remember(self, table: "OrderedDict[str, Any]", source: str) -> None:
        table.move_to_end(source)
        if len(table) > self._sources:
            table.popitem(last=False)


_SENTENCES: dict[Reason, str] = {
    "flood": "{address} sends faster than an unknown source may; it is banned for {ban:g} s.",
    "banned": "Dropped a packet of {address}, which is banned.",
    "scanner": "Dropped a packet of {address}, whose User-Agent is a known scanner.",
    "password-backoff": "Dropped a request of {address}, which gave wrong passwords and has to wait.",
}


def _guesses(head: bytes) -> bool:
    """Whether it may try a password: any REGISTER, and whatever carries credentials."""
    return head.startswith(b"REGISTER ") or _CREDENTIALS.search(head, 0, _HEAD_BYTES) is not None


def source_key(address: str) -> str:
    """What one sender can't change at will: the address, or the /64 of an IPv6 address."""
    found = numeric(address)
    if isinstance(found, IPv6Address):
        return f"{IPv6Address(int(found) >> 64 << 64)}/64"
    return str(found or address)
