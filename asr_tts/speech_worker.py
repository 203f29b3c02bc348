"""A speech worker: `python -m asr_tts.speech_worker`, started by the server, one or more of them.

Loads the engines that the settings name, warms each up, and serves until the server is gone. What can't be loaded is
a sentence in `Ready.notes`; the line goes on without it.
"""

import argparse
import faulthandler
import logging
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from asr_tts.activity import Detector
    from asr_tts.engines.closed_ear import ClosedEar
    from asr_tts.recognition import Recogniser, StreamingRecogniser
    from asr_tts.speech_loop import SpeechLoop
    from asr_tts.speech_protocol import Ready
    from models.settings import SpeechSettings

E = TypeVar("E")
log = logging.getLogger(__name__)
SWITCH_SECONDS = 0.001
"""How long another thread may keep the interpreter from the listening one."""
LOADING_SECONDS = 45
"""An engine that is not loaded by then hangs: the worker says where, ends, and is started again."""


def main() -> None:
    """Read the command line, load, say ready, serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--name", required=True)
    parser.add_argument("--audio-socket", type=Path, required=True)
    parser.add_argument("--settings", required=True, help="SpeechSettings as JSON")
    parser.add_argument("--cache", type=Path, required=True, help="directory of the prompt cache")
    parser.add_argument("--channel", type=int, required=True)
    options = parser.parse_args()
    # Read by the engines when they are imported, which is why nothing of them is imported above.
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", HF_HUB_OFFLINE="1")
    sys.setswitchinterval(SWITCH_SECONDS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the server says when we end
    logging.basicConfig(level=logging.WARNING, format=f"speech {options.name}: %(message)s")
    serve(options.name, options.audio_socket, options.settings, options.cache, options.channel)


def serve(name: str, audio: Path, settings: str, cache: Path, descriptor: int) -> None:
    """Load what `settings` name and serve the channel until the server closes it."""
    import setproctitle

    from asr_tts.prompt_cache import PromptCache
    from asr_tts.speech_loop import SpeechLoop
    from asr_tts.speech_protocol import VERSION, Ready
    from asr_tts.synthesis import open_mouth
    from models.child_process import channel
    from models.settings import SpeechSettings

    setproctitle.setproctitle(f"hotline speech {name}")
    faulthandler.dump_traceback_later(LOADING_SECONDS, exit=True)
    wanted = SpeechSettings.model_validate_json(settings)
    detector, recogniser, notes = load_ears(wanted)
    mouth, more = open_mouth(wanted.synthesiser, PromptCache(cache), wanted.voice, wanted.language)
    loop = SpeechLoop(channel(descriptor), audio, detector, recogniser, mouth, wanted.hangover_ms)
    faulthandler.cancel_dump_traceback_later()
    ready = Ready(VERSION, os.getpid(), recogniser.name if recogniser else "", mouth.name, notes + more)
    # Without the interpreter's own ending: engine threads may be in the middle of something nobody waits for.
    os._exit(serve_until_closed(loop, ready))


def serve_until_closed(loop: "SpeechLoop", ready: "Ready") -> int:
    """Serve; return the status to end with: 0 when the server closed the channel, 1 when an engine hangs."""
    from asr_tts.speech_loop import EngineHangs

    try:
        loop.run(ready)
    except EngineHangs as fault:
        log.error("%s", fault)
        faulthandler.dump_traceback()
        return 1
    return 0


def load_ears(
    wanted: "SpeechSettings",
) -> "tuple[Detector | None, Recogniser | StreamingRecogniser | None, list[str]]":
    """Load and warm up detector and recogniser; return them (both, or none of them) and why not, in sentences."""
    notes: list[str] = []
    if wanted.recogniser == "none":
        return None, None, ['[speech] recogniser is "none": callers use the keypad.']
    recogniser = _attempt(lambda: _recogniser(wanted, notes), wanted.recogniser, notes)
    detector = _attempt(lambda: _detector(wanted.detector), wanted.detector, notes) if recogniser else None
    if recogniser and detector is None and wanted.detector != "webrtc":
        detector = _attempt(lambda: _detector("webrtc"), "webrtc", notes)
    if recogniser is None or detector is None:
        notes.append("Callers use the keypad until that is put right and the server is started again.")
        return None, None, notes
    return detector, recogniser, notes


def _attempt(load: Callable[[], E], name: str, notes: list[str]) -> E | None:
    from models.errors import HotlineError

    try:
        return load()
    except HotlineError as error:
        notes.append(str(error))
    except Exception as error:  # an engine's own, of any kind: the line goes on without it
        log.exception("%s can't be loaded", name)
        notes.append(
            f"The engine '{name}' can't be loaded ({type(error).__name__}: {error}); run `hotline models verify`."
        )
    return None


def _recogniser(wanted: "SpeechSettings", notes: list[str]) -> "Recogniser | StreamingRecogniser":
    from asr_tts import weights

    recogniser: Recogniser | StreamingRecogniser
    if wanted.recogniser == "vosk":
        from asr_tts.recognition import check_language

        if not wanted.recogniser_model:
            check_language("vosk-ko", wanted.language)
        from asr_tts.engines.vosk import Vosk

        recogniser = Vosk(weights.find("vosk-ko", override=wanted.recogniser_model))
    else:
        from asr_tts.engines.whisper import Whisper

        place = weights.find("whisper-base", override=wanted.recogniser_model)
        # Trained on the encoder of Whisper base, they understand no other.
        ears = None if wanted.recogniser_model else _attempt(_ears, "closed-ear", notes)
        recogniser = Whisper(place, ears=ears)
    recogniser.warm_up()
    return recogniser


def _ears() -> "dict[str, ClosedEar]":
    from asr_tts.engines.closed_ear import ears

    return ears()


def _detector(name: str) -> "Detector":
    detector: Detector
    if name == "silero":
        from asr_tts import weights
        from asr_tts.engines.silero import Silero

        detector = Silero(weights.find("silero-vad"))
    else:
        from asr_tts.engines.webrtc import WebRtc

        detector = WebRtc()
    detector.warm_up()
    return detector


if __name__ == "__main__":
    main()
