"""A live sentence: from the request to the first clause that can be played, with values no cache has; each voice."""

import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from asr_tts.prompt_cache import PromptCache
from asr_tts.synthesis import Mouth, open_mouth
from bench.report import Report, short

COUNT = 60
SHAPES = {
    "zh": (
        "您的订单{a}已经发出，预计{b}号下午送到。",
        "好的，我已经为您预约了{b}号上午{c}点的座位，一共{c}位。",
        "您本月的账单是{a}元，请在{b}号之前缴费。",
        "查到了，您的包裹现在在上海分拨中心，明天下午{c}点左右派送到您填写的地址。",
        "非常抱歉让您久等了，您反映的网络故障我们已经派维修人员处理，预计{c}小时之内恢复。",
        "王女士您好，您尾号{a}的银行卡在{b}号有一笔{c}百元的支出。",
        "您可以免费停在我们店后面的院子里{c}个小时，出示小票就行。",
        "退货需要在收到商品之后{b}天之内申请，并且保持包装完好。",
    ),
    "en": (
        "Your order {a} has left our house, and will be with you on the {b}th in the afternoon.",
        "I have booked a table for {c} on the {b}th at half past seven.",
        "Your bill for this month comes to {a} dollars, due on the {b}th.",
        "We found it. Your parcel is in Bristol now and will be brought to you tomorrow before {c}.",
        "I'm sorry that you had to wait: our engineer is on the way and will need about {c} hours.",
        "You can park in the yard behind our shop for {c} hours, if you show us your receipt.",
    ),
}
"""What flows, articles and look-ups say live; test sentences only, nothing is tuned on them."""


def sentences(language: str, count: int) -> Iterator[str]:
    """Yield `count` sentences, none of them twice."""
    draw = random.Random(37)
    for index in range(count):
        shape = SHAPES[language][index % len(SHAPES[language])]
        yield shape.format(a=1000 + 37 * index + draw.randrange(37), b=draw.randrange(4, 29), c=draw.randrange(2, 10))


def measure() -> Report:
    """Return the figure."""
    count = 16 if short() else COUNT
    report = Report("live sentence", f"{count} sentences a language that were never said before, one at a time")
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as directory:
        mouth, _ = open_mouth("piper", PromptCache(Path(directory)), language="zh")
        for language in ("zh", "en"):
            first, gaps = said(mouth, language, count)
            report.spread(f"{language}: first audio", first, "ms", p95="<= 900")
            report.add(f"{language}: heard a gap inside", sum(gap > 0 for gap in gaps), "sentences")
            report.spread(f"{language}: longest gap inside", gaps, "ms")
    return report


def said(mouth: Mouth, language: str, count: int) -> tuple[list[float], list[float]]:
    """Return, by sentence, the milliseconds to its first clause and the longest wait for a later one once it played."""
    firsts: list[float] = []
    gaps: list[float] = []
    for text in sentences(language, count):
        began = time.perf_counter()
        plays_until, gap = 0.0, 0.0
        for clause in mouth.say(text, language, live=True):
            ready = (time.perf_counter() - began) * 1000
            if clause.index == 0:
                firsts.append(ready)
                plays_until = ready
            gap = max(gap, ready - plays_until)
            plays_until = max(plays_until, ready) + clause.samples / 8
        gaps.append(gap)
    return firsts, gaps


if __name__ == "__main__":
    sys.exit(measure().show())
