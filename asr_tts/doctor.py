"""What can be wrong with ears and mouth before the first call: missing or damaged weights, engines not installed."""

import shutil
from collections.abc import Iterator
from importlib.util import find_spec

from asr_tts import weights
from models.doctor import Finding
from models.errors import OperatorFault
from models.settings import Settings

WITHOUT_EARS = "until then callers can use the keypad only"
WITHOUT_MOUTH = "until then callers hear recorded prompts only"


def examine(settings: Settings) -> Iterator[Finding]:
    """Yield what is found about recogniser, detector and synthesiser as configured."""
    speech = settings.speech
    if speech.recogniser == "none":
        yield Finding("warning", "speech", 'Callers can use the keypad only: [speech] recogniser is "none".')
    else:
        model = {"whisper": "whisper-base", "vosk": "vosk-ko"}[speech.recogniser]
        yield _weights(model, speech.recogniser_model, WITHOUT_EARS)
        yield _weights("silero-vad", "", WITHOUT_EARS)
    if speech.synthesiser == "piper":
        yield _engine("piper", "piper", "pip install 'hotline[gpl]'")
        yield _weights("piper-en-joe", speech.voice, WITHOUT_MOUTH)
    if speech.synthesiser == "none":
        yield Finding("warning", "speech", 'Callers hear recorded prompts only: [speech] synthesiser is "none".')
    elif shutil.which("espeak-ng") is None:
        yield Finding(
            "warning",
            "speech",
            "espeak-ng is missing, so languages without a Piper voice can't be spoken: apt-get install espeak-ng.",
        )


def _weights(name: str, override: str, without: str) -> Finding:
    try:
        weights.find(name, override=override)
    except OperatorFault as fault:
        return Finding("fault", "speech", f"{str(fault).rstrip('.')}; {without}.")
    return Finding("ok", "speech", f"Weights of {override or name} are there and right.")


def _engine(name: str, module: str, way_out: str) -> Finding:
    if find_spec(module) is None:
        return Finding("fault", "speech", f"The {name} engine is not installed: {way_out}; {WITHOUT_MOUTH}.")
    return Finding("ok", "speech", f"The {name} engine is installed.")
