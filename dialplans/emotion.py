"""Whether somebody is angry, by the words: swearing, complaint, exasperation, threats. Pure.

Each sign of anger adds to it, unless it is negated; how bad the sentence sounds as a whole (VADER, English) only
strengthens what is there. Being in a hurry, in need or sad is not anger.
"""

import math
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

Signs = Mapping[str, float]

_SIGNS: Mapping[str, Signs] = {
    "en": {
        # swearing
        r"f+u+c+k\w*|wtf|motherf\w+|bullshit|bollocks": 0.8,
        r"\bshit\w*|\bcrap\b|\bbastards?\b|\bassholes?\b|\barseholes?\b|\bidiots?\b|\bmorons?\b|\bscum\b": 0.65,
        r"\bdamn\w*|\bbloody\b|\bgoddamn\w*|\bhell\b(?= (?:is|are|do|did|have|with|no))": 0.45,
        r"\b(?:you|it|this|that|service|company) sucks?\b|\bstupid\b|\bfreaking\b|\bscrew you\b": 0.55,
        r"\bshut up\b|\bgo to hell\b|\bpiss(?:ed)? off\b|\bpissed\b": 0.75,
        # said of oneself
        r"\b(?:furious|outraged|enraged|livid|fuming)\b": 0.8,
        r"\b(?:angry|mad at|annoyed|irritated|frustrated|infuriat\w+)\b": 0.6,
        r"\b(?:fed up|sick of|sick and tired|tired of this|had enough|had it with|losing (?:my )?patience)\b": 0.7,
        r"\bdriv\w+ me (?:crazy|mad|insane)\b": 0.65,
        # complaint
        r"\b(?:unacceptable|outrageous|outrage|disgrace\w*|disgusting|shameful|scandal\w*|appalling)\b": 0.7,
        r"\b(?:ridiculous|a joke|pathetic|useless|incompetent|rubbish|lousy|garbage)\b": 0.55,
        r"\b(?:terrible|horrible|awful|worst)\b.{0,20}\b(?:service|company|hotline|support|experience|ever)\b": 0.6,
        r"\b(?:service|company|hotline|support|staff|people)\b.{0,20}\b(?:terrible|horrible|awful|the worst)\b": 0.6,
        r"\b(?:rip ?off|ripped off|scam\w*|thie(?:f|ves)|robbery|cheat(?:ed|ing)|liars?|l(?:ying|ied) to me)\b": 0.6,
        r"\bhow dare you\b|\bshame on you\b|\bwhat is wrong with you\b|\bwast(?:e of|ing)(?: my)? time\b": 0.7,
        r"\bare you (?:kidding|joking|deaf|serious)\b|\bdon'?t you (?:get it|listen|understand)\b": 0.5,
        # exasperation
        r"\b(?:third|fourth|fifth|tenth|hundredth) time\b|\b(?:how many times|over and over|again and again)\b": 0.4,
        r"\bfor (?:god|christ|heaven)'?s sake\b|\bi (?:just )?told you (?:already|that|before)\b|\bjust listen\b": 0.45,
        r"\b(?:nobody|no one) (?:ever )?(?:cares|helps|answers|listens|calls)\b|\byou (?:people )?never\b": 0.4,
        r"\bstupid (?:machine|robot|computer)\b|\bhate (?:you|this|talking|your)\b": 0.6,
        # threats
        r"\b(?:lawyers?|sue you|suing|legal action|take you to court|report you)\b": 0.5,
        r"\bi(?:'ll| will| am going to|'m going to) (?:never buy|tell everyone|leave you|go to the press)\b": 0.5,
        r"\b(?:very|extremely|really|so) (?:unhappy|disappointed|upset|dissatisfied)\b": 0.5,
        r"\b(?:unhappy|disappointed|dissatisfied)\b": 0.3,
    },
    "zh": {
        r"他妈的?|(?<!妈)妈的|操你|我操|卧槽|去你的|去死|混蛋|王八蛋|狗屁|放屁|傻逼|煞笔|滚蛋|滚开|有病吧": 0.8,
        r"垃圾|白痴|蠢货|笨蛋|废物|骗子|骗人|坑人|坑我|忽悠|黑心|无耻|流氓|强盗": 0.6,
        r"气死|火大|火冒三丈|愤怒|恼火|发火|怒了|气人|气愤": 0.75,
        r"生气|受不了|受够|忍无可忍|忍不了|烦死|烦透|够了没有|真够了|我受够": 0.65,
        r"太过分|过分了|太不像话|不像话|太离谱|离谱|太欺负人|欺负人|岂有此理|凭什么|什么玩意|什么破|什么态度": 0.65,
        r"(?:服务|态度|公司|客服|你们).{0,6}(?:太差|真差|很差|恶劣|糟糕|太烂|真烂|差劲|最差)|差劲|恶劣|太烂": 0.6,
        r"不能接受|无法接受|不可接受|岂能|没完没了|开什么玩笑|耍我|玩我|逗我": 0.55,
        r"怎么回事啊|到底怎么|到底要|你们到底|有没有搞错|搞什么": 0.45,
        r"(?:说|打|问|反映|投诉)了(?:几|好几|多少|三|四|五|十|无数)[次遍回]|第[三四五六十]次": 0.4,
        r"没有?人(?:管|理|接|负责|解决)|推来推去|踢皮球|浪费我(?:的)?时间|说话不算(?:数|话)": 0.45,
        r"律师|起诉|告你们|法院|消费者协会|消协|曝光|12315|工商局|差评": 0.5,
        r"(?:非常|特别|很|太|极其)(?:不满意?|失望)|不满意": 0.5,
        r"失望|不高兴": 0.3,
    },
}
_NEGATED = {
    "en": re.compile(r"\b(?:not|no|never|n't|isn'?t|wasn'?t|don'?t|am not|without)\s+(?:\w+\s+){0,2}$"),
    "zh": re.compile(r"(?:不|没有?|不是|并不|别|不会|不用|没那么)(?:很|太|那么|觉得|感到|是|在)?$"),
}
_WHOLE = 0.3
"""What the tone of the whole sentence adds at most to signs of anger …"""
_TONE = 0.3
"""… and what it is worth alone, which is never enough."""


