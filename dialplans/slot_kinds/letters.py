"""Letters as they are spelled: "b as in bravo", NATO's words, and what a recogniser writes for a letter."""

from collections.abc import Iterator, Sequence

NATO = {
    word[0]: word
    for word in [
        "alpha",
        "bravo",
        "charlie",
        "delta",
        "echo",
        "foxtrot",
        "golf",
        "hotel",
        "india",
        "juliet",
        "kilo",
        "lima",
        "mike",
        "november",
        "oscar",
        "papa",
        "quebec",
        "romeo",
        "sierra",
        "tango",
        "uniform",
        "victor",
        "whiskey",
        "xray",
        "yankee",
        "zulu",
    ]
}
WORDS = {word: letter.upper() for letter, word in NATO.items()} | {
    "alfa": "A", "juliett": "J", "whisky": "W", "adam": "A", "apple": "A", "boy": "B", "david": "D", "edward": "E",
    "frank": "F", "george": "G", "henry": "H", "ida": "I", "john": "J", "king": "K", "lincoln": "L", "mary": "M",
    "nora": "N", "ocean": "O", "peter": "P", "queen": "Q", "robert": "R", "sam": "S", "sugar": "S", "thomas": "T",
    "union": "U", "william": "W", "young": "Y", "zebra": "Z",
}  # fmt: skip
SOUNDS = {
    "ay": "A", "eh": "A", "hey": "A", "bee": "B", "be": "B", "see": "C", "sea": "C", "dee": "D", "ef": "F", "eff": "F",
    "gee": "G", "jee": "G", "aitch": "H", "eye": "I", "jay": "J", "kay": "K", "okay": "K", "el": "L", "ell": "L",
    "em": "M", "en": "N", "and": "N", "pea": "P", "pee": "P", "queue": "Q", "cue": "Q", "are": "R", "ar": "R",
    "ess": "S", "tea": "T", "tee": "T", "you": "U", "vee": "V", "we": "V", "ex": "X", "why": "Y", "zee": "Z",
    "zed": "Z", "叉": "X", "差": "X", "诶": "A", "必": "B", "西": "C", "迪": "D", "伊": "E", "艾": "I",
}  # fmt: skip
MOST = 5
"""Letters of a word at most that may be a row of letters ("AB", "HTL")."""

Edge = tuple[int, int, str, float]


def edges(said: Sequence[str], place: int) -> Iterator[Edge]:
    """Yield the letters that the word at `place` may be, as edges of the lattice of `digits.py`."""
    word = said[place]
    if len(word) == 1 and word.isascii() and word.isalpha():
        yield place, place + 1, word.upper(), 0.05
    if (letter := spelled(said, place)) and letter[1] > place + 1:
        yield place, letter[1], letter[0], -0.1
    if word in WORDS:
        yield place, place + 1, WORDS[word], 0.1
    elif word in SOUNDS:
        yield place, place + 1, SOUNDS[word], 0.3
    elif 1 < len(word) <= MOST and word.isascii() and word.isalpha():
        yield place, place + 1, word.upper(), 0.3


def spelled(said: Sequence[str], place: int) -> tuple[str, int] | None:
    """Return the letter of "b as in bravo", "b for bravo", "b like bravo", and the place after it."""
    word, rest = said[place], list(said[place + 1 : place + 4])
    known = word.upper() if len(word) == 1 and word.isalpha() else SOUNDS.get(word, "")
    for phrase in (["as", "in"], ["for"], ["like"]):
        example = rest[len(phrase) : len(phrase) + 1]
        named = rest[: len(phrase)] == phrase and example and len(example[0]) > 1
        if named and (known == example[0][0].upper() or example[0] in WORDS):
            return example[0][0].upper(), place + 2 + len(phrase)
    return None
