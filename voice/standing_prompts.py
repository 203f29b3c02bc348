"""What the line itself says, whatever the flow: rendered ahead, so that it can be said when everything else fails."""

from collections.abc import Iterator

from dialplans.exchange import Prompt
from dialplans.flow import Texts

USE_KEYPAD: Texts = {
    "en": "I can't hear words right now. Please use the keypad.",
    "zh": "现在暂时听不清您说的话，请使用按键。",
}
TOO_LONG: Texts = {
    "en": "I'm sorry, this call has reached its time limit. Please call again. Goodbye.",
    "zh": "抱歉，本次通话已到时间上限，欢迎您再次来电，再见。",
}
APOLOGY: Texts = {
    "en": "I'm sorry, something went wrong on our side. Please call again. Goodbye.",
    "zh": "非常抱歉，我们的系统出了点问题，请稍后再拨，再见。",
}

LINE_LOST: Texts = {
    "en": "I'm sorry, the line to my colleague broke off. One moment, please.",
    "zh": "非常抱歉，与同事的通话中断了，请稍等。",
}
NOT_REACHED: Texts = {
    "en": "I'm sorry, my colleague can't be reached. I'm taking you back.",
    "zh": "抱歉，暂时联系不上这位同事，现在为您转回。",
}

PRESS_TO_TAKE: Texts = {
    "en": "<break 300ms/>Press 1 to take the call.",
    "zh": "<break 300ms/>接听请按1。",
}
"""To an agent, after the whisper: without it nobody would know what to do."""


def prompt(texts: Texts, language: str) -> Prompt:
    """Return the prompt in `language`, or in English where there is none."""
    language = language if language in texts else "en"
    return Prompt(text=texts[language], language=language)


def standing_prompts(languages: Iterator[str] | tuple[str, ...]) -> list[Prompt]:
    """Return all of them in `languages`."""
    every = (USE_KEYPAD, TOO_LONG, APOLOGY, LINE_LOST, NOT_REACHED, PRESS_TO_TAKE)
    return [prompt(texts, language) for language in languages for texts in every]
