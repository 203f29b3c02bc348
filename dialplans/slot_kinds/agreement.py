"""Yes or no, as people say it: "not really", "why not", 嗯对, 不用了."""

import re
from datetime import datetime

from asr_tts.spoken_values import said
from dialplans.slot_kinds.kind import Found, SlotKind
from knowledge.wording import plain

YES = {
    "en": ("yes", "yeah", "yep", "yup", "ya", "sure", "correct", "right", "that is right", "of course", "okay",
           "ok", "indeed", "please do", "absolutely", "exactly", "uh huh", "mm hmm", "i do", "it is", "go ahead",
           "definitely", "certainly", "why not", "sounds good", "fine", "you bet",
           "that is fine", "i would", "i am", "affirmative",
           "perfect", "that works", "please", "good", "great", "true", "by all means", "i guess so", "i think so"),
    "zh": ("是", "是的", "对", "对的", "好", "好的", "可以", "没错", "嗯", "行", "要", "需要", "正确", "当然", "没问题",
           "成", "中", "愿意", "同意", "确认", "确定", "有", "想", "没关系可以", "嗯嗯", "对对", "好啊", "好吧",
           "解决了", "帮到了", "帮上忙了", "帮助很大", "帮助挺大", "帮助大"),
}  # fmt: skip
NO = {
    "en": ("no", "nope", "nah", "not", "wrong", "incorrect", "never", "no thanks", "i do not", "it is not",
           "not really", "not now", "negative", "do not", "hardly", "no way", "none", "false", "neither"),
    "zh": ("不", "不是", "不对", "不要", "不用", "没有", "不行", "错", "否", "错了", "不可以", "不需要", "算了", "别",
           "不了", "没", "不想", "不用了", "不好"),
}  # fmt: skip
NEITHER = {
    "en": ("not sure", "do not know", "no idea", "maybe", "i wonder", "what do you mean", "depends"),
    "zh": ("不知道", "不清楚", "不确定", "不好说", "不太清楚", "也许", "可能", "看情况", "什么意思"),
}
TURNED = {
    "en": ("no problem", "why not", "not bad", "no doubt", "not wrong", "not a problem", "can not complain",
           "do not mind"),
    "zh": ("没错", "没问题", "没关系", "不错", "没事", "可不是", "好不好", "是不是", "对不对", "行不行", "没毛病"),
}  # fmt: skip
"""A "no" in them means yes (or nothing, as in a question)."""
DID = {
    True: re.compile(
        r"(?:(?:yes|yeah|yep|oh|well) )*(?:(?:it|that|this) (?:did|does|has)(?: help(?:ed)?| work(?:ed)?)?"
        r"|(?:(?:it|that|this) )?(?:really )?help(?:ed|s)|(?:(?:it|that|this) (?:is|was) )?(?:very |really )?helpful)"
        r"(?: a lot| me| us| thanks?| you| very much)*"
    ),
    False: re.compile(
        r"(?:(?:no|nope|sorry|oh|well) )*(?:(?:it|that|this|i|we|they|he|she) )?(?:really )?(?:didnt|doesnt)"
        r"(?: really)?(?: help| work)?(?: (?:for )?(?:me|us)| at all| much| thanks?| you| sorry)*"
    ),
}
"""Whole answers to "did that help?": in a longer sentence ("I didn't catch that", "it has to be Friday") they are
neither yes nor no."""
QUESTIONS = ("好不好", "是不是", "对不对", "行不行")
ASKS_FOR_HELP = re.compile("(?:解决了?|帮到了?|帮上忙了?|帮助)吗|(?<!没)有什么帮助")
TAKEN_BACK = re.compile(r"\b(?:no|nope)$|(?:不|不是|不对|不行|错了)$")
"""What a yes is followed by that is none any more: "yes, wait, no"."""
SHORT = {"en": 4, "zh": 6}


def yes_or_no(text: str, language: str) -> tuple[bool | None, float]:
    """Return whether `text` agrees (None: neither is clear), and how sure that is (0-1)."""
    bare = plain(text)
    if language == "zh":
        return _zh("".join(bare.split()))
    return _en(bare)


def find(kind: SlotKind, text: str, language: str, now: datetime, alone: bool = True) -> Found | None:
    """Return True or False where `text` agrees or denies."""
    agrees, confidence = yes_or_no(text, language)
    if agrees is None:
        return None
    note = "" if confidence >= 0.7 else "both yes and no can be heard in it"
    return Found(agrees, 0, len(text), confidence, said(agrees, "agreement", language), note)


def _zh(bare: str) -> tuple[bool | None, float]:
    if any(phrase in bare for phrase in NEITHER["zh"]):
        return None, 0.0
    if any(phrase in bare for phrase in QUESTIONS) or ASKS_FOR_HELP.search(bare):
        return None, 0.0
    bare = bare.replace("好像", "").replace("对不起", "")
    turned = any(phrase in bare for phrase in TURNED["zh"])
    for phrase in TURNED["zh"]:
        bare = bare.replace(phrase, "好")
    short = len(bare) <= SHORT["zh"]
    no = max((len(word) for word in NO["zh"] if word in bare), default=0)
    yes = max(
        (len(word) for word in YES["zh"] if word in re.sub(r"[不没别](是|对|要|用|行|好|想|可以|需要)?", "", bare)),
        default=0,
    )
    if no and (turned or (re.match(r"(嗯?(是|对|好)的?)[^不没]", bare) and not TAKEN_BACK.search(bare))) and yes:
        return True, 0.55
    if no:
        return False, 0.95 if short else 0.7
    return (True, 0.95 if short else 0.65) if yes else (None, 0.0)


def _en(bare: str) -> tuple[bool | None, float]:
    bare = re.sub(r"\b(did|does) not\b", r"\1nt", bare)
    for agrees, whole in DID.items():
        if whole.fullmatch(bare):
            return agrees, 0.95
    framed = f" {bare} "
    if any(f" {phrase} " in framed for phrase in NEITHER["en"]):
        return None, 0.0
    for phrase in TURNED["en"]:
        framed = framed.replace(f" {phrase} ", " yes ")
    words = framed.split()
    no = any(f" {word} " in framed for word in NO["en"])
    without_no = framed
    for phrase in (
        "not right",
        "not correct",
        "not really",
        "not okay",
        "not fine",
        "not sure",
        "not good",
        "not true",
    ):
        without_no = without_no.replace(f" {phrase} ", " not ")
    yes = any(f" {word} " in without_no for word in YES["en"])
    if yes and no:
        if words[0] in YES["en"] and "not" not in words and not TAKEN_BACK.search(bare):
            return True, 0.6
        return (False, 0.8) if words[0] in NO["en"] or "not" in words else (None, 0.0)
    if not yes and not no:
        return None, 0.0
    return yes, 0.95 if len(words) <= SHORT["en"] else 0.7
