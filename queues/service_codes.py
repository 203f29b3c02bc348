"""What agents dial at their own phones: log in and out, pause, ready, how they stand, how the last talk went.

| dialled | does |
|---|---|
| *60 | ready: logs in, ends a pause or the wrap-up |
| *61 | logs out |
| *62, *62 and a digit | pauses: without a reason, or with that of `REASONS` |
| *63 | says how the agent stands |
| *64 and digits | keeps these digits as the disposition of the last talk |
| *65 | plays the messages and callbacks of the agent's queues; 1 calls back, 2 marks as done, 3 goes on |
| *7, mode and extension | rings back and joins that agent's talk (`supervisors.py`) |

The order is carried out when it is dialled; what the agent hears is one sentence in the agent's first language.
"""

import json
import logging
from collections.abc import Callable

from dialplans.flow import Flow, Texts
from dialplans.loader import loads
from models.errors import HotlineError
from queues.agents import AgentBook
from queues.callback import NO_MARKS
from queues.messages import Messages
from queues.presence import Presence
from queues.supervisors import Supervisors

log = logging.getLogger(__name__)
READY, LOG_OUT, PAUSE, STATE, DISPOSITION, MESSAGES = "*60", "*61", "*62", "*63", "*64", "*65"
SUPERVISE = "*7"
REASONS: dict[str, Texts] = {
    "": {"en": "pause", "zh": "暂停"},
    "1": {"en": "break", "zh": "休息"},
    "2": {"en": "training", "zh": "培训"},
    "3": {"en": "meeting", "zh": "会议"},
    "4": {"en": "meal", "zh": "用餐"},
    "5": {"en": "paperwork", "zh": "处理单据"},
}
STATES: dict[str, Texts] = {
    "offline": {"en": "You are logged out.", "zh": "您已签出。"},
    "ready": {"en": "You are ready.", "zh": "您已就绪。"},
    "offered": {"en": "A call is being offered to you.", "zh": "正在为您转接来电。"},
    "talking": {"en": "You are in a talk.", "zh": "您正在通话中。"},
    "wrap-up": {"en": "You are in wrap-up.", "zh": "您正在话后处理。"},
    "paused": {"en": "You are paused: {reason}.", "zh": "您已暂停：{reason}。"},
}
AFTER: Texts = {"en": "That holds after this talk.", "zh": "本次通话结束后生效。"}
KEPT: Texts = {"en": "Kept.", "zh": "已记录。"}
NO_TALK: Texts = {"en": "There was no talk to keep that for.", "zh": "没有可以记录的通话。"}
UNKNOWN: Texts = {"en": "There is no such code.", "zh": "没有这个功能码。"}

Dispose = Callable[[str, str], bool]
"""Keep a disposition for an agent's last talk; tell whether there was one."""


class ServiceCodes:
    def __init__(
        self,
        book: AgentBook,
        dispose: Dispose,
        messages: Messages | None = None,
        supervisors: Supervisors | None = None,
    ) -> None:
        """`book` has the agents; only their phones may dial codes. `messages` are what *65 plays."""
        self._book, self._dispose, self._messages, self._supervisors = book, dispose, messages, supervisors

    def __call__(self, user: str, dialled: str) -> Flow | None:
        """Carry out what the phone of `user` dialled; return what is said to it, None where it is no code of an agent.

        Raises nothing that isn't a fault of ours: what can't be done is said.
        """
        if not dialled.startswith("*") or user not in self._book.agents:
            return None
        languages = self._book.agent(user).languages
        language = languages[0] if languages and languages[0] in ("en", "zh") else "en"
        if dialled == MESSAGES and self._messages is not None:
            return self._messages.flow(user, language)
        if dialled.startswith(SUPERVISE) and self._supervisors is not None:
            return self._supervisors.flow(user, dialled.removeprefix(SUPERVISE), language)
        try:
            told = self._carried_out(user, dialled[:3], dialled[3:], language)
        except HotlineError as fault:
            log.warning("agent %s dialled %s: %s", user, dialled, fault)
            told = UNKNOWN[language]
        return _saying(told, language)

    def _carried_out(self, user: str, code: str, more: str, language: str) -> str:
        if code == READY and not more:
            self._book.wish(user, "ready")
        elif code == LOG_OUT and not more:
            self._book.wish(user, "offline")
        elif code == PAUSE and more in REASONS:
            self._book.wish(user, "paused", REASONS[more]["en"])
        elif code == DISPOSITION and more.isdigit():
            return (KEPT if self._dispose(user, more) else NO_TALK)[language]
        elif code != STATE or more:
            return UNKNOWN[language]
        return stands(self._book.presence(user), language)


def stands(presence: Presence, language: str) -> str:
    """Return how an agent stands, as it is said."""
    reason = next((texts[language] for texts in REASONS.values() if texts["en"] == presence.reason), presence.reason)
    said = STATES[str(presence.state)][language].format(reason=reason)
    return f"{said} {AFTER[language]}" if presence.after_call else said


def _saying(text: str, language: str) -> Flow:
    # JSON is YAML: whatever somebody gave as a reason, it stays a text, and none of its signs is a template or mark.
    step = {"step": "told", "hangup": {language: text.translate(NO_MARKS)}}
    return loads(json.dumps({"languages": [language], "steps": [step]}, ensure_ascii=False), "code.yaml")
