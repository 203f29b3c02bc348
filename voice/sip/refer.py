"""Telling a peer that sent REFER how its transfer goes: the implicit subscription of RFC 3515."""

import asyncio
from typing import TYPE_CHECKING

from voice.sip.message import Response

if TYPE_CHECKING:
    from voice.sip.dialog import SipDialog

_PATIENCE = 180.0
"""Seconds after which a transfer that nobody reports on counts as failed; also the subscription's length."""


class ReferProgress:
    def __init__(self, dialog: "SipDialog", cseq: int) -> None:
        """`cseq` of the REFER: names the subscription, as several may run in one dialog (section 2.4.6)."""
        self._dialog = dialog
        self._event = f"refer;id={cseq}"
        self._timer = asyncio.get_running_loop().call_later(_PATIENCE, self._overdue)

    def tell(self, code: int, words: str) -> None:
        """Send a NOTIFY; one of 200 or more is the last."""
        if code >= 200:
            self.stop()
            state = "terminated;reason=noresource"
        else:
            left = max(1, round(self._timer.when() - asyncio.get_running_loop().time()))
            state = f"active;expires={left}"
        headers = [
            ("Event", self._event),
            ("Subscription-State", state),
            ("Content-Type", "message/sipfrag;version=2.0"),
        ]
        self._dialog.ask("NOTIFY", headers, f"SIP/2.0 {code} {words}\r\n", self._heard)

    def stop(self) -> None:
        self._timer.cancel()

    def _overdue(self) -> None:
        if self in self._dialog.refers:
            self._dialog.refers.remove(self)
            self.tell(503, "Service Unavailable")

    def _heard(self, response: Response) -> None:
        # A peer that refuses a NOTIFY has dropped the subscription (RFC 6665 section 4.2.2).
        if response.code >= 300 and self in self._dialog.refers:
            self.stop()
            self._dialog.refers.remove(self)
