"""Where the registered softphones are: the location table of RFC 3261 section 10, in memory."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from voice.sip.address import SIP_PORT, Address, numeric
from voice.sip.uri import BadUri, Uri, read_name_addr, read_uri

_LONGEST = 1024
"""Characters: what is longer is no address, and reading it would only keep us busy."""


@dataclass(frozen=True)
class Contact:
    """One Contact value as a phone wrote it."""

    uri: str
    expires: int | None = None
    """Seconds; None where the parameter is missing or no number (section 10.2.1.1)."""
    q: float = 1.0

    @property
    def read(self) -> Uri:
        return read_uri(self.uri)

    @property
    def key(self) -> str:
        """What two URIs of one place share: section 19.1.4, but the default port is the same written or not."""
        uri = self.read
        transport = uri.parameters.get("transport", "").lower()
        return f"{uri.scheme}:{uri.user}@{uri.host.lower()}:{uri.port or SIP_PORT}:{transport}"


def read_contact(text: str) -> Contact | None:
    """Read one Contact, From or To value (not `*`); None where it holds no SIP URI."""
    if len(text) > _LONGEST:
        return None
    try:
        written = read_name_addr(text)
        uri = read_uri(written.uri)
    except BadUri:
        return None
    if uri.scheme not in ("sip", "sips"):
        return None
    return Contact(written.uri, _seconds(written.parameters.get("expires")), _quality(written.parameters.get("q")))


@dataclass(frozen=True)
class Binding:
    """One place where a user can be reached."""

    user: str
    contact: Contact
    source: Address
    """Where its REGISTER came from."""
    expires_at: float
    """Time of the clock that is passed in."""
    refreshed_at: float
    call_id: str
    cseq: int
    user_agent: str = ""

    @property
    def route(self) -> Address:
        """Where requests to it are sent: behind a NAT the Contact names no place that we could reach."""
        contact = self.contact.read.address
        if contact is not None and numeric(contact[0]) == numeric(self.source[0]):
            return self.source[0], contact[1]
        return self.source


class OutOfOrder(Exception):
    """A REGISTER of the same Call-ID with a CSeq that isn't higher came after a newer one (section 10.3 step 7)."""


Watcher = Callable[[Binding, bool], None]
"""Hears of each binding that is made, refreshed (True) or gone (False)."""


class Bindings:
    """The table. Whoever keeps a copy, or needs to know at once, watches it; `kept` are the ones kept from before."""

    def __init__(self, kept: Iterable[Binding] = (), on_change: Watcher | None = None) -> None:
        self._of: dict[str, dict[str, Binding]] = {}
        self._watchers: list[Watcher] = [on_change] if on_change else []
        self._places: dict[Address, Binding] | None = None
        """Who is where, drawn up when asked for after a change."""
        self.keep(kept)

    def keep(self, kept: Iterable[Binding]) -> None:
        """Take over bindings that were made before; nobody is told."""
        self._places = None
        for binding in kept:
            self._of.setdefault(binding.user, {})[binding.contact.key] = binding

    def watch(self, watcher: Watcher) -> None:
        """Tell `watcher` of every change from now on, within the call that brings it about: it must return quickly."""
        self._watchers.append(watcher)

    def expire(self, now: float) -> None:
        """Remove what has expired, so that watchers hear of it."""
        for mine in list(self._of.values()):
            for binding in list(mine.values()):
                if binding.expires_at <= now:
                    self._remove(binding)

    def forget(self, user: str) -> None:
        """Remove all of a user's bindings, whoever made them: the password is another one now, or the user is gone."""
        for binding in list(self._of.get(user, {}).values()):
            self._remove(binding)

    def of(self, user: str, now: float) -> list[Binding]:
        """The user's live bindings, best `q` first, the most recently refreshed first among equals."""
        mine = self._of.get(user, {})
        for binding in [binding for binding in mine.values() if binding.expires_at <= now]:
            self._remove(binding)
        return sorted(mine.values(), key=lambda binding: (-binding.contact.q, -binding.refreshed_at))

    def users(self, now: float) -> dict[str, list[Binding]]:
        """Everybody who is registered now."""
        found = {user: self.of(user, now) for user in list(self._of)}
        return {user: bindings for user, bindings in found.items() if bindings}

    def count(self, now: float) -> int:
        """How many places are registered; changes nothing, so that another thread may ask."""
        everybody = [list(mine.values()) for mine in list(self._of.values())]
        return sum(binding.expires_at > now for mine in everybody for binding in mine)

    def at(self, source: Address, now: float) -> str:
        """The user who registered from `source`, or ""."""
        if self._places is None:
            everything = [binding for mine in self._of.values() for binding in mine.values()]
            self._places = {place: binding for binding in everything for place in (binding.source, binding.route)}
        found = self._places.get(source)
        return found.user if found is not None and found.expires_at > now else ""

    def update(self, offered: Iterable[Binding], now: float, limit: int) -> None:
        """Take over the bindings of one REGISTER, all or none; one that has expired already is removed.

        Above `limit` contacts the user's longest unrefreshed one gives way: phones that restarted leave such behind.
        Raises `OutOfOrder`.
        """
        offered = list(offered)
        self._places = None
        for binding in offered:
            self._must_be_newer(binding, self._of.get(binding.user, {}).get(binding.contact.key))
        for binding in offered:
            if binding.expires_at <= now:
                self._remove(binding)
            else:
                self._of.setdefault(binding.user, {})[binding.contact.key] = binding
                self._tell(binding, True)
        for user in {binding.user for binding in offered}:
            by_age = sorted(self.of(user, now), key=lambda binding: binding.refreshed_at)
            for binding in by_age[: max(0, len(by_age) - limit)]:
                self._remove(binding)

    def clear(self, user: str, call_id: str, cseq: int, now: float) -> None:
        """Remove all of a user's bindings (`Contact: *`). Raises `OutOfOrder`."""
        mine = self.of(user, now)
        for binding in mine:
            self._must_be_newer(replace(binding, call_id=call_id, cseq=cseq), binding)
        for binding in mine:
            self._remove(binding)

    @staticmethod
    def _must_be_newer(new: Binding, old: Binding | None) -> None:
        if old is not None and old.call_id == new.call_id and new.cseq <= old.cseq:
            raise OutOfOrder

    def _remove(self, binding: Binding) -> None:
        self._places = None
        mine = self._of.get(binding.user, {})
        gone = mine.pop(binding.contact.key, None)
        if not mine:
            self._of.pop(binding.user, None)
        if gone is not None:
            self._tell(gone, False)

    def _tell(self, binding: Binding, present: bool) -> None:
        for watcher in tuple(self._watchers):
            watcher(binding, present)


def _seconds(text: str | None) -> int | None:
    return min(int(text), 2**31) if text is not None and text.isascii() and text.isdecimal() else None


def _quality(text: str | None) -> float:
    try:
        return min(1.0, max(0.0, float(text or 1)))
    except ValueError:
        return 1.0
