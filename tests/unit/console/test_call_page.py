"""The page of one call: personal data are on the trail before anything shows them."""

from contextlib import suppress
from types import SimpleNamespace
from typing import Any

from console.pages import call
from console.pages.call import CallPage
from models.errors import CannotDo


async def test_personal_data_that_could_not_be_put_on_the_trail_are_not_shown_by_what_is_drawn_next(monkeypatch):
    async def refused(*_: Any, **__: Any) -> None:
        raise CannotDo("The database is away.")

    async def tried(_visit, work):
        with suppress(CannotDo):
            await work

    monkeypatch.setattr(call, "doing", tried)
    visit: Any = SimpleNamespace(path={"call_id": "c1"}, query={}, audit=refused)
    page, press = CallPage(visit), SimpleNamespace(args=1.5)
    await page._change_original(press)  # type: ignore[arg-type]
    assert page._original is False
