"""The mouth before an engine that hums."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from asr_tts import loudness, synthesis, telephone_wav
from asr_tts.prompt_cache import PromptCache
from asr_tts.stand_in import MISSED, Voice
from asr_tts.synthesis import Mouth, Sound, open_mouth
from models.errors import CannotDo, OperatorFault, OurFault

RATE = 22050


class Hum:
    """Says each word as 100 ms of a 440 Hz tone between 300 ms of silence."""

    version = "1"

    def __init__(self, name: str = "hum", languages: tuple[str, ...] = ("en",), works: bool = True) -> None:
        self.name, self.works = name, works
        self.voices: Mapping[str, Sequence[str]] = dict.fromkeys(languages, (f"{name}-low", f"{name}-high"))
        self.said: list[tuple[str, str]] = []
        self.paces: list[float] = []

    def speak(self, words: str, voice: str, pace: float = 1.0) -> Sound:
        self.said.append((words, voice))
        self.paces.append(pace)
        if not self.works:
            raise OurFault("It has lost its voice.")
        time = np.arange(RATE // 10 * len(words.split())) / RATE
        silence = np.zeros(RATE * 3 // 10, np.float32)
        tone = (0.9 * np.sin(2 * np.pi * 440 * time)).astype(np.float32)
        return Sound(np.concatenate([silence, tone, silence]), RATE)


@pytest.fixture
def cache(tmp_path: Path) -> PromptCache:
    return PromptCache(tmp_path)


def test_each_clause_is_there_before_the_next_is_spoken(cache: PromptCache) -> None:
    hum = Hum()
    clauses = Mouth([hum], cache).say("Thank you for calling. How can I help you?", "en")
    first = next(clauses)
    assert (first.index, first.last, len(hum.said)) == (0, False, 1)
    assert telephone_wav.samples_in(first.path) == first.samples
    assert [(clause.index, clause.last) for clause in clauses] == [(1, True)]


def test_a_text_said_before_needs_no_engine(cache: PromptCache) -> None:
    once = list(Mouth([Hum()], cache).say("Thank you for calling. How can I help you?", "en"))
    hum = Hum()
    assert list(Mouth([hum], cache).say("Thank you for calling. How can I help you?", "en")) == once
    assert hum.said == []


def test_the_server_finds_what_the_worker_said(cache: PromptCache) -> None:
    once = list(Mouth([Hum()], cache).say("Please hold.", "en"))
    assert PromptCache(cache.directory).lookup("Please hold.", "en") == once


def test_an_interrupted_text_is_not_taken_for_a_whole_one(cache: PromptCache) -> None:
    next(Mouth([Hum()], cache).say("Thank you for calling. How can I help you?", "en"))
    assert cache.lookup("Thank you for calling. How can I help you?", "en") is None


def test_a_damaged_clause_is_rendered_again(cache: PromptCache) -> None:
    mouth = Mouth([Hum()], cache)
    (clause,) = mouth.say("Please hold.", "en")
    clause.path.write_bytes(b"RIFF")
    assert list(mouth.say("Please hold.", "en")) == [clause]
    assert telephone_wav.samples_in(clause.path) == clause.samples


def test_the_engine_gets_words_not_figures(cache: PromptCache) -> None:
    hum = Hum()
    list(Mouth([hum], cache).say("Press 1.", "en"))
    assert hum.said == [("Press one.", "hum-low")]


def test_a_named_voice_goes_to_the_engine_that_has_it(cache: PromptCache) -> None:
    first, second = Hum("first"), Hum("second")
    list(Mouth([first, second], cache).say("Hello.", "en", "second-high"))
    assert (first.said, second.said) == ([], [("Hello.", "second-high")])


def test_an_unknown_voice_is_the_default_one(cache: PromptCache) -> None:
    hum = Hum()
    list(Mouth([hum], cache).say("Hello.", "en", "nobody"))
    assert hum.said == [("Hello.", "hum-low")]


def test_the_next_engine_speaks_where_the_best_one_fails(cache: PromptCache) -> None:
    second = Hum("second")
    list(Mouth([Hum("first", works=False), second], cache).say("Hello.", "en"))
    assert second.said == [("Hello.", "second-low")]


def test_a_language_nobody_speaks_is_one_sentence(cache: PromptCache) -> None:
    with pytest.raises(CannotDo, match=r"^Nothing can say this in 'zh' \(no synthesiser.*recorded prompts\.$"):
        list(Mouth([Hum()], cache).say("您好", "zh"))


def test_a_text_without_words_is_a_moment_of_silence(cache: PromptCache) -> None:
    hum = Hum()
    for text in ("", "...", "！"):
        (clause,) = Mouth([hum], cache).say(text, "en")
        assert (clause.samples, clause.last) == (160, True)
        assert not telephone_wav.read(clause.path).any()
    assert hum.said == []


def test_speech_is_levelled_trimmed_and_faded(cache: PromptCache) -> None:
    (clause,) = Mouth([Hum()], cache).say("one two three four five", "en")
    samples = telephone_wav.read(clause.path).astype(np.float32) / np.float32(32767)
    assert loudness.active_level(samples) == pytest.approx(loudness.ACTIVE_LEVEL, abs=0.7)
    assert 0.5 * 8000 < len(samples) < 0.6 * 8000
    assert abs(samples[0]) < 0.001 > abs(samples[-1])


def test_nobody_waits_through_the_silence_before_the_first_word_and_its_soft_beginning_stays() -> None:
    tone = np.sin(np.arange(4000) / 4).astype(np.float32)
    soft = 0.03 * tone[:800]
    for silence in (0, 1234, 4000):
        out = loudness.for_telephone(np.concatenate([np.zeros(silence, np.float32), soft, tone]), 8000) / 32767
        power = (out[: len(out) // 80 * 80].reshape(-1, 80) ** 2).mean(axis=1)
        full = int(np.argmax(power > 0.3 * power.max()))
        assert 10 <= full <= 11, "5 ms before, up to one frame of 10 ms, and 100 ms of the soft beginning"


def test_a_pause_follows_a_sentence_but_not_the_last(cache: PromptCache) -> None:
    first, last = Mouth([Hum()], cache).say("One two three. One two three four five six.", "en")
    tail = telephone_wav.read(first.path)[-2400:]
    assert not tail.any()
    assert telephone_wav.read(last.path)[-480:].any()


def test_a_loud_plosive_is_bent_below_the_peak() -> None:
    rng = np.random.default_rng(1)
    speech = rng.normal(0, 0.05, 8000).astype(np.float32)
    speech[4000:4010] = 1.0
    out = loudness.for_telephone(speech, 8000)
    assert np.abs(out).max() <= loudness.PEAK * 32767 + 1


def test_nothing_above_the_telephone_band_folds_back() -> None:
    time = np.arange(RATE) / RATE
    speech = np.sin(2 * np.pi * 300 * time) + np.sin(2 * np.pi * 5000 * time)
    out = loudness.for_telephone(speech.astype(np.float32), RATE).astype(float)[400:-400]
    spectrum = np.abs(np.fft.rfft(out * np.hanning(len(out))))
    hertz = np.fft.rfftfreq(len(out), 1 / 8000)
    folded = spectrum[(hertz > 2900) & (hertz < 3100)].max()
    assert 20 * np.log10(folded / spectrum.max()) < -70


@pytest.mark.parametrize(
    ("own", "loaded"),
    [
        ("en", ["own", "kokoro", "pyttsx3"]),
        ("zh", ["own", "piper", "kokoro", "pyttsx3"]),
        ("", ["piper", "kokoro", "pyttsx3"]),
    ],
)
def test_a_voice_of_ones_own_comes_first_and_english_is_never_lost(
    cache: PromptCache, monkeypatch: pytest.MonkeyPatch, own: str, loaded: list[str]
) -> None:
    def load(name: Voice, voice: str, language: str) -> Hum:
        if name == "own" and not own:
            raise OperatorFault(f"The Piper voice {voice} can't be loaded.")
        return Hum(name, (own,) if name == "own" else MISSED[name])

    monkeypatch.setattr(synthesis, "_load", load)
    mouth, notes = open_mouth("piper", cache, "amy")
    assert [engine.name for engine in mouth.engines] == loaded
    instead = "until then English is spoken by Piper's default voice, and Chinese is spoken by Kokoro"
    assert notes == ([] if own else [f"The Piper voice amy can't be loaded; {instead}."])


ESPEAK = "Chinese is spoken by espeak-ng, which callers hardly understand"
NOBODY = "nothing speaks {} and its callers hear recorded prompts only"


@pytest.mark.parametrize(
    ("missing", "instead"),
    [
        ({"kokoro"}, [ESPEAK]),
        ({"piper"}, ["English is spoken by espeak-ng"]),
        ({"piper", "kokoro"}, ["English is spoken by espeak-ng", ESPEAK]),
        ({"pyttsx3"}, ["nothing stands in for the other voices"]),
        ({"kokoro", "pyttsx3"}, [NOBODY.format("Chinese")] * 2),
        (
            {"piper", "kokoro", "pyttsx3"},
            [NOBODY.format("English"), NOBODY.format("Chinese"),
             f"{NOBODY.format('English')}, and {NOBODY.format('Chinese')}"],
        ),
    ],
)  # fmt: skip
def test_a_missing_voice_is_said_with_the_one_that_speaks_instead(
    cache: PromptCache, monkeypatch: pytest.MonkeyPatch, missing: set[str], instead: list[str]
) -> None:
    def load(name: Voice, voice: str, language: str) -> Hum:
        if name in missing:
            raise OperatorFault(f"There is no {name}; install it.")
        return Hum(name, MISSED[name])

    monkeypatch.setattr(synthesis, "_load", load)
    _, notes = open_mouth("piper", cache)
    assert [note.partition("; install it; until then ")[2] for note in notes] == [f"{one}." for one in instead]


def test_the_same_engine_missing_for_two_voices_is_said_once(
    cache: PromptCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(name: Voice, voice: str, language: str) -> Hum:
        if name in ("own", "piper"):
            raise OperatorFault("Piper is not installed.")
        return Hum(name, MISSED[name])

    monkeypatch.setattr(synthesis, "_load", load)
    assert open_mouth("piper", cache, "amy")[1] == [
        "Piper is not installed; until then English is spoken by espeak-ng, and Chinese is spoken by Kokoro."
    ]


def test_no_synthesiser_wanted_gives_a_mouth_without_a_voice(cache: PromptCache) -> None:
    mouth, notes = open_mouth("none", cache)
    assert (mouth.name, mouth.languages, notes) == ("", frozenset(), [])


def test_a_break_is_heard_as_silence_of_its_length(cache: PromptCache) -> None:
    mouth = Mouth([Hum()], cache)
    plain = sum(clause.samples for clause in mouth.say("Please wait here", "en"))
    broken = list(mouth.say("Please wait<break 700ms/> here", "en"))
    assert sum(clause.samples for clause in broken) == pytest.approx(plain + 0.7 * 8000, abs=1200)
    end = telephone_wav.read(broken[0].path)[-round(0.65 * 8000) :]
    assert not end.any()


def test_emphasis_is_slower_and_louder(cache: PromptCache) -> None:
    hum = Hum()
    _, stressed, _ = Mouth([hum], cache).say("Do <emphasis>not</emphasis> hang up", "en")
    usual, *_ = Mouth([hum], cache).say("not", "en")
    assert hum.paces[1] < 1 == hum.paces[0] == hum.paces[2]
    loud, quiet = (np.abs(telephone_wav.read(clause.path).astype(float)).max() for clause in (stressed, usual))
    assert 20 * np.log10(loud / quiet) == pytest.approx(3, abs=0.7)


def test_marks_are_never_spoken(cache: PromptCache) -> None:
    hum = Hum(languages=("en", "zh"))
    mouth = Mouth([hum], cache)
    for language, text in (
        ("en", "A <b>code</b> <spell>AB1</spell>"),
        ("zh", "<emphasis>编号</emphasis><spell>AB1</spell>"),
    ):
        list(mouth.say(text, language))
    assert not any(sign in words for words, _ in hum.said for sign in "<>/")
    assert len(hum.said) >= 2


class Slow(Hum):
    """A voice so slow that live text is cut between words."""

    def words(self, text: str) -> list[str]:
        return list(text)


LATE = "您的订单还没有送到，仓库说明天下午才能发货。"


def test_a_slow_voice_begins_live_with_less(cache: PromptCache) -> None:
    ahead, live = Slow(languages=("zh",)), Slow(languages=("zh",))
    next(Mouth([ahead], cache).say(LATE, "zh"))
    (whole, _), *_ = ahead.said
    first = next(Mouth([live], PromptCache(cache.directory / "other")).say(LATE, "zh", live=True))
    assert len(live.said[0][0]) < len(whole)
    assert not first.last


def test_who_waits_hears_what_was_begun_before_and_only_the_rest_is_made(cache: PromptCache) -> None:
    ahead = Mouth([Slow(languages=("zh",))], cache).say(LATE, "zh")
    begun = next(ahead)
    live = Slow(languages=("zh",))
    first, *rest = Mouth([live], cache).say(LATE, "zh", live=True)
    assert (first.path, first.last) == (begun.path, False)
    assert len(live.said) == len(rest) > 0
    assert "".join(words for words, _ in live.said) == LATE.partition("，")[2]
