"""What speech and media workers tell of the first seconds of a call, as evidence of who answered. Pure."""

from collections.abc import Callable

from asr_tts import speech_protocol as heard
from voice.answering_machine import Verdict, WhoAnswered
from voice.media.media_protocol import ToneHeard

ECHO = 0.5
"""From here on it is rather the robot's own voice."""


def evidence(who: WhoAnswered, event: object, seconds: Callable[[int], float], now: float) -> Verdict | None:
    """Let `who` know of an event; return a verdict that is new.

    `seconds` turns samples of the stream into seconds from the answer, in which `now` is given too.
    """
    match event:
        case heard.SpeechStarted():
            who.speech_began(seconds(event.at))
        case heard.SpeechGoesOn() if event.echo < ECHO:
            return who.speech_goes_on(seconds(event.at))
        case heard.SpeechPaused():
            return who.speech_ended(seconds(event.at))
        case heard.Draft() | heard.Glimpse() if event.text.strip():
            return who.words(event.text, now, event.utterance)
        case heard.Heard():
            before = who.speech_ended(seconds(event.end))
            return who.words(event.text, now, event.utterance) or before
        case heard.Rejected():
            return who.nothing_said(seconds(event.end))
        case ToneHeard():
            return who.tone(event.kind, seconds(event.at), event.meaning)
        case _:
            pass
    return None
