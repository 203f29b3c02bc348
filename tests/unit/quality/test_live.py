from datetime import date

import pytest

from models.call_note import CallAnswered, CallBegan, CallEnded, EventHappened, TurnChanged, TurnTaken
from quality.evidence import by_words_alone
from quality.live import LiveCalls
from quality.reading import loads

CARD = """
scorecard: live
languages: [en, zh]
rules:
  - {rule: rude, must_not: {says: {who: agent, phrases: {en: [idiot], zh: [笨蛋]}}}}
  - {rule: greeting, must: {says: {who: ours, first_s: 10, phrases: {en: [hello], zh: [您好]}}}}
  - {rule: bye, must: {says: {who: ours, phrases: {en: [bye], zh: [再见]}}}}
  - rule: calms
    must:
      after:
        each: {anger: {who: caller, over: 0.5}}
        this: {says: {who: ours, phrases: {en: [sorry], zh: [抱歉]}}}
        seconds: 10
  - {rule: quiet, live: false, must_not: {says: {who: agent, phrases: {en: [hello], zh: [您好]}}}}
  - {rule: lost, must_not: {happens: [agent-lost]}}
"""
TODAY = date(2026, 11, 21)


@pytest.fixture
def calls() -> LiveCalls:
    live = LiveCalls(by_words_alone)
    live.scorecards = [loads(CARD)]
    live.take(CallBegan("c", 0.0, "inbound", "1", "2", language="en"))
    live.take(CallAnswered("c", 100.0))
    return live


def _says(live, number, speaker, text, start, now=0.0, language="en"):
    live.take(TurnTaken("c", number, speaker, text, start, start + 1, language=language))
    return [alert.rule.name for alert in live.alerts("c", TODAY, now)]


def test_a_forbidden_word_is_told_of_when_it_falls(calls):
    assert _says(calls, 1, "agent", "Hello.", 0) == []
    calls.take(TurnTaken("c", 2, "agent", "You idiot.", 3.0, 4.0, language="en"))
    (alert,) = calls.alerts("c", TODAY, 4.0)
    assert (alert.rule.name, alert.evidence.words, alert.evidence.turn, alert.call_id) == ("rude", "idiot", 2, "c")


def test_it_is_told_of_in_chinese_as_well(calls):
    assert _says(calls, 1, "agent", "您好", 0, language="zh") == []
    assert _says(calls, 2, "agent", "你这个笨蛋", 3, language="zh") == ["rude"]


def test_the_same_words_are_told_of_once_and_new_ones_after_a_while(calls):
    assert _says(calls, 1, "agent", "Hello, you idiot.", 0, now=0) == ["rude"]
    assert _says(calls, 2, "caller", "What?", 3, now=100) == []
    assert _says(calls, 3, "agent", "idiot", 5, now=20) == []
    assert _says(calls, 4, "agent", "idiot", 9, now=90) == ["rude"]


def test_a_greeting_is_missing_once_its_time_is_over(calls):
    assert _says(calls, 1, "agent", "Yes?", 0) == []
    assert _says(calls, 2, "caller", "My parcel.", 5) == []
    assert _says(calls, 3, "agent", "Which?", 12) == ["greeting"]
    assert _says(calls, 4, "agent", "Well.", 15) == []


def test_what_may_still_come_is_not_missing(calls):
    assert _says(calls, 1, "agent", "Hello.", 0) == []
    assert _says(calls, 2, "agent", "Well.", 300) == []


def test_a_step_that_must_follow_is_missing_when_nothing_followed_in_time(calls):
    assert _says(calls, 1, "agent", "Hello.", 0) == []
    assert _says(calls, 2, "caller", "This is unacceptable, I am fed up!", 3) == []
    assert _says(calls, 3, "agent", "Your number?", 6) == []
    assert _says(calls, 4, "agent", "Your number, please?", 20) == ["calms"]


def test_a_turn_that_is_written_anew_replaces_the_former(calls):
    calls.take(TurnTaken("c", 1, "agent", "Hello, you idiot", 0.0, 2.0, language="en"))
    calls.take(TurnChanged("c", 1, text="Hello."))
    assert calls.alerts("c", TODAY, 0.0) == []


def test_an_event_can_break_a_rule(calls):
    assert calls.take(EventHappened("c", "e1", 105.0, "agent-lost"))
    (alert,) = calls.alerts("c", TODAY, 0.0)
    assert (alert.rule.name, alert.evidence.start) == ("lost", 5.0)


def test_a_call_that_is_over_is_forgotten(calls):
    calls.take(TurnTaken("c", 1, "agent", "idiot", 0.0, 1.0, language="en"))
    calls.take(CallEnded("c", 200.0, "caller-hung-up"))
    assert calls.alerts("c", TODAY, 0.0) == []
    assert not calls.take(TurnTaken("c", 2, "agent", "idiot", 0.0, 1.0))
