"""Makes the recordings anew: `python -m asr_tts.recorded_prompts.render`; run by a developer, never by the line."""

from asr_tts import telephone_wav
from asr_tts.loudness import for_telephone
from asr_tts.recorded_prompts import SENTENCES, recording
from asr_tts.synthesis import Synthesiser


def render(voices: dict[str, Synthesiser]) -> None:
    """Speak every sentence with the engine given for its language, over the file that is there."""
    for language, engine in voices.items():
        for name, sentence in SENTENCES[language].items():
            sound = engine.speak(sentence, engine.voices[language][0])
            samples = for_telephone(sound.samples, sound.rate)
            recording(name, language).write_bytes(telephone_wav.as_bytes(samples))


if __name__ == "__main__":
    from asr_tts.engines.kokoro import Kokoro
    from asr_tts.engines.piper import Piper

    render({"en": Piper(), "zh": Kokoro()})
