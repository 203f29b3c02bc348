"""One transfer that a peer asked for: the REFER's answer, and the subscription that tells how it goes (RFC 3515).

The REFER is answered when it is known what becomes of it: whoever has the call accepts with its first word of
progress (202), or declines at once. So no peer hears "accepted" of a transfer that nobody makes.
"""

import asyncio
from typing import TYPE_CHECKING, Any

from voice.sip.message import Request, Response

if TYPE_CHECKING:
    from voice.sip.dialog import SipDialog

_UNDECIDED = 5.0
"""Seconds after which a REFER that nobody accepts or declines is refused."""
_PATIENCE = 180.0
"""Seconds after which a transfer that nobody reports on counts as failed; also the subscription's length."""


class Transfer:
    def __init__(self, dialog: "SipDialog", refer: Request, transaction: Any) -> None:
        """`transaction` is sippy's, of the REFER `refer`; its CSeq names the subscription (section 2.4.6)."""
        self._dialog, self._refer = dialog, refer
        self._transaction: Any = transaction
        """None once the REFER is answered."""
        self._silent = refer.first("Refer-Sub").strip().lower() == "false"
        """Whether the peer wants no subscription (RFC 4488)."""
        self._timer = asyncio.get_running_loop().call_later(_UNDECIDED, self._overdue)

    def tell(self, code: int, words: str) -> None:
        """Say how it goes: the first word answers the REFER, every later one is a NOTIFY; 200 or more is the last."""
        if self._transaction is not None:
            if code >= 300:
                self._timer.cancel()
                self._answer(code, words)
                return
            self._accept()
        if not self._silent:
            self._notify(code, words)

    def stop(self) -> None:
        """Be over with the call."""
        self._timer.cancel()
        if self._transaction is not None:
            self._answer(603, "Decline: the call is over")

    def _accept(self) -> None:
        self._answer(202, "Accepted", *([("Refer-Sub", "false")] * self._silent))
        self._timer.cancel()
        if not self._silent:
            self._timer = asyncio.get_running_loop().call_later(_PATIENCE, self._overdue)

    def _answer(self, code: int, words: str, *headers: tuple[str, str]) -> None:
        response = self._refer.response(code, words, [("Contact", self._dialog.peer.contact), *headers])
        self._dialog.wire.transactions.sendResponse(response, self._transaction)
        self._transaction = None

    def _notify(self, code: int, words: str) -> None:
        if code >= 200:
            self._timer.cancel()
            state = "terminated;reason=noresource"
        else:
            left = max(1, round(self._timer.when() - asyncio.get_running_loop().time()))
            state = f"active;expires={left}"
        headers = [
            ("Event", f"refer;id={self._refer.cseq}"),
            ("Subscription-State", state),
            ("Content-Type", "message/sipfrag;version=2.0"),
        ]
        self._dialog.ask("NOTIFY", headers, f"SIP/2.0 {code} {words}\r\n", self._heard)

    def _overdue(self) -> None:
        if self in self._dialog.refers:
            self._dialog.refers.remove(self)
            self.tell(503, "Service Unavailable")

    def _heard(self, response: Response) -> None:
        # A peer that refuses a NOTIFY has dropped the subscription (RFC 6665 section 4.2.2).
        if response.code >= 300 and self in self._dialog.refers:
            self._timer.cancel()
            self._dialog.refers.remove(self)
