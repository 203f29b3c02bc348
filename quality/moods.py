"""How somebody sounds, turn by turn: calm, annoyed, angry or pleased, by words and voice. Pure.

Anger is what dialogues know of it, too (`dialplans/emotion.py`, `voice/mood.py`); a bare "thank you" is manners, and
pleased is who says more than that.
"""

import re
from functools import lru_cache
from typing import Literal

from quality.conversation import Turn
from quality.facts import anger_of

Mood = Literal["calm", "annoyed", "angry", "pleased"]
ANNOYED, ANGRY = 0.3, 0.6
"""Anger (0-1) from which one is."""
_PLEASED = {
    "en": re.compile(
        r"\b(?:thank you (?:so|very) much|thanks (?:a lot|so much|very much|a million)|many thanks|much appreciated"
        r"|i (?:really )?appreciate|you(?:'ve| have)? (?:been|were|are) (?:very |so |really |most )*(?:helpful"
        r"|kind|great)|that(?:'s| is| was)? (?:really |so |very |just |absolutely )*(?:great|perfect|wonderful"
        r"|fantastic|excellent|brilliant|lovely|amazing|awesome|good to hear|a relief|helps a lot|very kind)"
        r"|(?:wonderful|fantastic|brilliant|excellent|perfect|lovely|great)[,!.](?!\s*another)"
        r"|(?:very |really |so |quite )?(?:happy|pleased|satisfied|delighted|glad) (?:with|about|to hear|that)"
        r"|i(?:'m| am) (?:very |really |so |quite )*(?:happy|pleased|satisfied|delighted|glad)|good job|well done)"
    ),
    "zh": re.compile(
        r"太(?:好|棒|感谢|谢谢|赞)了?|(?:非常|十分|特别|太|真是?)(?:感谢|谢谢)|帮了?(?:我)?(?:一个|个)?大忙"
        r"|(?:非常|很|挺|特别|十分|真的?|比较)(?:满意|高兴|开心|周到|专业|热情|耐心)|服务(?:真|很|特别|非常)?(?:好|不错|周到)"
        r"|真(?:不错|好|棒)|辛苦(?:你|您)?了|多亏|放心了|好极了|完美|点赞|好评|谢谢你们?啊"
    ),
}
_NOT = {
    "en": re.compile(
        r"\b(?:not|no|never|isn't|wasn't|aren't|hardly|less than|would be|don't|i'd be|if)\b[\w\s']{0,16}$"
    ),
    "zh": re.compile(r"(?:不|没有?|别|并不|不是|要是|如果)[\u3400-\u9fff]{0,3}$"),
}


def mood_of(turn: Turn) -> Mood:
    """Return how a turn sounds."""
    anger = anger_of(turn)
    if anger >= ANGRY:
        return "angry"
    if anger >= ANNOYED:
        return "annoyed"
    return "pleased" if _is_pleased(turn.text, turn.language) else "calm"


@lru_cache(4096)
def _is_pleased(text: str, language: str) -> bool:
    if language not in _PLEASED:
        return False
    said = text.lower().replace("’", "'")
    return any(not _NOT[language].search(said[: one.start()]) for one in _PLEASED[language].finditer(said))
