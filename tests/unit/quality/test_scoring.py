from datetime import date

from quality.conditions import Measured, Says
from quality.conversation import Conversation, Turn
from quality.evidence import Subject
from quality.scorecard import Applies, Rule, Scorecard
from quality.scoring import score


def _subject(*texts, over=True) -> Subject:
    turns = tuple(Turn(number, "agent", text, number, number + 0.5) for number, text in enumerate(texts))
    return Subject(Conversation("c", 10.0, turns, over=over))


def _says(*words) -> Says:
    return Says("agent", {"en": words})


HELLO = Rule("hello", {}, must=_says("hello"), section="opening", weight=30)
BYE = Rule("bye", {}, must=_says("bye"), section="closing", weight=10)
CARE = Rule("care", {}, must=_says("sorry"), when=_says("broken"), section="closing", weight=10)
RUDE = Rule("rude", {}, must_not=_says("idiot"), fatal=True)


def test_the_score_is_the_share_of_the_weights_that_was_kept():
    scored = score(Scorecard("s", (HELLO, BYE)), _subject("hello"))
    assert (scored.points, scored.broken, scored.good) == (75.0, ("bye",), False)
    assert scored.sections == {"opening": 100.0, "closing": 0.0}


def test_a_rule_that_does_not_apply_counts_for_nothing():
    scored = score(Scorecard("s", (HELLO, CARE)), _subject("hello"))
    assert (scored.points, scored.good) == (100.0, True)
    assert [one.outcome for one in scored.findings] == ["kept", "not-applicable"]
    assert score(Scorecard("s", (HELLO, CARE)), _subject("hello", "broken")).points == 75.0


def test_a_fatal_fault_makes_the_whole_score_nothing():
    scored = score(Scorecard("s", (HELLO, RUDE)), _subject("hello", "you idiot"))
    assert (scored.points, scored.fatal) == (0.0, True)
    assert scored.findings[1].evidence[0].words == "idiot"


def test_where_no_rule_applies_there_is_no_score():
    scored = score(Scorecard("s", (CARE,)), _subject("hello"))
    assert (scored.points, scored.good) == (None, False)


def test_what_must_come_is_not_missing_before_the_call_is_over():
    card = Scorecard("s", (HELLO, BYE, RUDE))
    running = score(card, _subject("hello", "you idiot", over=False))
    assert [one.outcome for one in running.findings] == ["kept", "not-applicable", "broken"]


def test_a_broken_rule_that_was_due_for_a_reason_shows_the_reason():
    scored = score(Scorecard("s", (CARE,)), _subject("it is broken"))
    assert scored.findings[0].evidence[0].words == "broken"


def test_that_a_call_was_long_is_no_place_where_a_rule_was_broken():
    long = Rule("more", {}, must=_says("anything else"), when=Measured("length", over=1.0))
    found = score(Scorecard("s", (long,)), _subject("hello")).findings[0]
    assert (found.outcome, found.evidence) == ("broken", ())


def test_a_scorecard_is_for_the_calls_it_names():
    agents = Conversation("c", 1, (), queue="billing", agents=("201",), team="blue")
    robot = Conversation("c", 1, (), flow="reception")
    day = date(2026, 11, 21)
    assert Applies().to(robot, day)
    assert Applies(queues=("billing",), talks=("agent",), teams=("blue", "red")).to(agents, day)
    assert not Applies(queues=("billing",)).to(robot, day)
    assert not Applies(talks=("agent",)).to(robot, day)
    assert Applies(talks=("robot",), flows=("reception",)).to(robot, day)
    assert Applies(agents=("202", "201")).to(agents, day)
    assert not Applies(agents=("202",)).to(agents, day)
    assert not Applies(since=date(2026, 12, 1)).to(robot, day)
    assert not Applies(until=date(2026, 11, 20)).to(robot, day)
