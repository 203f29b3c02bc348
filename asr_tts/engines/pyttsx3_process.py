"""The process in which pyttsx3 speaks: one fork for each utterance, so that none knows of another.

`python -m asr_tts.engines.pyttsx3_process` reads one order a line from stdin and answers each with one line on stdout.
pyttsx3 and espeak-ng's library are loaded here but never started: that happens in the fork, which says one thing and
is gone. This process has no thread, so forking it is safe. It ends when its stdin does.
"""

import json
import os
import signal
import sys
import traceback
from typing import Any, TextIO

UTTERANCE_SECONDS = 20
"""espeak-ng says a minute of speech in a tenth of a second: a fork that is not done by then hangs."""


def main() -> None:
    """Serve stdin until its end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the owner says when we end
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    # pyttsx3 prints what it saves, and espeak-ng may.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    from pyttsx3.drivers import _espeak  # loads espeak-ng's library, before the first fork

    _without_a_queue(_espeak)
    for line in sys.stdin:
        answers.write(json.dumps(_in_a_fork(json.loads(line))) + "\n")
        answers.flush()


def _without_a_queue(espeak: Any) -> None:
    """Have espeak-ng do what it is told before the call returns.

    pyttsx3 starts it with a queue and a thread of its own. Those now and then leave a command lying (a lost file) or
    carry out the rate that pyttsx3 begins with after the one that was set (1 of 60 utterances here). Without them
    espeak-ng's callback gets no "message terminated", on which pyttsx3 writes its file: that the call returned says it.
    """
    espeak.AUDIO_OUTPUT_RETRIEVAL = espeak.AUDIO_OUTPUT_SYNCHRONOUS
    synthesise = espeak.Synth
    terminated = (espeak.EVENT * 2)()
    terminated[0].type = espeak.EVENT_MSG_TERMINATED

    def synthesise_all(*arguments: Any, **options: Any) -> Any:
        done = synthesise(*arguments, **options)
        espeak.SynthCallback(None, 0, terminated)
        return done

    espeak.Synth = synthesise_all


def _in_a_fork(order: dict[str, Any]) -> dict[str, Any]:
    """What came of one order: its result, or {"error": why}."""
    readable, writable = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(readable)
        signal.alarm(UTTERANCE_SECONDS)
        with os.fdopen(writable, "w", encoding="utf-8") as result:
            _answer(order, result)
        os._exit(0)  # espeak-ng asserts when it is taken down by the interpreter
    os.close(writable)
    with os.fdopen(readable, encoding="utf-8") as result:
        said = result.read()
    _, status = os.waitpid(child, 0)
    if not said or status:
        return {"error": f"the process that spoke ended with {os.waitstatus_to_exitcode(status)}"}
    answer: dict[str, Any] = json.loads(said)
    return answer


def _answer(order: dict[str, Any], result: TextIO) -> None:
    try:
        json.dump(_carry_out(order), result)
    except Exception as error:  # noqa: BLE001 - the driver raises whatever espeak-ng's callback met
        json.dump({"error": str(error) or traceback.format_exc(limit=1)}, result)


def _carry_out(order: dict[str, Any]) -> dict[str, Any]:
    """{"voices": ids} for an order without words; else say them into the file `path` and return {}."""
    import pyttsx3

    engine: Any = pyttsx3.init("espeak")
    if "words" not in order:
        return {"voices": [voice.id for voice in engine.getProperty("voices")]}
    engine.setProperty("voice", order["voice"])
    engine.setProperty("rate", order["rate"])
    engine.save_to_file(order["words"], order["path"])
    engine.runAndWait()
    return {}


if __name__ == "__main__":
    main()
