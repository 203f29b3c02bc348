"""Which phones get MD5 alone.

RFC 8760 lets a server offer several algorithms, strongest first, and phones choose. Phones built on libre 1.x (baresip
up to 1.x, in Debian and on desks) give up instead when any of the offers is not MD5, whatever the order: they say
"Function not implemented" and never register. So a phone known by its name, or one that asks again instead of
answering an offer of both, is offered MD5 alone. Whoever could abuse that (by swallowing our answers) could strike
SHA-256 out of them just as well. Pure; memory is bounded.
"""

from collections import OrderedDict

MD5_ALONE = ("baresip v0", "baresip v1")
"""User-Agent beginnings."""
_ASKED_AGAIN_WITHIN = 600.0
"""Seconds: after that, a request without credentials is a new start rather than helplessness."""
_REMEMBERED = 10_000


class Offers:
    def __init__(self) -> None:
        self._offered: OrderedDict[str, float] = OrderedDict()
        """Phone -> when it was last offered both without having answered since."""
        self._helpless: OrderedDict[str, None] = OrderedDict()

    def md5_alone(self, phone: str, user_agent: str, now: float) -> bool:
        """Tell what to offer a phone that is to be challenged now; `phone` is whatever stays the same of it."""
        before = self._offered.pop(phone, None)
        again = before is not None and 0 < now - before < _ASKED_AGAIN_WITHIN
        if again or user_agent.lower().startswith(MD5_ALONE):
            self._helpless[phone] = None
            _bound(self._helpless)
        if phone in self._helpless:
            return True
        self._offered[phone] = now
        _bound(self._offered)
        return False

    def answered(self, phone: str) -> None:
        """Hear that the phone answered a challenge, rightly or wrongly: it understood the offer."""
        self._offered.pop(phone, None)


def _bound(table: "OrderedDict[str, float] | OrderedDict[str, None]") -> None:
    if len(table) > _REMEMBERED:
        table.popitem(last=False)
