"""The material of the bench of endings: two halves that share no prompt."""

import hashlib

import pytest

from bench.endings import pauses, share


@pytest.mark.parametrize(("part", "remainder"), [("dev", 0), ("test", 1)])
def test_a_prompts_name_says_which_half_it_is_in(part: str, remainder: int) -> None:
    found = pauses(part)
    assert found
    assert {hashlib.md5(pause.name.encode()).digest()[0] % 2 for pause in found} == {remainder}


@pytest.mark.parametrize("part", ["dev", "test"])
def test_pauses_are_as_long_as_their_file_says(part: str) -> None:
    assert min(pause.end - pause.begin for pause in pauses(part)) >= 180 * 8
    assert {pause.inside for pause in pauses(part)} == {True, False}


def test_a_share_is_a_percentage_and_nothing_has_none() -> None:
    assert share([True, False, False, False]) == 25
    assert share([]) == 0
