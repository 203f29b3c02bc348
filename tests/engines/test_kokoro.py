"""The real Kokoro, its Chinese understood by the real Whisper through mu-law."""

import audioop
import logging
import time
from pathlib import Path

import numpy as np
import pytest
from pypinyin import lazy_pinyin
from rapidfuzz.distance import Levenshtein

from asr_tts import loudness, telephone_wav, weights
from asr_tts.engines.kokoro import Kokoro, reader, spelled
from asr_tts.engines.pyttsx3 import Pyttsx3
from asr_tts.engines.whisper import Whisper
from asr_tts.prompt_cache import PromptCache
from asr_tts.recognition import Question
from asr_tts.synthesis import Mouth, Synthesiser, open_mouth
from models.errors import OperatorFault
from tests.engines.spoken import spoken_by

pytestmark = pytest.mark.engine
SENTENCES = [
    "我想查询一下我的账户余额。",
    "您的订单已经发货，预计明天下午送到。",
    "请稍等，正在为您转接人工客服。",
    "我们的营业时间是早上九点到晚上六点。",
]


@pytest.fixture(scope="module")
def kokoro() -> Kokoro:
    return Kokoro()


def syllables(text: str) -> list[str]:
    """Without tones and punctuation, digits as words: what is left to be wrong is what a caller would mishear."""
    return lazy_pinyin("".join("零一二三四五六七八九"[int(c)] if c.isdecimal() else c for c in text if c.isalnum()))


def share_misheard(engine: Synthesiser, ears: Whisper) -> float:
    """Syllables that the recogniser gets wrong through a telephone, 0-1 (or more, where it hears what isn't there)."""
    wrong = total = 0
    for sentence in SENTENCES:
        sound = engine.speak(sentence, engine.voices["zh"][0])
        samples = loudness.for_telephone(sound.samples, sound.rate)
        around = np.concatenate([np.zeros(2400, np.int16), samples, np.zeros(1200, np.int16)])
        heard = np.frombuffer(audioop.ulaw2lin(audioop.lin2ulaw(around.tobytes(), 2), 2), np.int16)
        wrong += Levenshtein.distance(syllables(sentence), syllables(ears.recognise(heard, Question("zh")).text))
        total += len(syllables(sentence))
    return wrong / total


def test_its_chinese_is_understood_three_times_better_than_that_of_espeak(kokoro: Kokoro) -> None:
    """Ten sentences (2026-11): 3.7 % of the syllables against 39 %, and over 100 % without pinyin."""
    ears = Whisper(weights.find("whisper-base"))
    misheard = share_misheard(kokoro, ears)
    assert misheard <= 0.10
    assert misheard * 3 <= share_misheard(Pyttsx3(), ears) <= 0.70


def test_a_first_clause_is_there_before_the_next_one_is_spoken(
    kokoro: Kokoro, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoken = spoken_by(kokoro, monkeypatch)
    clauses = Mouth([kokoro], PromptCache(tmp_path)).say("谢谢您的耐心等待。您的订单明天中午之前送到。", "zh")
    first = next(clauses)
    assert not first.last
    assert len(spoken) == 1
    assert [one.last for one in clauses] == [True]
    assert len(spoken) == 2
    samples = telephone_wav.read(first.path).astype(np.float32) / np.float32(32767)
    assert loudness.active_level(samples) == pytest.approx(loudness.ACTIVE_LEVEL, abs=1.0)


def test_one_thread_does_all_the_work(kokoro: Kokoro) -> None:
    process, thread = time.process_time(), time.thread_time()
    kokoro.speak("请问有什么可以帮您的吗", kokoro.voices["zh"][0])
    thread = time.thread_time() - thread
    assert time.process_time() - process < 1.3 * thread + 0.05


def test_a_clause_longer_than_the_model_takes_is_said_whole(kokoro: Kokoro, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = len(kokoro.speak("零一二三四五六七八九", "zf_xiaobei").samples)
    monkeypatch.setattr("asr_tts.engines.kokoro._LONGEST", 12)
    assert 0.8 * whole < len(kokoro.speak("零一二三四五六七八九", "zf_xiaobei").samples) < 4 * whole


def test_latin_letters_are_spelled_and_chinese_keeps_its_tones(tmp_path: Path) -> None:
    read = reader(tmp_path)
    assert read("您好") == "ni↗nxau↓"
    assert read("型号A") == f"{read('型号')} ˈA "
    assert spelled("vip") == " vˈi ˈI pˈi "


def test_it_loads_with_the_first_clause_unless_told_to_at_once(caplog: pytest.LogCaptureFixture) -> None:
    began = time.thread_time()
    lazy = Kokoro(at_once=False)
    assert time.thread_time() - began < 0.5
    with caplog.at_level(logging.WARNING):
        assert len(lazy.speak("您好", lazy.voices["zh"][0]).samples) > 2400
    assert caplog.text == ""


def test_weights_that_are_none_are_one_sentence_and_are_not_tried_for_every_clause(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "kokoro-v1.0.int8.onnx").write_bytes(b"no model")
    monkeypatch.setattr(weights, "find", lambda _name: tmp_path)
    lazy = Kokoro(at_once=False)
    for _ in range(2):
        with pytest.raises(OperatorFault, match=r"can't be loaded .*run `hotline models verify kokoro-82m`\.$"):
            lazy.speak("您好", "zf_xiaobei")
        (tmp_path / "kokoro-v1.0.int8.onnx").unlink(missing_ok=True)


@pytest.mark.parametrize(("left", "fault"), [(b"", "missing"), (b"noise" * 1000, "damaged")])
def test_a_voice_that_is_not_the_one_it_should_be_is_said_and_the_next_engine_speaks(
    left: bytes, fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if left:
        (tmp_path / "zf_xiaobei.bin").write_bytes(left)
    monkeypatch.setattr("asr_tts.engines.kokoro._VOICES", tmp_path)
    mouth, notes = open_mouth("kokoro", PromptCache(tmp_path / "prompts"), language="zh")
    assert mouth.name == "pyttsx3"
    [note] = notes
    assert f"is {fault}" in note
    assert note.endswith("; until then Chinese is spoken by espeak-ng, which callers hardly understand.")
