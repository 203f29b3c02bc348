"""Calls that run for a while, told to the real call log: text comes, alerts, agents; made by a seed, nobody rings."""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Engine, insert, update

from models.call import new_id
from models.call_log import CallLog
from models.call_note import Speaker
from models.cause import Cause
from models.database import moment
from models.queue_caller import QueueCaller, QueueCallerState
from quality.live_watch import ALERT

SAID: dict[str, dict[Speaker, Sequence[str]]] = {
    "en": {
        "caller": (
            "Good morning, I would like to know when my parcel will arrive.",
            "No, the other order, the one from last week.",
            "My number is 0171 2345678, please call me back.",
            "That is the third time I am calling about this!",
            "Yes, please.", "And what does the express delivery cost?", "Thank you, that helps.",
        ),
        "robot": (
            "Welcome to our hotline. What can I do for you?",
            "Let me look that up for you, one moment please.",
            "Your order has left our warehouse and will be with you tomorrow between nine and noon.",
            "I connect you with a colleague.",
        ),
        "agent": (
            "Good morning, this is customer service, how can I help?",
            "I see it here, it was sent yesterday evening.",
            "I am sorry about that, I will take care of it personally.",
            "Is there anything else that I can do for you?",
        ),
    },
    "zh": {
        "caller": (
            "您好，我想问一下我的快递什么时候能到。", "不是这个订单，是上周的那个。",
            "我的电话是一三八零零一三八零零零。",
            "我已经打了三次电话了！", "好的。", "加急要多少钱？", "谢谢，明白了。",
        ),
        "robot": (
            "您好，欢迎致电客服中心，请问有什么可以帮您？", "好的，我帮您查一下，请稍等。",
            "您的包裹已经发出，预计明天上午九点到十二点送达。", "正在为您转接人工坐席。",
        ),
        "agent": (
            "您好，我是客服，请问有什么可以帮您？", "我看到了，昨天晚上已经发出。", "非常抱歉，我马上为您处理。",
            "请问还有其他可以帮您的吗？",
        ),
    },
}  # fmt: skip
RULES: dict[str, dict[str, str]] = {
    "no-promises": {"en": "Promises what nobody can keep", "zh": "承诺无法兑现的内容"},
    "caller-angry": {"en": "The caller is angry", "zh": "来电方情绪激动"},
    "long-silence": {"en": "Nobody speaks for long", "zh": "长时间静音"},
}
FATAL = "no-promises"


@dataclass
class _Call:
    id: str
    language: str
    agent: str
    began: float
    turns: int = 0
    alert: bool = False


class RunningCalls:
    """Keeps so many calls running; every second some of them say something."""

    def __init__(self, log: CallLog, engine: Engine, agents: Sequence[str], seed: int = 1) -> None:
        self._log, self._engine, self._agents = log, engine, agents
        self._chance = random.Random(seed)
        self._calls: list[_Call] = []
        self.told: dict[str, float] = {}
        """Unix seconds at which each turn ("CALL/NUMBER") was told to the log."""
        self.alerted: dict[str, float] = {}
        """The same of alerts: "CALL/SCORECARD/RULE/COUNT"."""
        self.ended: dict[str, float] = {}
        """When each call that is over ended."""

    async def run(self, count: int, seconds: float, turn_every_s: float = 4.0, alert_every_s: float = 5.0) -> None:
        """Have `count` calls run for so long; each says something about every `turn_every_s`."""
        end, next_alert = time.monotonic() + seconds, time.monotonic()
        while time.monotonic() < end:
            while len(self._calls) < count:
                self._begin()
            for call in self._calls:
                if self._chance.random() < 1 / turn_every_s:
                    self._say(call)
            if time.monotonic() >= next_alert:
                next_alert += alert_every_s
                self._alert(self._chance.choice(self._calls))
            if self._chance.random() < count / 180:
                self._end(self._calls.pop(self._chance.randrange(len(self._calls))))
            await asyncio.sleep(1.0)

    def end(self) -> None:
        """Let all calls be over."""
        while self._calls:
            self._end(self._calls.pop())

    def _begin(self) -> None:
        chance, call_id, now = self._chance, new_id(), time.time()
        language = chance.choice(("en", "zh"))
        agent = chance.choice(self._agents) if self._agents and chance.random() < 0.6 else ""
        call = _Call(call_id, language, agent, now)
        number = f"+49171{chance.randrange(10**6, 10**7)}"
        self._log.began(call_id, "inbound", number, "100", now, language=language, flow="front-desk")
        self._log.answered(call_id)
        if agent:
            with self._engine.begin() as connection:
                connection.execute(insert(QueueCaller).values(
                    id=new_id(), call_id=call_id, node="made", queue=chance.choice(("sales", "billing")),
                    state=str(QueueCallerState.TALKING), caller=number, language=language, tags=[],
                    joined_at=moment(now), credit_s=0.0, answered_at=moment(now), ended_at=None, agent=agent, data={},
                ))  # fmt: skip
        self._calls.append(call)

    def _say(self, call: _Call) -> None:
        call.turns += 1
        ours: Speaker = "agent" if call.agent else "robot"
        speaker: Speaker = ours if call.turns % 2 else "caller"
        second = time.time() - call.began
        text = self._chance.choice(SAID[call.language][speaker])
        if speaker == "caller" and self._chance.random() < 0.3:
            text = f"{text} ({call.turns})"
        self._log.turn(
            call.id, call.turns, speaker, text, max(second - 3.0, 0.0), second, language=call.language, confidence=0.9
        )
        self.told[f"{call.id}/{call.turns}"] = time.time()

    def _alert(self, call: _Call) -> None:
        rule = self._chance.choice(list(RULES))
        self._log.event(
            call.id, ALERT, scorecard="service", version="1", rule=rule, titles=RULES[rule], title=RULES[rule]["en"],
            fatal=rule == FATAL, turn=call.turns, speaker="agent" if call.agent else "caller", words="…",
            second=round(time.time() - call.began, 2), agent=call.agent, queue="sales", team="",
        )  # fmt: skip
        key = f"{call.id}/service/{rule}"
        count = 1 + sum(one.startswith(f"{key}/") for one in self.alerted)
        self.alerted[f"{key}/{count}"] = time.time()

    def _end(self, call: _Call) -> None:
        self._log.ended(call.id, cause=Cause.CALLER_HUNG_UP)
        self.ended[call.id] = time.time()
        with self._engine.begin() as connection:
            connection.execute(
                update(QueueCaller).where(QueueCaller.call_id == call.id)
                .values(state=str(QueueCallerState.SERVED), ended_at=moment(time.time()))
            )  # fmt: skip
