"""English number words of dates and hours, and the patterns that find them."""

import re

SMALL = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50}
ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
    "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15, "sixteenth": 16,
    "seventeenth": 17, "eighteenth": 18, "nineteenth": 19, "twentieth": 20, "thirtieth": 30,
    # As recognisers write them now and then.
    "forth": 4, "sixtth": 6, "nineth": 9, "einth": 9, "tent": 10, "twelth": 12,
}  # fmt: skip
SMALL_WORD = "|".join(sorted(SMALL, key=len, reverse=True))
_UNIT = "one|two|three|four|five|six|seven|eight|nine"
NUMBER = rf"(?:\d{{1,4}}|(?:twenty|thirty|forty|fifty)(?:[- ](?:{_UNIT}))?|{SMALL_WORD})"
COUNT = rf"(?:{NUMBER}|an?|a couple(?: of)?|half an?|another)"
ORDINAL = (
    r"(?:\d{1,2}\s?(?:st|nd|rd|th)|(?:twenty|thirty)[- ]"
    r"(?:first|second|third|fourth|forth|fifth|sixth|sixtth|seventh|eighth|ninth|nineth|einth)|"
    + "|".join(sorted(ORDINALS.keys() - {"tent"}, key=len, reverse=True))
    + r"|tent(?=\s+of\b))"
)


def how_many(said: str) -> float | None:
    """Return how many "a", "a couple", "half an" or a number are."""
    if said in ("a", "an", "another"):
        return 1
    if said.startswith("a couple"):
        return 2
    if said in ("to", "too", "for", "ate", "won"):
        return {"to": 2, "too": 2, "for": 4, "ate": 8, "won": 1}[said]
    return 0.5 if said.startswith("half") else value(said)


def value(said: str) -> int | None:
    """Return the number that a word or two, digits or an ordinal say."""
    said = said.strip()
    if digits := re.match(r"\d+", said):
        return int(digits.group())
    words = re.split(r"[\s-]+", said)
    values = [SMALL.get(word, TENS.get(word, ORDINALS.get(word))) for word in words]
    known = [value for value in values if value is not None]
    if said.startswith("thirty") and words[-1] in ORDINALS:
        return 30 + ORDINALS[words[-1]]
    return sum(known) if len(known) == len(words) else None
