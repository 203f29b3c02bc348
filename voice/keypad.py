"""Keys of the telephone become answers. Pure: knows no clock; times are seconds that only go up.

Keys pressed before a question opens are kept for it (type-ahead). One press may reach us three ways (RFC 4733, SIP
INFO, in-band tones): the same key by another way shortly after is the same press.
"""

from collections import deque
from typing import Literal

from dialplans.exchange import KeysWanted

Way = Literal["rtp", "info", "in-band"]
SAME_PRESS = 1.0
"""Seconds within which the same key by another way is the same press."""
MOST_AHEAD = 32
"""Keys kept for questions that aren't open yet; more than anybody types ahead on purpose."""


class Keypad:
    """The keys of one caller."""

    def __init__(self) -> None:
        self._wanted: KeysWanted | None = None
        self._ahead: deque[str] = deque(maxlen=MOST_AHEAD)
        self._keyed = ""
        self._last: tuple[str, Way, float] | None = None
        self.deadline: float | None = None
        """When `time_up` is to be called, or None."""

    @property
    def begun(self) -> bool:
        """Whether an answer is being keyed."""
        return bool(self._keyed)

    def open(self, wanted: KeysWanted | None, now: float) -> str:
        """Open a question; return the answer where it was typed ahead, or ""."""
        self._wanted, self._keyed, self.deadline = wanted, "", None
        while self._wanted is not None and self._ahead:
            if answer := self._take(self._ahead.popleft(), now):
                return answer
        return ""

    def close(self) -> None:
        """The question is answered otherwise; keys of now on wait for the next one."""
        self._wanted, self._keyed, self.deadline = None, "", None

    def forget(self) -> None:
        """Drop what was typed ahead: after a misunderstanding it is no answer any more."""
        self._ahead.clear()

    def is_echo(self, key: str, way: Way, now: float) -> bool:
        """Tell whether this is a press that we know already by another way; remember it otherwise."""
        if self._last is not None:
            before, its_way, at = self._last
            if before == key and its_way != way and now - at < SAME_PRESS:
                return True
        self._last = (key, way, now)
        return False

    def press(self, key: str, now: float) -> str:
        """Take one press; return the answer that it completes, or ""."""
        if self._wanted is None:
            self._ahead.append(key)
            return ""
        return self._take(key, now)

    def time_up(self, now: float) -> str:
        """Return what was keyed when nothing came any more, or "" where it isn't time."""
        if self.deadline is None or now < self.deadline:
            return ""
        return self._done()

    def _take(self, key: str, now: float) -> str:
        wanted = self._wanted
        assert wanted is not None
        if wanted.choices:
            return self._choose(key, wanted, now)
        if key == wanted.terminator:
            return self._done() if self._keyed else ""
        if key == "*" and not self._keyed:
            self._keyed = key
            return self._done()
        self._keyed += key
        if len(self._keyed) >= wanted.most:
            return self._done()
        self.deadline = now + wanted.between_s
        return ""

    def _choose(self, key: str, wanted: KeysWanted, now: float) -> str:
        self._keyed += key
        longer = any(choice.startswith(self._keyed) and choice != self._keyed for choice in wanted.choices)
        if not longer:
            return self._done()
        self.deadline = now + wanted.between_s
        return ""

    def _done(self) -> str:
        answer = self._keyed
        self.close()
        return answer
