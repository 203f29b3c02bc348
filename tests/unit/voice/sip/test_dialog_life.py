"""The life of a dialog: every state can be reached, every one can end, nothing follows the end."""

import pytest

from models.life import ImpossibleMove
from voice.sip.dialog_life import DIALOG, Event, State


def test_every_state_is_reached_and_can_end():
    reached = {DIALOG.start} | set(DIALOG.table.values())
    assert reached == set(State)
    assert all(DIALOG.allows(state, Event.ENDED) for state in State if state is not State.OVER)


def test_nothing_follows_the_end():
    for event in Event:
        with pytest.raises(ImpossibleMove):
            DIALOG.next(State.OVER, event)


def test_an_answer_comes_once():
    answered = DIALOG.next(DIALOG.start, Event.ANSWERED)
    with pytest.raises(ImpossibleMove):
        DIALOG.next(answered, Event.ANSWERED)
