"""Where one begins: the page that one's roles are for."""

from fastapi import Response
from fastapi.responses import RedirectResponse

from console.access import Right
from console.frame import Frame, told
from console.visit import Visit

FIRST = ((Right.REVIEW, "/reviews"), (Right.LIVE, "/live"), (Right.CAMPAIGNS, "/campaigns"), (Right.CALLS, "/calls"))
"""The first that one may."""


def register(frame: Frame) -> None:
    @frame.page("/", title="frame.home")
    def show(visit: Visit) -> Response | None:
        path = next((path for right, path in FIRST if visit.may(right)), None)
        if path is None:
            told(visit.say("frame.forbidden"))
            return None
        return RedirectResponse(path, 303)
