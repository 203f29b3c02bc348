"""Keeps a session that has a refresh interval alive, or ends it when the peer stopped refreshing (RFC 4028)."""

import asyncio
from typing import TYPE_CHECKING

from models.cause import Cause
from voice.sip.session_refresh import Interval

if TYPE_CHECKING:
    from voice.sip.dialog import SipDialog


class SessionWatch:
    def __init__(self, dialog: "SipDialog") -> None:
        self._dialog = dialog
        self._timer: asyncio.TimerHandle | None = None
        self.interval: Interval | None = None

    def agreed(self, interval: Interval | None) -> None:
        """Start anew with what the last INVITE or UPDATE settled; None ends the timer (section 7.3)."""
        self.stop()
        self.interval = interval
        if interval is None or self._dialog.over:
            return
        loop = asyncio.get_running_loop()
        if interval.refresher == "us":
            self._timer = loop.call_later(interval.refresh_after, self._dialog.renegotiation.refresh)
        else:
            self._timer = loop.call_later(interval.expires_after, self._expired)

    def failed(self) -> None:
        """Hear that our refresh wasn't answered with a 2xx: try again before the session expires."""
        if self.interval is not None and not self._dialog.over:
            self.stop()
            left = self.interval.expires_after - self.interval.refresh_after
            self._timer = asyncio.get_running_loop().call_later(left, self._expired)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _expired(self) -> None:
        self._dialog.hang_up(Cause.SESSION_EXPIRED)
