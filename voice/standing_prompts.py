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


def prompt(texts: Texts, language: str) -> Prompt:
    """Return the prompt in `language`, or in English where there is none."""
    language = language if language in texts else "en"
    return Prompt(text=texts[language], language=language)


def standing_prompts(languages: Iterator[str] | tuple[str, ...]) -> list[Prompt]:
    """Return all of them in `languages`."""
    return [prompt(texts, language) for language in languages for texts in (USE_KEYPAD, TOO_LONG, APOLOGY)]
