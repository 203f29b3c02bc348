from datetime import date

import pytest

from models.call_note import (
    CallAnswered,
    CallBegan,
    CallEnded,
    EventHappened,
    SpeechHeard,
    TurnChanged,
    TurnTaken,
)
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


def test_words_of_the_robot_that_were_heard_a_little_later_than_was_thought_are_not_told_of_again():
    live = LiveCalls(by_words_alone)
    live.scorecards = [loads(CARD.replace("who: agent, phrases: {en: [idiot]", "who: ours, phrases: {en: [idiot]"))]
    live.take(CallBegan("c", 0.0, "inbound", "1", "2", language="en"))
    assert _says(live, 1, "robot", "Hello. You are an idiot.", 5, now=6) == ["rude"]
    live.take(TurnChanged("c", 1, text="Hello. You are an idiot.", end_s=9.0, interrupted=False))
    assert _says(live, 2, "caller", "What?", 10, now=90) == []
    assert _says(live, 3, "robot", "An idiot.", 12, now=91) == ["rude"]


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


QUIET = """
scorecard: quiet
languages: [en, zh]
rules:
  - {rule: dead-air, tell: agent, must_not: {silence: {over_s: 6, whose: ours}}}
  - {rule: greeting, tell: agent, must: {says: {who: ours, first_s: 10, phrases: {en: [hello], zh: [您好]}}}}
  - {rule: rude, must_not: {says: {who: agent, phrases: {en: [idiot], zh: [笨蛋]}}}}
"""


@pytest.fixture
def quiet() -> LiveCalls:
    live = LiveCalls(by_words_alone)
    live.scorecards = [loads(QUIET)]
    live.take(CallBegan("c", 0.0, "inbound", "1", "2", language="en"))
    live.take(CallAnswered("c", 100.0))
    live.take(EventHappened("c", "e1", 100.0, "talk-began", {"agent": "Mary"}))
    return live


def _heard(live, number, speaker, text, start, end):
    live.hear(SpeechHeard("c", speaker, start))
    live.take(TurnTaken("c", number, speaker, text, start, end, language="en"))
    live.hear(SpeechHeard("c", speaker, start, end))


def _by_time(live, second):
    """What is told at this second of the call, while nothing happens."""
    found = [live.alerts(call, TODAY, second, 100.0 + second, timed=True) for call in live.look()]
    return [(alert.rule.name, alert.evidence) for alerts in found for alert in alerts]


def test_a_long_silence_is_told_of_while_it_lasts_and_once(quiet):
    _heard(quiet, 1, "agent", "Hello.", 0.0, 1.0)
    _heard(quiet, 2, "caller", "My parcel.", 2.0, 3.0)
    assert _by_time(quiet, 8.5) == []
    ((rule, evidence),) = _by_time(quiet, 9.5)
    assert (rule, evidence.start, evidence.value) == ("dead-air", 3.0, 6.5)
    assert _by_time(quiet, 12.0) == _by_time(quiet, 90.0) == []


def test_after_the_cool_down_the_next_silence_is_told_of(quiet):
    _heard(quiet, 1, "agent", "Hello.", 0.0, 1.0)
    _heard(quiet, 2, "caller", "My parcel.", 2.0, 3.0)
    assert len(_by_time(quiet, 10.0)) == 1
    _heard(quiet, 3, "caller", "Well?", 40.0, 41.0)
    assert _by_time(quiet, 50.0) == []
    _heard(quiet, 4, "caller", "Are you there?", 80.0, 81.0)
    assert [rule for rule, _ in _by_time(quiet, 90.0)] == ["dead-air"]


def test_while_somebody_speaks_there_is_no_silence_and_nothing_is_missing(quiet):
    _heard(quiet, 1, "caller", "Yes?", 0.0, 1.0)
    quiet.hear(SpeechHeard("c", "agent", 5.0))
    assert _by_time(quiet, 30.0) == []
    quiet.take(TurnTaken("c", 2, "agent", "Well, hello", 5.0, 31.0, language="en"))
    quiet.hear(SpeechHeard("c", "agent", 5.0, 31.0))
    assert _by_time(quiet, 33.0) == []


def test_who_waits_for_an_agent_is_not_in_silence(quiet):
    _heard(quiet, 1, "agent", "Hello.", 0.0, 1.0)
    _heard(quiet, 2, "caller", "A human, please.", 2.0, 3.0)
    quiet.take(EventHappened("c", "e2", 103.5, "handover", {"verb": "enqueue"}))
    assert _by_time(quiet, 60.0) == []
    quiet.take(EventHappened("c", "e3", 161.0, "talk-began", {"agent": "Mary"}))
    assert _by_time(quiet, 63.0) == []
    assert [rule for rule, _ in _by_time(quiet, 68.0)] == ["dead-air"]


def test_what_did_not_come_in_time_is_told_of_although_nobody_speaks(quiet):
    _heard(quiet, 1, "agent", "Yes?", 0.0, 1.0)
    _heard(quiet, 2, "agent", "What is it?", 4.0, 5.0)
    assert _by_time(quiet, 9.0) == []
    assert "greeting" in [rule for rule, _ in _by_time(quiet, 10.5)]


def test_where_nobody_listens_nobody_knows_of_silences(quiet):
    quiet.take(TurnTaken("c", 1, "robot", "Hello.", 0.0, 1.0, language="en"))
    assert quiet.look() == []


def test_the_agent_hears_a_tone_for_rules_that_say_so_and_not_twice_in_a_row(quiet):
    _heard(quiet, 1, "agent", "Yes, idiot?", 0.0, 1.0)
    (rude,) = quiet.alerts("c", TODAY, 1.0, 101.0)
    assert (rude.rule.name, rude.tone) == ("rude", False)
    _heard(quiet, 2, "caller", "What?", 2.0, 3.0)
    (silence, greeting) = quiet.alerts("c", TODAY, 11.0, 111.0)
    assert (silence.rule.name, silence.tone, silence.agent) == ("dead-air", True, "Mary")
    assert (greeting.rule.name, greeting.tone) == ("greeting", False)


def test_a_scorecard_for_a_queue_applies_once_the_call_is_there(calls):
    calls.scorecards = [loads(CARD.replace("rules:", "applies: {queues: [billing], agents: ['201']}\nrules:", 1))]
    assert _says(calls, 1, "agent", "Hello, idiot.", 0) == []
    assert calls.placed("c", queue="billing")
    assert _says(calls, 2, "agent", "You idiot.", 3) == []
    assert calls.placed("c", queue="billing", agent="201", team="north")
    (alert,) = calls.alerts("c", TODAY, 4.0)
    assert (alert.rule.name, alert.queue, alert.agent, alert.team) == ("rude", "billing", "201", "north")
    assert not calls.placed("c", queue="billing", agent="201", team="north")


def test_a_scorecard_for_a_campaign_applies_to_its_calls(calls):
    calls.scorecards = [loads(CARD.replace("rules:", "applies: {campaigns: [spring]}\nrules:", 1))]
    assert _says(calls, 1, "agent", "Hello, idiot.", 0) == []
    calls.take(EventHappened("c", "e1", 101.0, "attempt", {"attempt": "a", "campaign": "spring"}))
    assert [alert.rule.name for alert in calls.alerts("c", TODAY, 4.0)] == ["rude"]
