"""The sound of a call over HTTP: the recording in ranges, as players ask for it, and how loud it is, to be drawn."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from struct import Struct
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as InPath
from fastapi.responses import PlainTextResponse, StreamingResponse
from sqlalchemy import Engine

from console.phrases import Phrases
from console.recordings import STATUS, NoSound, playable, reading
from console.sessions import Session
from console.signing_in import language_of
from models.audit import record
from models.settings import Settings
from quality.peaks import peaks, tag
from quality.sound import PAIR, data_at

CallId = Annotated[str, InPath(max_length=64, pattern="^[0-9a-z]+$")]
OPENINGS = 10_000
"""So many openings of pages are known to have been put on the trail; the oldest may be put there twice."""
PIECE = 256 * 1024
LENGTH = Struct("<I")
_peaks = lru_cache(64)(lambda path, known: peaks(path))


def peaks_of(path: Path) -> bytes:
    """Return a recording's peaks, computed once until it changes; raise as `quality.peaks` does."""
    return bytes(_peaks(path, tag(path)))


class Heard:
    """Which openings of a page were heard already: a player asks for the same sound many times."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, ...], None] = {}

    def knows(self, *opening: str) -> bool:
        """Tell whether an opening is on the trail."""
        return opening in self._known

    def know(self, *opening: str) -> None:
        """Know an opening from now on; to be called once it is on the trail, as until then nothing is to be heard."""
        self._known[opening] = None
        if len(self._known) > OPENINGS:
            del self._known[next(iter(self._known))]


def sounds(engine: Engine, settings: Settings, phrases: Phrases) -> APIRouter:
    """Return the routes /calls/ID/sound and /calls/ID/peaks; the gate before them knows who asks."""
    router = APIRouter(include_in_schema=False)
    directory = settings.data.directory
    heard = Heard()

    def found(request: Request, call_id: str, original: bool) -> Path:
        session: Session = request.scope["session"]
        with engine.connect() as connection:
            return playable(connection, directory, session.viewer, call_id, original=original)

    def refused(request: Request, fault: NoSound) -> Response:
        words = phrases.say(language_of(request), f"call.sound_{fault.why}")
        return PlainTextResponse(words, STATUS.get(fault.why, 404), {"cache-control": "no-store"})

    @router.api_route("/calls/{call_id}/sound", methods=["GET", "HEAD"])
    def sound(
        request: Request, call_id: CallId, original: bool = False, opening: Annotated[str, Query(max_length=64)] = ""
    ) -> Response:
        try:
            path = found(request, call_id, original)
            with reading():
                answer = in_ranges(request, path)
        except NoSound as fault:
            return refused(request, fault)
        session: Session = request.scope["session"]
        this = (session.id, call_id, str(original), opening)
        if request.method == "GET" and not heard.knows(*this):
            action = "listened-original" if original else "listened"
            address = request.client.host if request.client else ""
            with engine.begin() as connection:
                record(connection, datetime.now(UTC), session.viewer.name, action, call_id=call_id, address=address)
            heard.know(*this)
        return answer

    @router.get("/calls/{call_id}/peaks")
    def drawn(request: Request, call_id: CallId, original: bool = False) -> Response:
        try:
            path = found(request, call_id, original)
            known = tag(path)
            headers = {"etag": known, "cache-control": "private, no-cache"}
            if request.headers.get("if-none-match") == known:
                return Response(status_code=304, headers=headers)
            with reading():
                return Response(peaks_of(path), media_type="application/octet-stream", headers=headers)
        except NoSound as fault:
            return refused(request, fault)

    return router


def in_ranges(request: Request, path: Path) -> Response:
    """Return a recording, or the part of it that is asked for (RFC 9110 section 14).

    Its head tells as much as there is: where the server was killed, or the call goes on, the file's own is wrong.
    """
    head, size, known = _head(path), _whole(path), tag(path)
    # A person's voice isn't to lie about in the caches of shared machines.
    headers = {"etag": known, "accept-ranges": "bytes", "cache-control": "private, no-store"}
    wanted = request.headers.get("range", "")
    if request.headers.get("if-range", known) != known:
        wanted = ""
    try:
        first, last, code = (*_range(wanted, size), 206) if wanted.startswith("bytes=") else (0, size - 1, 200)
    except ValueError:
        return Response(status_code=416, headers={**headers, "content-range": f"bytes */{size}"})
    headers["content-length"] = str(last - first + 1)
    if code == 206:
        headers["content-range"] = f"bytes {first}-{last}/{size}"
    if request.method == "HEAD":
        return Response(status_code=code, headers=headers, media_type="audio/wav")
    return StreamingResponse(_read(path, head, first, last), code, headers, "audio/wav")


def _range(wanted: str, size: int) -> tuple[int, int]:
    """Return first and last byte of the first range; raise `ValueError` where there is none of that."""
    begin, _, end = wanted.removeprefix("bytes=").split(",")[0].strip().partition("-")
    if not begin:
        first, last = max(size - int(end), 0), size - 1
    else:
        first, last = int(begin), min(int(end), size - 1) if end else size - 1
    if not 0 <= first <= last:
        raise ValueError("no byte of it is there")
    return first, last


def _whole(path: Path) -> int:
    """Bytes up to the last whole sample."""
    data = data_at(path)
    return data + (path.stat().st_size - data) // PAIR * PAIR


def _head(path: Path) -> bytes:
    """The file's head with lengths that are true."""
    data, size = data_at(path), _whole(path)
    with path.open("rb") as file:
        head = bytearray(file.read(data))
    LENGTH.pack_into(head, 4, min(size - 8, 0xFFFFFFFF))
    LENGTH.pack_into(head, data - LENGTH.size, min(size - data, 0xFFFFFFFF))
    return bytes(head)


def _read(path: Path, head: bytes, first: int, last: int) -> Iterator[bytes]:
    if first < len(head):
        yield head[first : last + 1]
        first = len(head)
    with path.open("rb") as file:
        file.seek(first)
        while first <= last and (piece := file.read(min(PIECE, last + 1 - first))):
            yield piece
            first += len(piece)
