"""Bounds are chosen by the worse of the precision and recall that calls would have."""

from dataclasses import replace

from bench.heard_sentences import as_said
from bench.labelled_calls import scorecard
from bench.meaning_bounds import PARTS, Case, _pieces, fitted, rates
from quality.bounds import Bounds
from quality.meaning import Likely
from quality.meant import TOGETHER

NOW = Bounds(alike=0.5, unlike=0.0, usual=0.0, otherwise=0.03)


def case(what, mine, other=0.0, others=()):
    return Case(what, (Likely(mine, other, 0.0, 0.0),), tuple(Likely(one, 0.0, 0.0, 0.0) for one in others))


def test_what_is_missed_costs_precision_and_what_is_taken_wrongly_costs_recall():
    perfect = [case("kept", 0.9), case("near", 0.2), case("other", 0.1)]
    assert rates(perfect, NOW)[:2] == (1.0, 1.0)
    missed = [*perfect, case("kept", 0.3)]
    assert rates(missed, NOW)[0] < 1.0 == rates(missed, NOW)[1]
    taken = [*perfect, case("near", 0.8)]
    assert rates(taken, NOW)[1] < 1.0 == rates(taken, NOW)[0]


def test_a_bound_moves_to_where_both_are_told_apart_and_no_further():
    cases = [case("kept", 0.47), case("near", 0.41), case("other", 0.1)]
    assert fitted(cases, NOW).alike == 0.46
    assert fitted([case("kept", 0.9), case("near", 0.2), case("other", 0.1)], NOW) == NOW


def test_what_else_was_heard_counts_only_where_the_text_is_near():
    assert case("kept", 0.45, others=(0.6,)).told(NOW)
    assert not case("kept", 0.2, others=(0.6,)).told(NOW)
    assert not case("kept", 0.45, others=(0.52,)).told(NOW), "it has to be liker by so much"


def test_where_a_rule_looks_at_a_short_stretch_so_much_less_is_enough():
    assert not case("kept", 0.46).told(NOW)
    assert replace(case("kept", 0.46), expected=0.05).told(NOW)


def test_what_is_said_over_two_turns_is_compared_as_one_sentence_too():
    assert _pieces(["If you cancel early.", "There is a fee. Is that clear?"], "en") == (
        ["If you cancel early.", "There is a fee.", " Is that clear?"],
        ["If you cancel early, There is a fee."],
    )


def test_what_is_said_over_two_turns_must_be_liker():
    spread = replace(case("kept", 0.1), spread=case("kept", NOW.alike + TOGETHER + 0.01).heard)
    assert spread.told(NOW)
    assert not replace(spread, spread=case("kept", NOW.alike + TOGETHER - 0.01).heard).told(NOW)


def test_every_sentence_of_a_development_part_is_said_once_and_of_a_rule_that_it_has():
    for half in PARTS:
        rules = {rule.name for rule in scorecard(half).rules}
        found = as_said(half, "zh")
        assert len({(one.rule, one.kind, one.said) for one in found}) == len(found) > 30
        assert {one.rule for one in found} - {""} <= rules
    assert ("如果行情不好，", "您的本金可能会受损失。") in {one.text for one in as_said("spread", "zh")}
