"""Our re-INVITEs and UPDATEs within a dialog: hold, resume, session refresh, and the glare of RFC 3261 section 14.1."""

import asyncio
import random
from typing import TYPE_CHECKING

from models.cause import Cause
from voice.line import HungUp, MediaChanged
from voice.media.media_protocol import Direction
from voice.sip.abilities import ALLOW, SDP_TYPE, SUPPORTED
from voice.sip.dialog_life import State
from voice.sip.message import Headers, Response
from voice.sip.sdp import BadDescription
from voice.sip.session_refresh import granted, kept_up

if TYPE_CHECKING:
    from voice.sip.dialog import SipDialog

_GONE = (408, 481)
"""Finals after which there is no dialog any more (section 12.2.1.2)."""


class Renegotiation:
    def __init__(self, dialog: "SipDialog") -> None:
        self._dialog = dialog
        self._wanted: Direction = "sendrecv"
        self._said: Direction = "sendrecv"
        self._refresh_due = False
        self.running = False
        """An INVITE of ours is unanswered: an INVITE of the peer gets 491."""
        self.peers_running = False
        """An INVITE of the peer is unacknowledged: ours has to wait."""
        self._timer: asyncio.TimerHandle | None = None

    def towards(self, direction: Direction) -> None:
        """Want the media so; it is said as soon as the dialog allows it."""
        self._wanted = direction
        self.go_on()

    def refresh(self) -> None:
        """Refresh the session; by UPDATE where the peer takes it, which needs no offer (RFC 4028 section 7.4)."""
        dialog = self._dialog
        if dialog.over:
            return
        if "UPDATE" in dialog.peer.allows:
            dialog.ask("UPDATE", [SUPPORTED, *self._interval()], on_final=self._refreshed)
        else:
            self._refresh_due = True
            self.go_on()

    def go_on(self) -> None:
        """Send what is due, if nothing stands in the way."""
        due = self._wanted != self._said or self._refresh_due
        if not due or self.running or self.peers_running or self._dialog.state is not State.UP or self._timer:
            return
        self.running, self._refresh_due = True, False
        self._asking = self._wanted
        self._dialog.negotiation.towards(self._wanted)
        offer = self._dialog.negotiation.offered()
        headers = [SDP_TYPE, ALLOW, SUPPORTED, *self._interval()]
        self._dialog.ask("INVITE", headers, offer, self._answered)

    _asking: Direction = "sendrecv"

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _interval(self) -> Headers:
        return kept_up(self._dialog.session.interval)

    def _answered(self, response: Response) -> None:
        self.running = False
        dialog = self._dialog
        if dialog.over:
            return
        if response.code == 491:
            self._try_later()
        elif response.code >= 300:
            self._refused(response)
        else:
            self._said = self._asking
            self._agreed(response)
            self._refreshed(response)
            self.go_on()

    def _agreed(self, response: Response) -> None:
        before = self._dialog.negotiation.plan
        try:
            plan = self._dialog.negotiation.answered(response.body)
        except BadDescription:
            self._dialog.hang_up(Cause.NO_COMMON_CODEC)
            return
        if plan != before:
            self._dialog.emit(MediaChanged(plan))

    def _refused(self, response: Response) -> None:
        if response.code in _GONE:
            self._dialog.end(HungUp(Cause.LINE_UNREACHABLE, response.code, response.words))
            if response.code == 408:
                self._dialog.say_bye(Cause.LINE_UNREACHABLE)
            return
        # The session stays as it was (section 14.1).
        self._wanted = self._said
        self._dialog.negotiation.towards(self._said)
        self._dialog.session.failed()

    def _refreshed(self, response: Response) -> None:
        dialog = self._dialog
        if dialog.over:
            return
        if response.code >= 300:
            self._refused(response)
        elif (interval := granted(response)) is not None:
            dialog.session.agreed(interval)
        elif dialog.session.interval is not None:
            dialog.session.agreed(dialog.session.interval)

    def _try_later(self) -> None:
        # Who made the Call-ID waits 2.1-4 s, the other 0-2 s.
        ours = self._dialog.direction == "outbound"
        wait = random.uniform(2.1, 4.0) if ours else random.uniform(0.0, 2.0)
        self._refresh_due = True
        self._timer = asyncio.get_running_loop().call_later(wait, self._again)

    def _again(self) -> None:
        self._timer = None
        self.go_on()
