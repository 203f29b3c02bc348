"""The real Korean Vosk model behind the streaming port. espeak-ng is its caller: crude, but intelligible to it."""

import numpy as np
import pytest

from asr_tts import weights
from asr_tts.choices import NO, YES, choose
from asr_tts.engines.vosk import Vosk
from asr_tts.recognition import Partial, Question, Samples, StreamingRecogniser, Transcript
from asr_tts.spoken_digits import digits_of
from bench.sounds import espeak

pytestmark = pytest.mark.engine
GREETING = "안녕하세요"


@pytest.fixture(scope="module")
def vosk() -> Vosk:
    recogniser = Vosk(weights.find("vosk-ko"))
    recogniser.warm_up()
    return recogniser


def spoken(text: str) -> Samples:
    """Said over a line, which is never quite still: in digital silence the model hears its own random dither alone."""
    said = np.concatenate([np.zeros(2400, np.int16), espeak(text, "ko"), np.zeros(3200, np.int16)])
    return np.asarray((said + np.random.default_rng(1).normal(0, 20, len(said))).clip(-32768, 32767), np.int16)


def hear(vosk: Vosk, samples: Samples, question: Question) -> tuple[list[Partial], Transcript]:
    hearing = vosk.listen(question)
    partials = [hearing.take(samples[at : at + 256]) for at in range(0, len(samples), 256)]
    return partials, hearing.finish()


def test_it_is_a_streaming_recogniser_of_its_models_language(vosk: Vosk) -> None:
    assert isinstance(vosk, StreamingRecogniser)
    assert vosk.language == "ko"


def test_text_comes_while_somebody_speaks(vosk: Vosk) -> None:
    partials, heard = hear(vosk, spoken("안녕하세요 감사합니다"), Question("ko"))
    texts = [partial.text for partial in partials if partial.text]
    assert len(set(texts)) >= 2
    assert heard.text
    assert heard.language == "ko"
    assert 0 < heard.confidence <= 1


def test_it_finds_the_end_by_itself(vosk: Vosk) -> None:
    samples = np.concatenate([spoken(GREETING), np.zeros(16000, np.int16)])
    partials, heard = hear(vosk, samples, Question("ko"))
    assert any(partial.is_end for partial in partials)
    assert heard.text == next(partial.text for partial in partials if partial.is_end)


def test_a_closed_question_hears_its_own_phrases_only(vosk: Vosk) -> None:
    question = Question("ko", "list", ("안녕하세요", "감사합니다"))
    for phrase in question.phrases:
        _, heard = hear(vosk, spoken(phrase), question)
        assert heard.text.split()[:1] == [phrase]


@pytest.mark.parametrize(("said", "answer"), [("네", YES), ("좋아요", YES), ("아니요", NO)])
def test_yes_or_no_is_heard_by_a_grammar_of_the_models_language(vosk: Vosk, said: str, answer: int) -> None:
    question = Question("ko", "yes_no")
    _, freely = hear(vosk, spoken(said), Question("ko"))
    _, heard = hear(vosk, spoken(said), question)
    assert choose(freely.text, question)[0] != answer
    assert choose(heard.text, question)[0] == answer


@pytest.mark.parametrize("level", [300, 2000])
@pytest.mark.parametrize("seconds", [0.6, 1.0, 2.0])
def test_hiss_is_neither_yes_nor_no(vosk: Vosk, level: int, seconds: float) -> None:
    hiss = np.random.default_rng(7).normal(0, level, round(8000 * seconds)).astype(np.int16)
    _, heard = hear(vosk, hiss, Question("ko", "yes_no"))
    assert (heard.text, heard.confidence) == ("", 0.0)


def test_a_dial_tone_is_neither_yes_nor_no(vosk: Vosk) -> None:
    tone = (8000 * np.sin(np.arange(6400) / 8000 * 2 * np.pi * 425)).astype(np.int16)
    assert hear(vosk, tone, Question("ko", "yes_no"))[1].text == ""


@pytest.mark.parametrize("said", [GREETING, "감사합니다", "주문을 취소하고 싶어요"])
def test_another_sentence_is_neither_yes_nor_no(vosk: Vosk, said: str) -> None:
    assert hear(vosk, spoken(said), Question("ko", "yes_no"))[1].text == ""


@pytest.mark.parametrize(("said", "digits"), [("이", "2"), ("삼", "3"), ("오", "5")])
def test_digits_are_heard_by_a_grammar_of_the_models_language(vosk: Vosk, said: str, digits: str) -> None:
    _, heard = hear(vosk, spoken(said), Question("ko", "digits"))
    assert digits_of(heard.text) == digits


@pytest.mark.parametrize(("said", "digits"), [("이 삼", "23"), ("삼 오", "35")])
def test_digits_in_a_row_are_heard_where_free_listening_hears_other_words(vosk: Vosk, said: str, digits: str) -> None:
    _, freely = hear(vosk, spoken(said), Question("ko"))
    _, heard = hear(vosk, spoken(said), Question("ko", "digits"))
    assert digits_of(freely.text) != digits
    assert digits_of(heard.text) == digits


def test_a_list_with_a_word_that_the_model_cannot_spell_is_listened_to_freely(vosk: Vosk) -> None:
    _, closed = hear(vosk, spoken(GREETING), Question("ko", "list", (GREETING,)))
    _, heard = hear(vosk, spoken(GREETING), Question("ko", "list", (GREETING, "zzyzx")))
    assert closed.text == GREETING
    assert heard.text != GREETING


def test_silence_has_no_words(vosk: Vosk) -> None:
    _, heard = hear(vosk, np.zeros(16000, np.int16), Question("ko"))
    assert heard.text == ""
