"""Who finds persons in the tests of calls with them: whatever one test says, instead of queues."""

from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from dialplans.exchange import Done, Prompt, Say
from models.errors import CannotDo
from voice.back_office import BackOffice
from voice.loopback_phones import LoopbackPhones
from voice.people import Extension, Number, Shown, Where
from voice.phones import Phones

FLOW = """
languages: [en, zh]
commands: {operator: nothing}
steps:
  - step: welcome
    say: {en: Welcome., zh: 欢迎致电。}
  - step: hand
    transfer: billing
    unavailable: {en: Nobody is there., zh: 没有人在。}
    done: after
  - step: nothing
    hangup: {en: Goodbye., zh: 再见。}
  - step: after
    hangup: {en: "Thank you, that was all. Goodbye.", zh: 谢谢，再见。}
"""
SHOWN = Shown("5550142", "billing 0:42")
ANNA = Extension("anna")


def words(text: str, language: str = "en") -> Say:
    return Say((Prompt(text, language=language),), barge_in=False)


def find(dialled: str) -> Where | None:
    """The company's numbers: 201 and 202 are extensions, 3… outside, "billing" a queue."""
    extensions = {"201": "anna", "202": "ben", "203": "cleo"}
    if dialled in extensions:
        return Extension(extensions[dialled])
    if dialled == "billing":
        return None
    if dialled.startswith("3") or dialled == "000":
        return Number(dialled)
    raise CannotDo(f"There is no extension '{dialled}'.")


class Finder:
    """`People` by script; keeps what the script returned or raised."""

    def __init__(self, script: Callable[[Any], Awaitable[Any]]) -> None:
        self._script = script
        self.phones: Phones
        self.result: Any = None
        self.fault: BaseException | None = None

    async def take(self, guest: Any) -> Done:
        try:
            self.result = await self._script(guest)
        except BaseException as fault:
            self.fault = fault
            raise
        return self.result if isinstance(self.result, Done) else Done(True)


@asynccontextmanager
async def people_line(open_line, script, **options):
    """Open a line whose callers are handed to `script(guest)`; yields the line, the phones and the finder."""
    office = BackOffice()
    async with open_line(options.pop("flow", FLOW), office=office, **options) as line:
        phones = LoopbackPhones(line.media, line.speech)
        finder = Finder(script)
        office.people = finder
        office.phones = finder.phones = Phones(phones, line.media, line.speech, line.reception.shelf, ("carrier",))
        yield line, phones, finder
