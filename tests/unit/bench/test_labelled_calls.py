from dataclasses import replace

import numpy as np
import pytest

from asr_tts.transcription import PAUSE_MS
from bench import labelled_calls
from bench.findings import KINDS
from bench.labelled_calls import QUIET_S, REQUIRED, Half, calls, scorecard
from quality.conditions import Says
from quality.conversation import GOES_ON_S

HALVES: tuple[Half, ...] = ("dev", "test")


@pytest.fixture(autouse=True)
def _tones(monkeypatch):
    """Sentences are as long as people take for them, and are tones: nobody speaks here."""

    def say(text, language, voice, pace=1.0):
        seconds = len(text) * (0.24 if language == "zh" else 0.07)
        return (4000 * np.sin(np.arange(round(8000 * seconds)) / 3)).astype(np.int16)

    monkeypatch.setattr(labelled_calls, "say", say)


def _texts(node) -> set[str]:
    if isinstance(node, str):
        return {node}
    inner = node.values() if isinstance(node, dict) else node
    return {text for each in inner for text in _texts(each)}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_halves_share_no_sentence_no_voice_and_no_rule_to_be_found_by_words(language):
    dev, test = (labelled_calls.sentences(half)[language] for half in HALVES)
    listening = set(dev["backchannel"]) | set(test["backchannel"])
    assert _texts(dev) & _texts(test) <= listening
    assert set(REQUIRED["dev"]) & set(REQUIRED["test"]) == set()
    assert not set.intersection(*(_forbidden(half, language) for half in HALVES))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_names_are_tuned_on_is_not_in_the_test_half(language):
    named, test = (labelled_calls.sentences(half)[language] for half in ("named", "test"))
    own = {text for rule in REQUIRED["named"] for text in _texts(named[rule])}
    assert len(own) == 6 * 15
    assert not own & _texts(test)
    assert not set(REQUIRED["named"]) & set(REQUIRED["test"])
    assert [rule.name for rule in scorecard("named").rules] == list(REQUIRED["named"])


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("half", ["test", "fresh"])
def test_what_spread_sentences_are_tuned_on_is_not_in_what_is_reported(half, language):
    spread, reported = (labelled_calls.sentences(one)[language] for one in ("spread", half))
    own = {text for rule in (*REQUIRED["spread"], "opening") for text in _texts(spread[rule])}
    assert len(own) == 4 * (8 + 2) + 14 + 9 + 9 + 9 + 8
    assert not own & _texts(reported)
    assert not set(spread["voices"]["agent"]) & set(reported["voices"]["agent"])
    assert not set(REQUIRED["spread"]) & set(REQUIRED[half])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_sentence_over_two_turns_has_a_pause_that_ends_a_turn_and_none_in_which_more_than_yes_is_said(language):
    pauses = 0
    for call in calls("spread", language, 12):
        said = [one for one in sentences_over_two(language) if f": {one[0]};" in f"{call.plan};"]
        agents = [one for one in call.truth if one.speaker == "agent"]
        for first, rest in said:
            at = next(place for place, one in enumerate(agents) if one.text == first)
            assert agents[at + 1].text == rest
            assert PAUSE_MS / 1000 < agents[at + 1].start - agents[at].end < GOES_ON_S
            assert call.conversation.turns[0].text == "", "what was said is known to the bench alone"
            heard = replace(call.conversation, turns=call.truth)
            assert heard.going_on[agents[at].number] == agents[at + 1]
            pauses += 1
    assert pauses > 3


def sentences_over_two(language):
    texts = (
        text
        for rule in (*REQUIRED["spread"], "opening")
        for text in _texts(labelled_calls.sentences("spread")[language][rule])
    )
    return [tuple(parts) for parts in map(labelled_calls.parts_of, texts) if len(parts) == 2]


def test_a_rule_is_broken_where_only_the_caller_says_what_the_agent_must():
    said = 0
    for call in calls("spread", "en", 30):
        for rule in REQUIRED["spread"]:
            own = set(labelled_calls.sentences("spread")["en"][rule]["caller"])
            said += (by_caller := bool(own & {one.text for one in call.truth if one.speaker == "caller"}))
            assert not by_caller or rule in call.broken
    assert said > 5


def _forbidden(half: Half, language: str) -> set[str]:
    (says,) = (rule.must_not for rule in scorecard(half).rules if rule.name == "words")
    assert isinstance(says, Says)
    return set(says.phrases[language])


@pytest.mark.parametrize("half", HALVES)
def test_every_rule_is_of_a_kind_and_half_the_calls_break_it_half_keep_it(half):
    assert {rule.name for rule in scorecard(half).rules} <= set(KINDS)
    made = list(calls(half, "en", 40))
    for rule in scorecard(half).rules:
        assert 8 <= sum(rule.name in call.broken for call in made) <= 32


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_call_is_the_same_each_time_and_its_silence_is_as_long_as_it_says(language):
    for half in HALVES:
        for one, again in zip(calls(half, language, 12), calls(half, language, 12), strict=True):
            assert (one.plan, one.broken) == (again.plan, again.broken)
            assert np.array_equal(one.sound.caller, again.sound.caller)
            assert ("s of silence, over" in one.plan) is ("quiet" in one.broken)
            longest = _longest_silence(one.sound.caller, one.sound.ours)
            if "quiet" in one.broken:
                assert longest > QUIET_S[half]


def _longest_silence(*channels) -> float:
    """By the power of every tenth of a second: line noise is softer than the softest voice."""
    size = 800
    windows = [channel[: len(channel) // size * size].astype(float).reshape(-1, size) for channel in channels]
    loud = np.max([np.sqrt((one**2).mean(axis=1)) for one in windows], axis=0) > 800
    return float(np.diff(np.flatnonzero(loud)).max() * 0.1)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("half", ["dev", "hard", "named", "several", "spread", "test"])
def test_the_fresh_half_shares_no_sentence_of_its_own_and_no_agents_voice_with_another(half, language):
    fresh, other = (labelled_calls.sentences(one)[language] for one in ("fresh", half))
    own = {text for rule in (*REQUIRED["fresh"], "opening") for text in _texts(fresh[rule])}
    assert len(own) == (4 * 2 * 6 + 4) + 12
    assert not own & _texts(other)
    assert not set(fresh["voices"]["agent"]) & set(other["voices"]["agent"])
    assert not set(REQUIRED["fresh"]) & set(REQUIRED[half])
