"""Written text made into words as people say them on the telephone: no digit and no symbol is left to an engine.

What an engine makes of "1,250.00", "A-1034" or "14:05" is luck; a caller writes down what is heard, so it is
decided here, in rules by language. Pure; never raises, whatever the text.
"""

import unicodedata

from asr_tts import spoken_text_en, spoken_text_zh


def spoken(text: str, language: str) -> str:
    """The text in words of the language ("zh" or, for any other, "en"), with its punctuation, on one line."""
    plain = unicodedata.normalize("NFKC", text) if language != "zh" else _half_width(text)
    plain = "".join(c if c.isprintable() and not 0xD800 <= ord(c) <= 0xDFFF else " " for c in plain)
    words = spoken_text_zh.read(plain) if language == "zh" else spoken_text_en.read(plain)
    return " ".join("".join(map(_no_digit, words)).split())


def _half_width(text: str) -> str:
    """NFKC, but Chinese punctuation stays as it is: an engine breathes at it."""
    return "".join(c if c in "，。！？；：、（）…" else unicodedata.normalize("NFKC", c) for c in text)


def _no_digit(character: str) -> str:
    """Digits of other scripts, and what is numeric but no word, have no reading here."""
    return " " if character.isdigit() else character
