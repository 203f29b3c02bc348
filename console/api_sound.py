"""GET /calls/ID/sound by the API: a call's recording, a channel each for the caller and for us.

Personal data are beeped out; `?original=yes` is for who may hear them.
"""

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy import Engine

from console.access import Right
from console.api_access import Asker, needs, put_on_trail
from console.api_calls import insist
from console.phrases import Phrases
from console.problems import problem
from console.recordings import STATUS, NoSound, playable, reading
from console.signing_in import language_of
from console.sounds import Heard, in_ranges
from models.settings import Settings


def add_sound(app: FastAPI, settings: Settings, engine: Engine) -> None:
    """Add the route, and what is said where nothing can be heard."""
    router = APIRouter(tags=["calls"], dependencies=[Depends(needs(Right.CALLS))])
    heard, phrases = Heard(), Phrases.load()

    @router.get("/calls/{call_id}/sound", response_class=Response, responses={200: {"content": {"audio/wav": {}}}})
    def sound(request: Request, call_id: str, viewer: Asker, original: bool = False) -> Response:
        with engine.connect() as connection:
            insist(connection, viewer, call_id, original)
            path = playable(connection, settings.data.directory, viewer, call_id, original=original)
        with reading():
            answer = in_ranges(request, path)
        # Players ask for the rest of the same sound in more requests; but nobody hears it only by such.
        this, wanted = (viewer.name, call_id, str(original)), request.headers.get("range", "")
        if not heard.knows(*this) or _from_the_start(wanted):
            put_on_trail(engine, request, "listened-original" if original else "listened", call_id)
            heard.know(*this)
        return answer

    def silent(request: Request, fault: Exception) -> JSONResponse:
        assert isinstance(fault, NoSound)
        return problem(STATUS.get(fault.why, 404), phrases.say(language_of(request), f"call.sound_{fault.why}"))

    app.include_router(router)
    app.add_exception_handler(NoSound, silent)


def _from_the_start(wanted: str) -> bool:
    """Tell whether a range has the beginning of the sound; what isn't a range of bytes is all of it."""
    return wanted.startswith("bytes=0-") or not wanted.startswith("bytes=")
