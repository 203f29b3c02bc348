"""Cuts a text where a speaker would breathe, so that the first words are heard while the rest is still made. Pure.

Nothing is added or lost: the clauses joined are the text, but for white space. The first one is short (the caller
waits for it), the second not too long (it must be ready when the first has been said), the others as long as a
voice needs for its melody.
"""

import re
from collections.abc import Callable, Iterator

SHORTEST = (10, 24, 32)
LONGEST = (40, 90, 160)
"""Weight of the first, the second and every later clause; a Latin character weighs 1 (about 65 ms of speech)."""
HASTY = (4, 8)
"""Syllables of the first and the second clause where a slow voice speaks live."""
_CLINGS = frozenset(
    [
        *"的地得了着过吗呢吧啊元块号点位个天年月日层楼折岁人分秒%，。！？；：、,.!?;: ",
        "分钟",
        "小时",
        "公里",
        "里",
        "之后",
        "之前",
    ]
)
"""Words that no speaker parts from the one before."""
_WIDE = 3
"""Weight of a Chinese character: one syllable."""
_CHINESE = re.compile(r"[぀-ヿ㐀-䶿一-鿿豈-﫿]")
_CLOSERS = r"[\"'”’»)\]）】》」』]*"
_STOP = re.compile(
    rf"(?P<strong>[.!?…]+{_CLOSERS}(?=\s|$)|[。！？；…]+{_CLOSERS}|[.!?]+{_CLOSERS}(?=[㐀-鿿])|\n+)"
    rf"|(?P<weak>[,;:]{_CLOSERS}(?=\s|$|[㐀-鿿])|[，、：]{_CLOSERS}|\s[-–]{{1,2}}(?=\s)|—+)"
)
_CONJUNCTION = re.compile(r"(?<=\S{3})\s(?=(?:and|or|but|because|which|who|if|when|while|so|until|before|after)\s)")
_WORD_BEFORE = re.compile(r"([A-Za-z][A-Za-z.]*|\d+)$")

_NEVER_LAST = re.compile(
    r"dr|mrs?|ms|prof|st|mt|e\.g|i\.e|vs|approx|ext|tel|fig|dept|rev|gen|col|capt|sgt|hon|messrs|cf|incl"
)
_BEFORE_A_NUMBER = re.compile(r"nos?|pp?|vol|ch|sec|art|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec")
_MAYBE_LAST = re.compile(r"[ap]\.m|etc|inc|ltd|co|corp|jr|sr|u\.s|u\.k|u\.s\.a|ave|blvd|rd|ph\.d|b\.c|a\.d")


def split(text: str) -> list[str]:
    """The clauses of a text in order, each without white space around it; none for a text of white space."""
    clauses: list[str] = []
    clause, ends_strongly = "", False
    for fragment, strong in _bounded(_opened(_fragments(text))):
        rank = min(len(clauses), len(LONGEST) - 1)
        if clause and _complete(clause, ends_strongly, rank, weight(fragment)):
            clauses.append(clause.strip())
            clause = ""
        clause += fragment
        ends_strongly = strong
    return [*clauses, clause.strip()] if clause.strip() else clauses


def hastened(clause: str, words: Callable[[str], list[str]], before: int) -> list[str]:
    """A clause of Chinese, `before` so many were said, cut where a speaker may breathe, so that it is ready sooner.

    `words` tells a text's words, in order and with nothing lost. Each clause is ready while the one before is heard
    where the voice speaks twice as fast as it is heard: 4 syllables, then 8, then as it was.
    """
    found: list[str] = []
    while clause and before + len(found) < len(HASTY):
        head, clause = _breath(words(clause), HASTY[before + len(found)])
        found.append(head)
    return [*found, clause] if clause or not found else found


def _breath(words: list[str], most: int) -> tuple[str, str]:
    """The words that can be said in one breath of at most so many syllables, and the rest ("" where it is short)."""
    said, cut = 0, 0
    for index, word in enumerate(words):
        if said and said <= most and word not in _CLINGS and index:
            cut = index
        said += _syllables(word)
        if said > most and cut:
            break
    head, tail = "".join(words[:cut]), "".join(words[cut:])
    if said <= most or not cut or _syllables(tail) < 2:
        return "".join(words), ""
    return head, tail


def _syllables(text: str) -> int:
    """About how many syllables a Chinese text has: a sign each, and each digit is a word."""
    return len(_CHINESE.findall(text)) + sum(sign.isdigit() for sign in text) + len(re.findall(r"[A-Za-z]+", text))


def weight(text: str) -> int:
    """How long a text takes to say, in Latin characters."""
    return len(text) + (_WIDE - 1) * len(_CHINESE.findall(text))


def _complete(clause: str, ends_strongly: bool, rank: int, following: int) -> bool:
    if weight(clause.strip()) + following > LONGEST[rank]:
        return True
    return weight(clause.strip()) >= SHORTEST[rank] and (ends_strongly or rank == 0)


def _fragments(text: str) -> Iterator[tuple[str, bool]]:
    """Pieces between punctuation that could be a boundary, and whether a sentence ends there."""
    start = 0
    for stop in _STOP.finditer(text):
        piece = text[start : stop.end()]
        strong = stop["strong"] is not None
        if not any(character.isalnum() for character in piece):
            continue
        if strong and stop.group().startswith(".") and not _ends(text[start : stop.start()], text[stop.end() :]):
            continue
        yield piece, strong
        start = stop.end()
    if text[start:].strip():
        yield text[start:], True


def _ends(before: str, after: str) -> bool:
    """Whether the full stop between these two ends a sentence rather than an abbreviation or a list's number."""
    following = after.lstrip()[:1]
    found = _WORD_BEFORE.search(before)
    word = found.group().lower() if found else ""
    if _NEVER_LAST.fullmatch(word) or (word.isdigit() and before.strip() == word and following):
        return False
    if _BEFORE_A_NUMBER.fullmatch(word) and following.isdigit():
        return False
    if len(word) == 1 and word.isalpha() and before[-1:].isupper() and word != "i" and following.isupper():
        return False
    if _MAYBE_LAST.fullmatch(word):
        return following == "" or following.isupper()
    return not following.islower()


def _opened(fragments: Iterator[tuple[str, bool]]) -> Iterator[tuple[str, bool]]:
    """Cut a long first fragment before a conjunction: half a second of waiting less is worth the melody."""
    for index, (fragment, strong) in enumerate(fragments):
        cuts = [found.start() for found in _CONJUNCTION.finditer(fragment)] if index == 0 else []
        best = next((cut for cut in cuts if cut >= 2 * SHORTEST[0] and len(fragment) - cut >= SHORTEST[1]), 0)
        if best and weight(fragment) > LONGEST[0]:
            yield fragment[:best], False
            fragment = fragment[best:]
        yield fragment, strong


def _bounded(fragments: Iterator[tuple[str, bool]]) -> Iterator[tuple[str, bool]]:
    """Cut what has no punctuation for very long at white space, or anywhere where there is none."""
    most = LONGEST[-1]
    for fragment, strong in fragments:
        while weight(fragment) > most:
            end = _within(fragment, most)
            space = fragment.rfind(" ", end // 2, end)
            cut = space if space > 0 else end
            yield fragment[:cut], False
            fragment = fragment[cut:]
        yield fragment, strong


def _within(text: str, most: int) -> int:
    """How many characters of the text weigh at most so much (at least one)."""
    total = 0
    for index, character in enumerate(text):
        total += weight(character)
        if total > most:
            return max(1, index)
    return len(text)
