"""Short sounds said into the robot's speech: "okay", "stop", a hum; which of them are worth a second look. Pure.

Of a lone syllable Whisper knows too little to write it (不 becomes 波波, 补, 拨). Made to believe that such words were
said before, it writes the one that the sound is nearest to. That says nothing about what else it may be, so it is
handed on beside the text (`Transcript.reaction`) and never instead of it.
"""

from asr_tts.recognition import Question, Transcript
from asr_tts.speech_protocol import RATE

SHORT_MS = 700
UNCLEAR = 0.62
"""Speech no longer than this, heard with less confidence than that, may be a hum whatever its text."""
AROUND_MS = 500
"""Pre-roll and pause that are decoded with it."""
SILENT, UNHEARD = 0.4, -3.0
"""Likelihood of no speech at all, and mean log-probability, beyond which a sound is no word and isn't likened to one.
Of 144 noises, coughs and knocks none was likened to an interruption then (a cough was before: 停)."""
LIKELY = -1.0
"""Mean log-probability of a token from which a likeness counts: of 152 backchannels by voices that no bench uses none
was likened to an interruption from here on, two from -1.1 on (行 to 停)."""
SAID_BEFORE = {
    "en": "Uh-huh. Okay. Stop. Mm-hmm. Wait! Yeah. No. Right. Hello? I see. What? Sorry? Sure.",
    "zh": "嗯。好的。停！对。不。喂？是的。等等。哦。不对。明白了。什么？行。",
}
"""Reactions of both kinds by turns, so that neither is the likelier one."""


def wants_second_look(samples: int, question: Question, heard: Transcript) -> bool:
    """Tell whether `heard`, made of so many samples, may be no more than a reaction to what the robot was saying."""
    short = samples <= (SHORT_MS + AROUND_MS) * RATE // 1000
    said = heard.no_speech <= SILENT and heard.mean_log_probability >= UNHEARD
    return question.over_robot and short and said and heard.confidence < UNCLEAR and heard.language in SAID_BEFORE
