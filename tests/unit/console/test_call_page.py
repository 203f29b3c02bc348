"""The page of one call: personal data are on the trail before anything shows them."""

from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest

from console.pages import call
from console.pages.call import CallPage
from console.phrases import Phrases
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


@pytest.mark.parametrize(
    ("note", "said"),
    [
        (
            "deleted by age on 2026-11-21",
            {"en": "older than recordings are kept", "zh": "已超过保存期限，于 2026-11-21 删除"},
        ),
        ("deleted on request on 2026-11-21", {"en": "as somebody asked for", "zh": "已应要求于 2026-11-21 删除"}),
        (
            "not found on 2026-11-21, when it was to be deleted by age",
            {"en": "to be deleted on 2026-11-21, but its file wasn't found", "zh": "2026-11-21 删除，但当时已找不到"},
        ),
        ("the disk was full", {"en": "About the recording: the disk was full", "zh": "关于录音：the disk was full"}),
    ],
)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_of_a_recording_that_was_deleted_the_page_says_when_and_why_in_its_language(note, said, language):
    phrases = Phrases.load()
    visit: Any = SimpleNamespace(say=lambda key, **fields: phrases.say(language, key, **fields))
    assert said[language] in call._recording_note(visit, note)
