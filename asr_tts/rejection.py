"""Which utterances are nobody speaking to us: noise, echo, and the words that recognisers make of them. Pure.

Whisper answers any sound with a word. Its no-speech probability and mean log-probability tell most of them; what is
left are the few phrases it has learned from the ends of films.
"""

from asr_tts.heard_text import plain
from asr_tts.recognition import Transcript
from asr_tts.speech_protocol import RATE

NO_SPEECH_ABOVE = 0.6
MEAN_LOG_PROBABILITY_BELOW = -2.0
SHORTEST = 60 * RATE // 1000
"""Samples of speech below which nothing was said (a click)."""
ECHO_ABOVE = 0.6
"""Mean likeness to the sent audio above which all of an utterance is the robot's own voice."""
_FILM_ENDS = {
    "thanks for watching", "thank you for watching", "thank you so much for watching", "please subscribe",
    "subtitles by the amaraorg community", "字幕由amaraorg社区提供",
    "请不吝点赞 订阅 转发 打赏支持明镜与点点栏目",
    "谢谢观看", "感谢观看",
}  # fmt: skip


def before_decoding(speech: int, echo: float) -> str:
    """Why an utterance isn't worth a decode, or "": `speech` samples of it, whose mean likeness to echo is `echo`."""
    if echo >= ECHO_ABOVE:
        return "echo"
    return "click" if speech < SHORTEST else ""


def after_decoding(transcript: Transcript) -> str:
    """Why what the recogniser made of it is to be forgotten, or ""."""
    said = plain(transcript.text)
    if not said:
        return "no words"
    if transcript.no_speech > NO_SPEECH_ABOVE or transcript.mean_log_probability < MEAN_LOG_PROBABILITY_BELOW:
        return "no speech"
    return "no speech" if said in _FILM_ENDS else ""
