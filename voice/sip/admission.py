"""How many calls at a time one source may bring: an unknown address a few, a trunk its `max_calls`. Pure."""

from collections import Counter
from collections.abc import Sequence

from models.errors import CannotDo
from voice.line import Origin
from voice.sip.guard import source_key
from voice.sip.trunk import Trunk


class Admission:
    def __init__(self, trunks: Sequence[Trunk], strangers_calls: int) -> None:
        """`strangers_calls`: most calls at a time from one unknown address (a /64 of IPv6); 0: no limit."""
        self._trunks = {trunk.name: trunk for trunk in trunks}
        self._most = strangers_calls
        self._strangers: Counter[str] = Counter()

    def take(self, origin: Origin) -> None:
        """Count one more call of this origin; raises `CannotDo` where it has as many as it may have."""
        if origin.kind == "trunk":
            self._trunks[origin.name].take()
        elif origin.kind == "unknown":
            source = _source(origin)
            if self._most and self._strangers[source] >= self._most:
                raise CannotDo(
                    f"{source} is unknown and has {self._strangers[source]} calls, max_calls of [sip.guard]: "
                    "name it in [[sip.trunks]], or give its phones a user, if it is to have more."
                )
            self._strangers[source] += 1

    def release(self, origin: Origin) -> None:
        """Hear that a call which was taken is over."""
        if origin.kind == "trunk":
            self._trunks[origin.name].release()
        elif origin.kind == "unknown":
            source = _source(origin)
            self._strangers[source] -= 1
            if not self._strangers[source]:
                del self._strangers[source]


def _source(origin: Origin) -> str:
    return source_key(origin.address.rpartition(":")[0].strip("[]"))
