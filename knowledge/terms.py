"""Terms of a sentence: what an index of words holds.

English: stems, and pairs of them. Chinese: characters and toneless syllables, alone and in pairs: the pairs stand for
words, the syllables for characters that the recogniser took for others of the same sound.
"""

from itertools import pairwise

from knowledge.wording import EMPTY, HAN, plain, stem, units

EMPTY_STEMS = frozenset(stem(word) for word in EMPTY) | frozenset(("how", "when", "wher", "wh", "which", "who"))
EMPTY_CHINESE = frozenset("的了吗呢啊吧呀么是有我你您们在就也都把被和与或请问想要能可以会什怎哪那这个给对")
"""Characters that tell little about what is asked for."""
SMALL = 0.15
"""Weight of a word that tells little."""
PAIR = 0.6
SYLLABLE = 0.35


def terms(text: str, language: str) -> dict[str, float]:
    """Return the terms of `text` with their weights, 0-1; a term counts once, however often it is said."""
    return _chinese(text) if language == "zh" else _english(text)


def _english(text: str) -> dict[str, float]:
    said = units(text, "en")
    found = {word: SMALL if word in EMPTY_STEMS else 1.0 for word in said}
    strong = [word for word in said if word not in EMPTY_STEMS]
    for pair in pairwise(strong):
        found.setdefault(" ".join(pair), PAIR)
    return found


def _chinese(text: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for piece in _pieces(text):
        if not HAN.match(piece):
            found[piece] = 1.0
            continue
        sounds = units(piece, "zh")
        for sign, sound in zip(piece, sounds, strict=False):
            weight = SMALL if sign in EMPTY_CHINESE else 0.5
            found[sign] = max(found.get(sign, 0.0), weight)
            found[f"'{sound}"] = max(found.get(f"'{sound}", 0.0), weight * SYLLABLE)
        for (a, b), (x, y) in zip(pairwise(piece), pairwise(sounds), strict=False):
            weight = SMALL if a in EMPTY_CHINESE and b in EMPTY_CHINESE else 1.0
            found[a + b] = weight
            found[f"'{x} {y}"] = weight * SYLLABLE
    return found


def _pieces(text: str) -> list[str]:
    """Runs of Chinese characters, and other words."""
    pieces: list[str] = []
    for word in plain(text).split():
        run = ""
        for sign in word:
            if run and bool(HAN.match(sign)) != bool(HAN.match(run[-1])):
                pieces.append(run)
                run = ""
            run += sign
        pieces.append(run)
    return pieces
