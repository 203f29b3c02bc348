"""What can be wrong with ears, mouth and understanding before a call: missing or damaged weights, missing engines."""

import json
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from asr_tts import weights
from asr_tts.recognition import check_language
from asr_tts.stand_in import MISSED, Voice, in_order, until_then
from models.doctor import Finding
from models.errors import OperatorFault
from models.settings import Settings, SpeechSettings

WITHOUT_EARS = "until then callers can use the keypad only"
WITHOUT_SILERO = "until then the WebRTC detector stands in, which takes more noise for speech"
WITHOUT_CLOSED_EAR = "until then numbers, amounts and dates are left to Whisper, which mishears every third in Chinese"
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
            yield _less(_without(_weights("closed-ear"), WITHOUT_CLOSED_EAR))
        if speech.detector == "silero":
            yield _less(_without(_weights("silero-vad"), WITHOUT_SILERO))
        yield from _encoders(settings)
    if speech.synthesiser == "none":
        yield Finding("warning", "speech", 'Callers hear recorded prompts only: [speech] synthesiser is "none".')
    yield from _voices(speech)


def _voices(speech: SpeechSettings) -> Iterator[Finding]:
    """What is found about the voices, and who speaks for those that are missing; English's and Chinese's are faults
    where calls need them, else warnings.
    """
    found = {voice: list(_looked_at(voice, speech)) for voice in in_order(speech.synthesiser, speech.voice)}
    there = [voice for voice, findings in found.items() if not _faults(findings)]
    if "en" in _spoken("own", speech) and "own" in there:
        del found["piper"]
    speakers = {language: voice for voice in reversed(there) for language in _spoken(voice, speech)}
    said = set()
    for voice, findings in found.items():
        for finding in findings:
            if finding.sentence not in said:
                said.add(finding.sentence)
                one = _without(finding, until_then(voice, speakers))
                yield one if _needed(voice, speech) else _less(one)


def _looked_at(voice: Voice, speech: SpeechSettings) -> Iterator[Finding]:
    match voice:
        case "own" | "piper":
            yield _engine("piper", "piper", "pip install 'hotline[gpl]'")
            yield _weights("piper-en-joe", speech.voice if voice == "own" else "")
        case "kokoro":
            yield _engine("kokoro", "misaki", "pip install 'hotline[kokoro]'")
            yield _weights("kokoro-82m")
            yield _weights("kokoro-zf-xiaobei")
        case "pyttsx3" if shutil.which("espeak-ng") is None:
            yield Finding("fault", "speech", "espeak-ng is missing: apt-get install espeak-ng.")


def _spoken(voice: Voice, speech: SpeechSettings) -> tuple[str, ...]:
    """Languages that a voice which is there speaks: one's own by the file that Piper keeps beside it."""
    if voice != "own":
        return MISSED[voice]
    try:
        language = str(json.loads(Path(f"{speech.voice}.json").read_bytes())["espeak"]["voice"]).split("-")[0]
    except (OSError, ValueError, KeyError, TypeError):
        return ()
    return ("zh" if language == "cmn" else language,)


def _needed(voice: Voice, speech: SpeechSettings) -> bool:
    """Tell whether calls won't work without a voice, as settings are."""
    if voice == "kokoro":
        return speech.language == "zh" or speech.synthesiser == "kokoro"
    return voice != "pyttsx3" or speech.synthesiser == "pyttsx3"


def _encoders(settings: Settings) -> Iterator[Finding]:
    """What is found about the meaning of sentences, in the languages that calls begin in."""
    languages = (settings.speech.language, *(route.language for route in settings.dialplan.routes))
    for name in dict.fromkeys(name for language in languages for name in ENCODERS.get(language, ())):
        yield _less(_without(_weights(name), WITHOUT_SENSE))


def _less(finding: Finding) -> Finding:
    """Return what calls go on without, however worse: no fault."""
    return replace(finding, level="warning") if finding.level == "fault" else finding


def _without(finding: Finding, meanwhile: str) -> Finding:
    """Return a fault together with what that means for callers meanwhile."""
    if finding.level == "ok":
        return finding
    return replace(finding, sentence=f"{finding.sentence.rstrip('.')}; {meanwhile}.")


def _faults(findings: Iterable[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.level == "fault"]


def _recogniser(model: str, override: str, language: str) -> Finding:
    try:
        if not override:
            check_language(model, language)
    except OperatorFault as fault:
        return _without(Finding("fault", "speech", str(fault)), WITHOUT_EARS)
    return _without(_weights(model, override), WITHOUT_EARS)


def _weights(name: str, override: str = "") -> Finding:
    try:
        weights.find(name, override=override)
    except OperatorFault as fault:
        return Finding("fault", "speech", str(fault))
    return Finding("ok", "speech", f"Weights of {override or name} are there and right.")


def _engine(name: str, module: str, way_out: str) -> Finding:
    if find_spec(module) is None:
        return Finding("fault", "speech", f"The {name} engine is not installed: {way_out}.")
    return Finding("ok", "speech", f"The {name} engine is installed.")
