"""What who waits is told, and what an agent hears before the caller: sentences in both languages. Pure."""

from collections.abc import Mapping
from typing import Any

from dialplans.exchange import Handover, Prompt
from dialplans.flow import Texts
from dialplans.template import filled, found_at, plain, speaker
from queues.distribution_events import Announce
from queues.plan import Queue
from voice.standing_prompts import PRESS_TO_TAKE, prompt

WELCOME: Texts = {
    "en": "Please stay on the line, somebody will be with you.",
    "zh": "请稍候，正在为您转接人工。",
}
NEXT: Texts = {"en": "You are next.", "zh": "您是下一位。"}
PLACE: Texts = {"en": "You are number {place} in the line.", "zh": "您前面还有{before}位。"}
SOON: Texts = {"en": "It takes less than a minute.", "zh": "预计等待不到一分钟。"}
ABOUT: Texts = {"en": "It takes about {high} minutes.", "zh": "预计等待约{high}分钟。"}
BETWEEN: Texts = {
    "en": "It takes between {low} and {high} minutes.",
    "zh": "预计等待{low}到{high}分钟。",
}
WAY_OUT: Texts = {
    "en": "If you don't want to wait, press {key}.",
    "zh": "如果不想继续等待，请按{key}。",
}
CALLBACK: Texts = {
    "en": "If you like, hang up and keep your place, and we call you back: press {key}.",
    "zh": "您也可以不用等待，保留排位，由我们给您回电，请按{key}。",
}
CALLBACK_TAKEN: Texts = {
    "en": "Thank you. You keep your place, and we call you back.",
    "zh": "好的，已为您保留排位，我们会给您回电。",
}
TICKET_TAKEN: Texts = {
    "en": "I'm sorry that nobody could talk to you. Your request is noted, and somebody takes care of it.",
    "zh": "非常抱歉，暂时无法为您接通人工。您的问题已经登记，我们会尽快处理。",
}
TITLE: Texts = {"en": "{title}.", "zh": "{title}。"}
NAME: Texts = {"en": "{name}. ", "zh": "{name}。"}
CALLS: Texts = {"en": "Call number {count} today. ", "zh": "今天第{count}次来电。"}
KEYS: Mapping[str, Texts] = {"*": {"en": "star", "zh": "星号"}, "#": {"en": "pound", "zh": "井号"}}
BREATH = "<break 300ms/>"
"""Between what is the same for many callers, to the letter, and what isn't."""
ACCEPT = "1"
"""The key by which an agent takes a caller, where the queue wants that."""
WHISPERED = 200
"""Characters of the summary that are said at most: the caller waits meanwhile."""


def known(language: str) -> str:
    """Return the language that is spoken for `language`."""
    return language if language in ("en", "zh") else "en"


def announcement(announce: Announce, language: str) -> Prompt:
    """Return what a waiting caller is told."""
    language = known(language)
    values = announce.values
    if announce.kind == "callback":
        return Prompt(CALLBACK[language].format(key=_key(values["key"], language)), language=language)
    parts = []
    if values.get("first"):
        parts.append(WELCOME[language])
    if place := values.get("position"):
        parts.append(NEXT[language] if place == 1 else PLACE[language].format(place=place, before=place - 1))
    if "high_s" in values:
        parts.append(_wait(values["low_s"], values["high_s"], language))
    if key := values.get("way_out"):
        parts.append(WAY_OUT[language].format(key=_key(key, language)))
    return Prompt(("" if language == "zh" else " ").join(parts), language=language)


def callback_taken(language: str) -> Prompt:
    """Return what who takes a callback hears."""
    return Prompt(CALLBACK_TAKEN[known(language)], language=known(language))


def ticket_taken(language: str) -> Prompt:
    """Return what a caller hears for whom a ticket is wanted, as nobody could serve them."""
    return Prompt(TICKET_TAKEN[known(language)], language=known(language))


def whisper(
    queue: Queue, handover: Handover, caller: Mapping[str, Any], language: str, by_key: bool = False
) -> tuple[Prompt, ...]:
    """Return what an agent who speaks `language` hears before the caller: what is the same for many callers by itself.

    `caller` has "number", "tags", "calls_today" (this one included), "waited_s" and "customer" (`Customer.document`).
    The queue's own template may use these, the values that came with the caller by their names, "title", "reason" and
    "summary".
    """
    language = known(language)
    title = queue.titled(language)
    if queue.whisper:
        values = {**handover.slots, **caller, "title": title, "reason": handover.reason, "summary": handover.summary}
        text = filled(
            queue.whisper, lambda path: found_at(path, values), lambda _, value: plain(value), speaker(language, None)
        )
        texts = [text.strip()]
    else:
        count = caller.get("calls_today", 1)
        calls = CALLS[language].format(count=count) if count > 1 else ""
        name = caller.get("customer", {}).get("name", "")
        named = NAME[language].format(name=name) if name else ""
        texts = [TITLE[language].format(title=title), f"{named}{calls}{handover.summary[:WHISPERED]}".strip()]
    texts = [text for text in texts if text]
    prompts = [Prompt(BREATH * bool(number) + text, language=language) for number, text in enumerate(texts)]
    return (*prompts, prompt(PRESS_TO_TAKE, language)) if by_key else tuple(prompts)


def display(queue: Queue, waited_s: float, name: str = "") -> str:
    """Return the few words for the display of the agent's phone, such as "billing 0:42 Ada Wong"."""
    minutes, seconds = divmod(int(waited_s), 60)
    return f"{queue.name} {minutes}:{seconds:02} {name}".rstrip()


def _wait(low_s: float, high_s: float, language: str) -> str:
    # Rounded up: a range that is too hopeful is no honest one.
    low, high = -int(-low_s // 60), -int(-high_s // 60)
    if high <= 1:
        return SOON[language]
    if low >= high:
        return ABOUT[language].format(high=high)
    return BETWEEN[language].format(low=max(low, 1), high=high)


def _key(key: str, language: str) -> str:
    return KEYS[key][language] if key in KEYS else key