def anger(text: str, language: str) -> float:
    """Return how angry `text` is, 0 (not at all) to 1; 0 in a language that nobody taught it."""
    said = text.lower().replace("’", "'")
    calm = math.prod(1 - weight for weight in _signs(said, language))
    tone = _badness(text) if language == "en" else 0.0
    if calm == 1.0:
        return round(_TONE * tone, 3)
    loud = 0.2 if _is_loud(text) else 0.0
    return round(1 - calm * (1 - _WHOLE * tone) * (1 - loud), 3)


def _signs(said: str, language: str) -> Iterator[float]:
    for pattern, weight in _compiled(language):
        found = pattern.search(said)
        if found and not _NEGATED[language].search(said[: found.start()]):
            yield weight


@cache
def _compiled(language: str) -> tuple[tuple[re.Pattern[str], float], ...]:
    return tuple((re.compile(pattern), weight) for pattern, weight in _SIGNS.get(language, {}).items())


def _is_loud(text: str) -> bool:
    """Whether it is written as shouted: two exclamation marks, or capitals."""
    letters = [sign for sign in text if sign.isascii() and sign.isalpha()]
    return text.count("!") + text.count("！") > 1 or (len(letters) > 8 and all(sign.isupper() for sign in letters))


def _badness(text: str) -> float:
    """How bad an English sentence sounds as a whole, 0-1."""
    return max(0.0, -float(_vader().polarity_scores(text)["compound"]))


@cache
def _vader() -> Any:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    return SentimentIntensityAnalyzer()
