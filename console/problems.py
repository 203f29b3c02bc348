"""Problems: what programs are told that can't be done, as RFC 9457 has it, each with a whole sentence as its detail.

| status | is |
|---|---|
| 401 | the token is missing or wrong |
| 403 | who asks hasn't the right |
| 404 | an agent, queue, call or path that isn't there, or not for who asks |
| 409 | can't be now: no server runs, somebody is not in that state, it is there already |
| 422 | is written wrong; `errors` has every fault as a sentence |
| 503 | the database can't be read, or the settings of the hotline are wrong |
"""

from collections.abc import Callable
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError

from models.errors import CannotDo, HotlineError, OperatorFault
from queues.plan_entry import MOST_SHOWN, PlanRefused

Said = Callable[[Request, Exception], JSONResponse]


class NotThere(HotlineError):
    """An agent or queue that was named isn't there."""


class Forbidden(HotlineError):
    """Who asks hasn't the right."""


def problem(
    status: int, detail: str, errors: tuple[str, ...] = (), headers: dict[str, str] | None = None
) -> JSONResponse:
    """Return one as an answer."""
    body = {"title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    shown = {"errors": list(errors[:MOST_SHOWN])} if errors else {}
    return JSONResponse({**body, **shown}, status, headers, "application/problem+json")


def say_problems(app: FastAPI) -> None:
    """Let whatever goes wrong in `app` be one of them."""

    def said(status: int) -> Said:
        return lambda _, fault: problem(status, str(fault))

    def refused(_: Request, fault: Exception) -> JSONResponse:
        assert isinstance(fault, PlanRefused)
        return problem(422, str(fault), fault.complaints)

    def invalid(_: Request, fault: Exception) -> JSONResponse:
        assert isinstance(fault, RequestValidationError)
        sentences = tuple(f"{_where(one['loc'])}: {one['msg']}." for one in fault.errors())
        return problem(422, sentences[0], sentences)

    def broken(_: Request, fault: Exception) -> JSONResponse:
        return problem(503, "The database can't be read; look into the log of the console.")

    def mistaken(_: Request, fault: Exception) -> JSONResponse:
        """A mistake of ours: what went wrong is for the log alone, which has it from who raises it again."""
        return problem(500, "That went wrong; it is our fault, and in the log of the console.")

    app.add_exception_handler(Exception, mistaken)
    app.add_exception_handler(404, lambda *_: problem(404, "There is nothing here; openapi.json says what there is."))
    app.add_exception_handler(405, lambda *_: problem(405, "That can't be asked here; openapi.json says what can."))

    app.add_exception_handler(NotThere, said(404))
    app.add_exception_handler(Forbidden, said(403))
    app.add_exception_handler(CannotDo, said(409))
    app.add_exception_handler(PlanRefused, refused)
    app.add_exception_handler(OperatorFault, said(503))
    app.add_exception_handler(HotlineError, said(503))
    app.add_exception_handler(DBAPIError, broken)
    app.add_exception_handler(RequestValidationError, invalid)


def _where(location: tuple[object, ...]) -> str:
    return ".".join(str(part) for part in location[1:]) or "the body"
