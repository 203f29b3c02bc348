"""What the line still says when nothing can speak: a handful of recordings that ship with Hotline.

English was rendered with Piper's voice "joe" (CC0), Chinese with Kokoro (Apache-2.0);
`python -m asr_tts.recorded_prompts.render` makes them anew. Files are named `LANGUAGE_NAME.wav`, mono 16-bit at 8 kHz.
"""

import re
from pathlib import Path

_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
SENTENCES: dict[str, dict[str, str]] = {
    "en": {
        "welcome": "Hello, and thank you for calling.",
        "keypad": "I'm sorry, I can't speak freely at the moment. Please use the keypad.",
        "sorry": "I'm sorry, I didn't get that.",
        "repeat": "Please try once more.",
        "hold": "One moment, please.",
        "agent": "Please hold, I'm connecting you.",
        "trouble": "I'm sorry, something went wrong on our side. Please call again later.",
        "goodbye": "Thank you for calling. Goodbye.",
        "press": "press",
        **dict(zip("0123456789", _DIGITS, strict=True)),
        "star": "star",
        "hash": "hash",
    },
    "zh": {
        "welcome": "您好，感谢您的来电。",
        "keypad": "抱歉，系统暂时无法语音播报，请使用电话按键。",
        "sorry": "抱歉，我没有听清。",
        "repeat": "请再试一次。",
        "hold": "请稍等。",
        "agent": "请稍等，正在为您转接。",
        "trouble": "抱歉，系统出了问题，请稍后再拨。",
        "goodbye": "感谢您的来电，再见。",
        "press": "请按",
        **dict(zip("0123456789", "零一二三四五六七八九", strict=True)),
        "star": "星号键",
        "hash": "井号键",
    },
}

_SIGNS: dict[str, tuple[tuple[str, str], ...]] = {
    "en": (
        ("goodbye", r"\b(good)?bye\b"),
        ("trouble", r"went wrong|technical|call (us )?(again )?later"),
        ("agent", r"\b(connect|transfer)"),
        ("keypad", r"\bpress\b|\bkeypad\b|\benter\b"),
        ("sorry", r"didn't (get|catch|understand|hear)|not understand"),
        ("repeat", r"once more|try again|repeat"),
        ("hold", r"one moment|please (hold|wait)"),
        ("welcome", r"^(hello|welcome|good (morning|afternoon|evening))\b|thank you for calling"),
    ),
    "zh": (
        ("goodbye", "再见"),
        ("trouble", "出了问题|故障|稍后再拨"),
        ("agent", "转接|转人工"),
        ("keypad", "请按|按键"),
        ("sorry", "没有?听清|没听懂|没明白|没有理解"),
        ("repeat", "再试|再说一"),
        ("hold", "稍等|稍候"),
        ("welcome", "^(您好|你好|欢迎)|感谢.*(来|致)电"),
    ),
}


def recording(name: str, language: str) -> Path:
    """The recording of that name ("sorry", "7", …), in English where the language has none.

    Raises KeyError for a name that was never recorded.
    """
    spoken = language if language in SENTENCES else "en"
    if name not in SENTENCES[spoken]:
        raise KeyError(name)
    return Path(__file__).parent / f"{spoken}_{name}.wav"


def fallback(text: str, language: str) -> Path:
    """The recording that comes nearest to a text that nothing can speak; "please use the keypad" where none does."""
    spoken = language if language in SENTENCES else "en"
    plain = _plain(text)
    for name, sentence in SENTENCES[spoken].items():
        if plain in (_plain(sentence), name):
            return recording(name, spoken)
    for name, sign in _SIGNS[spoken]:
        if re.search(sign, plain):
            return recording(name, spoken)
    return recording("keypad", spoken)


def _plain(text: str) -> str:
    return text.replace("’", "'").strip(" .!?,。！？，\n").lower()
