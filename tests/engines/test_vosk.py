"""The real Korean Vosk model behind the streaming port. espeak-ng is its caller: crude, but intelligible to it."""

import numpy as np
import pytest

from asr_tts import weights
from asr_tts.engines.vosk import Vosk
from asr_tts.recognition import Partial, Question, Samples, StreamingRecogniser, Transcript
from bench.sounds import espeak

pytestmark = pytest.mark.engine
GREETING = "안녕하세요"


@pytest.fixture(scope="module")
def vosk() -> Vosk:
    recogniser = Vosk(weights.find("vosk-ko"))
    recogniser.warm_up()
    return recogniser


def spoken(text: str) -> Samples:
    return np.concatenate([np.zeros(2400, np.int16), espeak(text, "ko"), np.zeros(3200, np.int16)])


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


def test_silence_has_no_words(vosk: Vosk) -> None:
    _, heard = hear(vosk, np.zeros(16000, np.int16), Question("ko"))
    assert heard.text == ""
