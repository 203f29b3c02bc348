"""Intents that can't be told apart: by a share of their examples, so that who writes many isn't refused for one."""

from dataclasses import replace

import pytest

from bench.trades import trades
from dialplans.understanding import confusable


@pytest.mark.parametrize(("language", "trade"), [("en", "hotel"), ("zh", "gym")])
def test_eight_different_intents_with_twenty_examples_each_are_told_apart(language: str, trade: str) -> None:
    assert confusable(trades(language, 20)[trade].intents, language) == []


@pytest.mark.parametrize(("language", "again"), [("en", "{} as well"), ("zh", "{}这种情况")])
def test_a_fifth_of_an_intents_examples_that_are_anothers_make_two_confusable(language: str, again: str) -> None:
    by_name = {one.name: one for one in trades(language, 10)["gym"].intents}
    pause, pool = by_name["pause"], by_name["facilities"]
    copies = tuple(again.format(text.rstrip("?.")) for text in pause.examples[language][1:3])
    own = pool.examples[language]
    both = replace(pool, examples={language: (*copies, *own[:8])})
    (found,) = confusable([pause, both], language)
    assert {found.intent, found.other} == {"pause", "facilities"}
    one = replace(pool, examples={language: (copies[0], *own[:9])})
    assert confusable([pause, one], language) == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_one_example_that_two_intents_have_makes_them_confusable(language: str) -> None:
    hours, pool = (one for one in trades(language, 20)["gym"].intents if one.name in ("opening", "facilities"))
    shared = hours.examples[language][-1]
    both = replace(pool, examples={language: (*pool.examples[language], shared)})
    assert [one.example for one in confusable([hours, both], language)] == [shared]
