"""What is played to one stream: a queue of plays, each a row of sources; one frame a tick. Pure.

Sources begin and end on whole frames (the last frame of a file is filled up with silence), so that a clause joins the
next one without arithmetic, and playing costs an index a tick. Files come later than they are asked for; until then
the player is silent.
"""

from collections import deque
from collections.abc import Callable
from typing import Literal, Protocol

from voice.media import tones
from voice.media.codec import FRAME
from voice.media.media_protocol import File, PlayEnded, PlayStarted, Source
from voice.media.sound import Sound

Reason = Literal["finished", "stopped", "failed"]
Emit = Callable[[PlayStarted | PlayEnded], None]


class Shelf(Protocol):
    """Where files come from (`SoundFiles`; in tests a dictionary)."""

    def want(self, path: str, codec: str, done: Callable[[Sound | None, str], None]) -> None: ...


class _Item:
    """One source of a play."""

    __slots__ = ("frames", "loop", "sound")

    def __init__(self, loop: bool) -> None:
        self.sound: Sound | None = None
        self.loop = loop
        self.frames = 0
        """Length in frames; 0: without end, or not loaded yet."""


class _Play:
    __slots__ = ("at", "before", "failure", "items", "last", "number", "started")

    def __init__(self, number: int) -> None:
        self.number = number
        self.items: list[_Item] = []
        self.at = 0
        """Item that is playing."""
        self.before = 0
        """Frames of the items before it that were heard."""
        self.last = True
        self.started = False
        self.failure = ""


class Player:
    """The plays of one stream."""

    __slots__ = (
        "_codec",
        "_coded",
        "_emit",
        "_frames",
        "_index",
        "_length",
        "_plays",
        "_shelf",
        "_stream",
        "paused",
        "payload",
    )

    def __init__(self, stream: int, shelf: Shelf, emit: Emit) -> None:
        self._stream, self._shelf, self._emit = stream, shelf, emit
        self._codec = ""
        self._plays: deque[_Play] = deque()
        self.paused = False
        self.payload: bytes | None = None
        """The frame last taken, coded, where it was coded before."""
        self._frames: list[bytes] = []
        self._coded: list[bytes] | None = None
        self._index = self._length = 0
        """Next frame of the present item, and after how many it ends (or goes round)."""

    @property
    def busy(self) -> bool:
        """Whether anything is playing or waits to be played."""
        return bool(self._plays)

    def use(self, codec: str) -> None:
        """From now on take frames coded so, where they are to be had."""
        self._codec = codec
        if self._frames:
            self._coded = self._now().coded(codec)

    def play(self, number: int, sources: list[Source], replace: bool, last: bool, clock: int) -> None:
        """Queue sources (see `media_protocol.Play`)."""
        play = next((each for each in self._plays if each.number == number), None)
        if replace:
            self._end_all(clock, keep=play)
        if play is None:
            play = _Play(number)
            self._plays.append(play)
        play.last = last
        for source in sources:
            self._add(play, source)

    def take(self, clock: int) -> bytes | None:
        """Return the next frame and move on; None: nothing to play now. `payload` is set beside it."""
        index = self._index
        if index < self._length and not self.paused:
            self._index = index + 1
            coded = self._coded
            self.payload = coded[index % len(coded)] if coded is not None else None
            return self._frames[index % len(self._frames)]
        if not self._plays or self.paused:
            return None
        return self._advance(clock)

    def pause(self) -> None:
        """Be silent and keep the place; where nothing plays (any more) there is nothing to pause."""
        self.paused = bool(self._plays)

    def resume(self, rewind_ms: int) -> None:
        """Go on, `rewind_ms` before the place of the pause but not before the play's beginning."""
        self.paused = False
        if not self._plays:
            return
        play, back = self._plays[0], rewind_ms // 20
        while back > self._index and play.at > 0:
            back -= self._index
            play.at -= 1
            item = play.items[play.at]
            play.before -= item.frames
            self._load(item)
            self._index = item.frames
        self._index = max(self._index - back, 0)

    def stop(self, clock: int) -> None:
        """End everything."""
        self._end_all(clock, keep=None)

    def _now(self) -> Sound:
        play = self._plays[0]
        sound = play.items[play.at].sound
        assert sound is not None
        return sound

    def _add(self, play: _Play, source: Source) -> None:
        if isinstance(source, File):
            item = _Item(source.loop)

            def done(sound: Sound | None, note: str) -> None:
                item.sound = sound
                item.frames = 0 if sound is None or item.loop else len(sound.frames)
                if sound is None or not sound.frames:
                    play.failure = note or f"The sound file '{source.path}' is empty."

            self._shelf.want(source.path, self._codec, done)
        else:
            forever = not source.seconds and source.tone not in tones.ONCE
            item = _Item(forever)
            item.sound = tones.tone(source.tone)
            item.frames = 0 if forever else round(source.seconds * 50) or len(item.sound.frames)
        play.items.append(item)

    def _advance(self, clock: int) -> bytes | None:
        """The present item is over (or none is there yet): go to what comes next."""
        while self._plays:
            play = self._plays[0]
            if play.failure:
                self._end(play, "failed", clock)
                continue
            if self._length:
                if play.items[play.at].loop:
                    self._length += len(self._frames)
                    return self.take(clock)
                play.before += self._index
                play.at += 1
                self._unload()
            if play.at < len(play.items):
                return self._begin(play, clock)
            if not play.last:
                return None
            self._end(play, "finished", clock)
        return None

    def _begin(self, play: _Play, clock: int) -> bytes | None:
        item = play.items[play.at]
        if item.sound is None:
            return None
        self._load(item)
        if not play.started:
            play.started = True
            self._emit(PlayStarted(self._stream, play.number, clock))
        return self.take(clock)

    def _load(self, item: _Item) -> None:
        assert item.sound is not None
        self._frames = item.sound.frames
        self._coded = item.sound.coded(self._codec)
        self._index, self._length = 0, item.frames or len(self._frames)

    def _unload(self) -> None:
        self._frames, self._coded, self.payload = [], None, None
        self._index = self._length = 0

    def _end(self, play: _Play, reason: Reason, clock: int) -> None:
        played = play.before
        if play is self._plays[0]:
            played += self._index
            self._unload()
        self._plays.remove(play)
        self._emit(PlayEnded(self._stream, play.number, clock, played * FRAME, reason, play.failure))

    def _end_all(self, clock: int, keep: _Play | None) -> None:
        for play in list(self._plays):
            if play is not keep:
                self._end(play, "stopped", clock)
        self.paused = False
