"""What a network's announcement says of the number that was called: phrases of both languages by kind. Pure."""

import re
from collections.abc import Mapping

from rapidfuzz import fuzz

from knowledge.wording import plain, syllables
from voice.greeting_words import sounds

_ANNOUNCED: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("no-such-number", (
        r"not (in|a working|currently in) (service|number)", r"no longer in (service|use)",
        r"not (valid|allocated|assigned|recogni\w+)", r"does not exist", r"disconnected", r"invalid", r"as dialed",
        r"check the number", r"been changed", r"unallocated", r"unassigned", r"not a working",
    ), (
        "空号", "不存在", "核对", "查证", "核实", "号码有误", "号码已改",
    )),
    ("suspended", (
        r"suspended", r"temporarily out of service", r"barred", r"restricted",
    ), (
        "停机", "暂停服务", "停止使用", "停止服务", "欠费",
    )),
    ("switched-off", (
        r"(switched|turned|powered|power) off",
    ), (
        "关机",
    )),
    ("busy", (
        r"(line|number|subscriber|customer|phone|party) (is |you \w+ is )?(currently |now )?(busy|engaged)",
        r"(person) (is |you \w+ is )?(currently |now )?(busy|engaged)", r"another call", r"on the phone", r"is busy",
    ), (
        "正在通话", "用户正忙", "用户忙", "通话中", "电话正忙",
    )),
    ("congestion", (
        r"circuits", r"lines are busy", r"network", r"technical difficult",
    ), (
        "网络忙", "线路忙", "网络故障", "线路故障",
    )),
    ("no-answer", (
        r"no(t| one is| one)? answer", r"not answering", r"does not answer",
    ), (
        "无人接听", "没有人接听", "无应答", "无人应答",
    )),
    ("unreachable", (
        r"reach", r"coverage", r"out of range", r"temporarily unavailable", r"not available", r"unavailable",
        r"can ?not be connected",
    ), (
        "无法接通", "不在服务区", "不能接通", "无法联系",
    )),
)  # fmt: skip
"""Kind, English patterns, Chinese phrases; the first that fits."""


def announced(text: str, language: str) -> str:
    """Return what a network's announcement says of the number, "" where it says nothing known."""
    said = sounds(text) if language == "zh" else plain(text)
    for kind, patterns, phrases in _ANNOUNCED:
        if language == "zh" and any(sounds(one) in said for one in phrases):
            return kind
        if language != "zh" and re.search("|".join(patterns), said):
            return kind
    return ""


_ENDINGS: Mapping[str, tuple[str, ...]] = {
    "no-such-number": ("是空号", "号码不存在", "号码有误"), "suspended": ("已停机", "暂停服务"),
    "switched-off": ("已关机",), "busy": ("正在通话中",), "no-answer": ("无人接听",),
    "unreachable": ("无法接通", "不在服务区"),
}  # fmt: skip
"""How announcements in Chinese go on, by kind."""
ALIKE, CLEARLY, LONG_ENOUGH = 75.0, 8.0, 24
"""Likeness (0-100) of its sounds from which a misheard one is known, by how much more than any other kind, and letters
that there must be: a part of little is like anything."""


def likely_announced(text: str, language: str) -> str:
    """Return what an announcement that was misheard most likely says, "" where that isn't clear.

    For texts that are surely a network's: what it may say is a closed set, and so the likest will do.
    """
    said = " ".join(syllables(text))
    if language != "zh" or len(said) < LONG_ENOUGH:
        return ""
    alike = {
        kind: max(fuzz.partial_ratio(" ".join(syllables(one)), said) for one in endings)
        for kind, endings in _ENDINGS.items()
    }
    best, second = sorted(alike, key=lambda kind: -alike[kind])[:2]
    return best if alike[best] >= ALIKE and alike[best] - alike[second] >= CLEARLY else ""
