"""What a synthesiser was asked to speak, in its order."""

import pytest

from asr_tts.synthesis import Sound, Synthesiser


def spoken_by(engine: Synthesiser, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what `engine` speaks from now on; it speaks it all the same."""
    speak, spoken = engine.speak, list[str]()

    def noted(words: str, voice: str, pace: float = 1.0) -> Sound:
        spoken.append(words)
        return speak(words, voice, pace)

    monkeypatch.setattr(engine, "speak", noted)
    return spoken
