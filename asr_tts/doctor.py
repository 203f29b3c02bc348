"""What can be wrong with ears, mouth and understanding before a call: missing or damaged weights, missing engines."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec

from asr_tts import weights
from asr_tts.recognition import check_language
from models.doctor import Finding
from models.errors import OperatorFault
from models.settings import Settings

WITHOUT_EARS = "until then callers can use the keypad only"
WITHOUT_SILERO = "until then the WebRTC detector stands in, which takes more noise for speech"
WITHOUT_CLOSED_EAR = "until then numbers, amounts and dates are left to Whisper, which mishears every third in Chinese"
WITHOUT_MOUTH = "until then callers hear recorded prompts only"
WITHOUT_KOKORO = "until then Chinese is spoken by espeak-ng, which callers hardly understand"
WITHOUT_SENSE = "until then what callers say is compared by its words alone, not by what it means"
ENCODERS = {
    "en": ("minilm-l6", "e5-small", "mpnet-base", "mpnet-adapters"),
    "zh": ("use-multilingual", "e5-small", "e5-adapters"),
}
"""By language, the models behind `asr_tts.sense`."""


def examine(settings: Settings) -> Iterator[Finding]:
    """Yield what is found about recogniser, detector, encoders and synthesiser as configured."""
    speech = settings.speech
    if speech.recogniser == "none":
        yield Finding("warning", "speech", 'Callers can use the keypad only: [speech] recogniser is "none".')
    else:
        model = {"whisper": "whisper-base", "vosk": "vosk-ko"}[speech.recogniser]
        yield _recogniser(model, speech.recogniser_model, speech.language)
        if speech.recogniser == "whisper" and not speech.recogniser_model:
            yield _less(_weights("closed-ear", "", WITHOUT_CLOSED_EAR))
        if speech.detector == "silero":
            yield _less(_weights("silero-vad", "", WITHOUT_SILERO))
        yield from _encoders(settings)
    if speech.synthesiser == "piper":
        yield _engine("piper", "piper", "pip install 'hotline[gpl]'")
        yield _weights("piper-en-joe", speech.voice, WITHOUT_MOUTH)
    if speech.synthesiser in ("piper", "kokoro"):
        yield from _chinese(speech.language == "zh" or speech.synthesiser == "kokoro")
    if speech.synthesiser == "none":
        yield Finding("warning", "speech", 'Callers hear recorded prompts only: [speech] synthesiser is "none".')
    elif shutil.which("espeak-ng") is None:
        yield Finding(
            "warning",
            "speech",
            "espeak-ng is missing, so nothing stands in for the other voices: apt-get install espeak-ng.",
        )


def _chinese(needed: bool) -> Iterator[Finding]:
    """What is found about the voice of Chinese: a fault where calls need it, else a warning."""
    for finding in (
        _engine("kokoro", "misaki", "pip install 'hotline[kokoro]'", WITHOUT_KOKORO),
        _weights("kokoro-82m", "", WITHOUT_KOKORO),
        _weights("kokoro-zf-xiaobei", "", WITHOUT_KOKORO),
    ):
        yield finding if needed else _less(finding)


def _encoders(settings: Settings) -> Iterator[Finding]:
    """What is found about the meaning of sentences, in the languages that calls begin in."""
    languages = (settings.speech.language, *(route.language for route in settings.dialplan.routes))
    for name in dict.fromkeys(name for language in languages for name in ENCODERS.get(language, ())):
        yield _less(_weights(name, "", WITHOUT_SENSE))


def _less(finding: Finding) -> Finding:
    """Return what calls go on without, however worse: no fault."""
    return replace(finding, level="warning") if finding.level == "fault" else finding


def _recogniser(model: str, override: str, language: str) -> Finding:
    try:
        if not override:
            check_language(model, language)
    except OperatorFault as fault:
        return Finding("fault", "speech", f"{str(fault).rstrip('.')}; {WITHOUT_EARS}.")
    return _weights(model, override, WITHOUT_EARS)


def _weights(name: str, override: str, without: str) -> Finding:
    try:
        weights.find(name, override=override)
    except OperatorFault as fault:
        return Finding("fault", "speech", f"{str(fault).rstrip('.')}; {without}.")
    return Finding("ok", "speech", f"Weights of {override or name} are there and right.")


def _engine(name: str, module: str, way_out: str, without: str = WITHOUT_MOUTH) -> Finding:
    if find_spec(module) is None:
        return Finding("fault", "speech", f"The {name} engine is not installed: {way_out}; {without}.")
    return Finding("ok", "speech", f"The {name} engine is installed.")
