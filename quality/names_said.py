"""Names that people introduce themselves by: where they stand in what was said, and where they are said again. Pure.

Recognisers write names as they like: with or without marks, in small letters, cut by a pause. So what follows
"my name is" or 我叫 counts as a name unless it is clearly none: a word too many is masked rather than one too few.
"""

import re
from collections.abc import Iterator

MOST_SIGNS = 3
"""Chinese signs masked behind 我叫 where nothing tells where the name ends."""
MOST_WORDS = 3
"""English words in small letters."""
_TITLE = r"(?i:mr|mrs|ms|miss|dr|prof|st|jr|sr)"
_CASED = rf"(?!I(?:['’]\w+)? [a-z])(?:(?:{_TITLE}|[A-ZÀ-ÖØ-Þ])\.|[A-ZÀ-ÖØ-Þ](?:[\w'’-]*\w)?)"
"""A full stop belongs to a title or an initial only: "My name is John. I live here"."""
_SMALL = r"(?:(?:de|del|della|di|da|dos|du|la|le|van|von|der|den|ter|zu|bin|ibn|al|el|y|e) )"
_WHOLE = rf"{_SMALL}*{_CASED}(?: {_SMALL}*{_CASED})*"
_NO_MORE = r"(?!(?i:thanks?|yes|yeah|okay|ok|hello|hi|please|right|sorry|great|goodbye|bye)\b)"
_SAME_AGAIN = rf"(?:[,.] {_NO_MORE}(?i:that'?s |spell?ed |it'?s )?{_WHOLE}(?=[,.!?]|$))*"
"""Bond, James Bond; Miller. That's M I L L E R."""
_MINE = re.compile(
    r"\b(?:my (?:full |last |first |given |family |middle )?(?:sur)?name(?: is|'s|’s| was| would be)"
    r"|the name(?: is|'s|’s)|i(?:'m| am) called)\b[\s,.…-]*(?:(?:um|uh|er|erm|well|actually|just)\b[\s,.…]*)*",
    re.IGNORECASE,
)
_HERE = re.compile(r"\b[Tt]his is ")
_NAME = re.compile(_WHOLE + _SAME_AGAIN)
_THINGS = frozenset(
    """
    monday tuesday wednesday thursday friday saturday sunday january february march april june july august
    september october november december agency airlines airport app association bank bicycles bikes booking
    business card care center centre church city clinic club college company corporation customer delivery dental
    department dentist desk energy garage gas group gym health help helpline home hospital hotel hotline inc
    institute insurance invoice limited line llc ltd mastercard medical mobile motors number office online order
    pharmacy practice reception repair repairs restaurant sales school service services shop shuttle solutions
    station store support surgery taxi team technical telecom travel university visa water
    """.split()  # noqa: SIM905 - a table of words reads better as text
)
"""What "this is" tells that is nobody: days, and words in names of firms and things."""
_WORDS = re.compile(r"[^\W\d_][\w'’-]*")
_NO_NAMES = frozenset(
    """
    a about above all already also an and as at be below but by calling can cannot certainly changed common
    correct correctly different do double from for had has have he here her his hyphenated i if i'd i'll i'm
    i've in incorrect is it its it's known listed mentioned misspelled misspelt missing my neither no none not
    nothing now of on only or our out please printed quite really registered regarding right she so spelled
    spelt speaking still such that that's the their there these they this those to too under up very was we what
    what's where which who why will with would written wrong wrongly you your
    """.split()  # noqa: SIM905 - a table of words reads better as text
)
_ADDRESSES = rf"(?:{_TITLE}\.? |(?:thank you|thanks|hello|hi|sorry),? )"
_NO_PARTS = frozenset(
    {"mrs", "miss", "del", "della", "dos", "van", "von", "der", "den", "ter", "zu", "bin", "ibn", "that's"}
)
"""Words in names that are nobody's where they stand alone."""
_SIGNS = r"[\u3400-\u9fff]"
_OURS = re.compile(
    r"我的?(?:全名|名字|姓名|大名)(?:是|叫|就是|就叫)(?:做)?|我(?:就是)?叫(?:做)?|(?:我|本人|免贵|敝)姓|本人(?:名)?叫"
)
_FILLED = re.compile(r"(?:[\s，,、]|嗯+|呃+|那个)*")
_LATIN = re.compile(r"[A-Za-z][A-Za-z.'’ -]*")
_CLAUSE = re.compile(rf"(?:{_SIGNS}|[\s·•])+")
_ENDS = re.compile(r"的|是|要|我|你|您|他|她|这|那|在|打|买|订|住|给|跟|电话|手机|昨天|今天|前天|上周|之前|身份|卡号")
"""Where a name of two signs and more ends; none that names often end with, such as 刚 or 来."""
_CALLS = re.compile(
    r"[了个过你您他她它不没什啥辆一两二三四五六七八九十几车外人客来起醒停好服快出滴的师]|那个|这个|代驾"
)
"""What 我叫 is followed by where it means to call for, or to shout."""
_BY_SURNAME = re.compile(r"[\s，,。、]*(?:我?(?:的名字)?(?:是)?名?叫|名)")
_NOBODY = re.compile(r"[不没我错在啥]|什么")
"""What no name begins with: 我的名字是不是…, 我叫我老公来, 我姓什么来着."""
_SPELLED = re.compile(rf"[\s，,。、]*({_SIGNS}{{2,6}})(?=[\s，,。、]|$)")
_TITLES = "先生|女士|小姐|太太|老师|总|经理"


