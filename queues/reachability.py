"""Whether each agent's phone can be called: from registrations as they come and go, and from unanswered OPTIONS.

An agent on the company's PBX is taken to be reachable until its address doesn't answer. One with several phones is
reachable as long as one of them is.
"""

from collections.abc import Callable, Iterator

from queues.agents import AgentBook
from voice.sip.bindings import Binding, Bindings
from voice.sip.phone_check import Watched

SILENT = "phone does not answer"


class Reachability:
    def __init__(self, book: AgentBook, bindings: Bindings, clock: Callable[[], float]) -> None:
        """`clock` is the one that `bindings` count by."""
        self._book, self._bindings, self._clock = book, bindings, clock
        self._silent: set[tuple[str, str]] = set()
        """Extension and place of phones that didn't answer."""
        bindings.watch(self._on_binding)

    def look(self) -> None:
        """Tell the book of every agent anew: after a start, and when agents were added or their addresses changed."""
        for extension in self._book.agents:
            self._judge(extension)

    def watched(self) -> Iterator[Watched]:
        """Yield the places that are to be asked whether they are there."""
        now = self._clock()
        for extension, agent in self._book.agents.items():
            if not agent.enabled:
                continue
            if agent.address:
                yield Watched(extension, agent.address, agent.address)
            for binding in self._bindings.of(extension, now):
                yield Watched(extension, binding.contact.key, binding.contact.uri, binding.route)

    def on_sign(self, watched: Watched, there: bool) -> None:
        """Hear that a place answered, or didn't."""
        key = watched.owner, watched.place
        if there:
            self._silent.discard(key)
        else:
            self._silent.add(key)
        self._judge(watched.owner, SILENT)

    def _on_binding(self, binding: Binding, present: bool) -> None:
        # Whoever registers is there, whatever was unanswered before.
        self._silent.discard((binding.user, binding.contact.key))
        self._judge(binding.user)

    def _judge(self, extension: str, why: str = "phone not registered") -> None:
        agent = self._book.agents.get(extension)
        if agent is not None:
            self._book.phone(extension, agent.enabled and any(self._places(extension, agent.address)), why)

    def _places(self, extension: str, address: str) -> Iterator[bool]:
        if address:
            yield (extension, address) not in self._silent
        for binding in self._bindings.of(extension, self._clock()):
            yield (extension, binding.contact.key) not in self._silent