def names_in(text: str, language: str) -> Iterator[tuple[int, int]]:
    """Yield where names stand behind an introduction: characters of `text`, from and to."""
    if language == "zh":
        for found in _OURS.finditer(text):
            yield from _chinese(text, found.end(), found.group())
    else:
        for found in _MINE.finditer(text):
            yield from _english(text, found.end())


def names_here(text: str, language: str) -> Iterator[tuple[int, int]]:
    """Yield where a person may stand behind "this is": less surely than behind "my name is", and only in English."""
    if language == "zh":
        return
    for found in _HERE.finditer(text):
        name = _NAME.match(text, found.end())
        if name and not any(word.lower() in _THINGS for word in _and_next(name)):
            yield name.start(), name.start() + len(name.group().rstrip("."))


def _and_next(name: re.Match[str]) -> list[str]:
    """The words of a name, and the one behind it: "Visa card"."""
    behind = re.compile(r" ([A-Za-z]+)").match(name.string, name.end())
    return _WORDS.findall(name.group()) + ([behind[1]] if behind else [])


def goes_on_in(text: str, language: str) -> bool:
    """Tell whether a turn ends in an introduction whose name the same person only says in the next turn."""
    pattern = _OURS if language == "zh" else _MINE
    return any(not text[found.end() :].strip(" ,.…，。、") for found in pattern.finditer(text))


def named_first(text: str, language: str) -> Iterator[tuple[int, int]]:
    """Yield the name that a turn begins with, whose introduction ended the turn before."""
    yield from _chinese(text, 0, "我叫") if language == "zh" else _english(text, 0)


def said_again(text: str, names: set[str], language: str) -> Iterator[tuple[int, int]]:
    """Yield where names that are known stand in another turn: whole, behind or before a title, or a part of one."""
    for name in names:
        for pattern in _again(name, language):
            for found in pattern.finditer(text):
                yield found.span(1)


def _again(name: str, language: str) -> Iterator[re.Pattern[str]]:
    if language == "zh":
        if len(name) > 1:
            yield re.compile(f"({re.escape(name)})")
        yield re.compile(f"({re.escape(name[:2])}|{re.escape(name[0])})(?={_TITLES})")
        return
    words = _WORDS.findall(name)
    if len(words) > 1:
        yield re.compile(rf"\b({re.escape(name)})\b", re.IGNORECASE)
    parts = {word.lower() for word in words if len(word) > 2} - _NO_PARTS
    if not parts:
        return
    part = "|".join(re.escape(part) for part in sorted(parts, key=len, reverse=True))
    yield re.compile(rf"\b{_ADDRESSES}((?:{part})(?: (?:{part}))*)\b", re.IGNORECASE)
    # "Will", "Mark" and "Rose" begin sentences, and stand in them in small letters, without being anybody.
    yield re.compile(rf"(?:^|[.!?…] )({part})(?=,|['’]s\b)", re.IGNORECASE)
    cased = {word for word in words if word.lower() in parts and word[0].isupper()} | {one.title() for one in parts}
    yield re.compile(rf"(?<=[a-z,] )({'|'.join(map(re.escape, sorted(cased, key=len, reverse=True)))})\b")


def _english(text: str, at: int) -> Iterator[tuple[int, int]]:
    words = list(_WORDS.finditer(text, at))
    if not words or text[at : words[0].start()].strip():
        return
    name = _NAME.match(text, at)
    if name and not text.isupper():
        yield at, at + len(name.group().rstrip("."))
    elif not _in_no_name(words[0]):
        yield from _small(text, words)


def _small(text: str, words: list[re.Match[str]]) -> Iterator[tuple[int, int]]:
    """What is written without capitals, or with nothing else: some words, up to one that is in no name."""
    last = words[0]
    for word in words[1:MOST_WORDS]:
        if _in_no_name(word) or text[last.end() : word.start()].strip(" -"):
            break
        last = word
    yield words[0].start(), last.end()


def _in_no_name(word: re.Match[str]) -> bool:
    return word.group().lower().replace("’", "'") in _NO_NAMES


def _chinese(text: str, at: int, introduced: str) -> Iterator[tuple[int, int]]:
    filled = _FILLED.match(text, at)
    begin = filled.end() if filled else at
    if latin := _LATIN.match(text, begin):
        yield begin, begin + len(latin.group().rstrip())
        return
    clause = _CLAUSE.match(text, begin)
    if not clause or _NOBODY.match(text, begin) or ("叫" in introduced and _CALLS.match(text, begin)):
        return
    end = _chinese_end(clause.group(), begin)
    if end == begin:
        return
    yield begin, end
    name = text[begin:end]
    if introduced.endswith("姓") and (more := _BY_SURNAME.match(text, end)):
        yield from _chinese(text, more.end(), "叫")
        return
    # 木子李，打雷的雷: what tells how it is written says it once more.
    while (spelled := _SPELLED.match(text, end)) and (spelled[1][-1] in name or spelled[1][0] == name[0]):
        yield spelled.span(1)
        end = spelled.end()


def _chinese_end(clause: str, begin: int) -> int:
    """Return where the name ends that a clause begins with."""
    whole = clause.rstrip()
    if "·" in whole or "•" in whole:
        return begin + len(whole)
    ends = _ENDS.search(whole, 2)
    until = ends.start() if ends else len(whole)
    return begin + (until if until <= MOST_SIGNS + 1 else MOST_SIGNS)
