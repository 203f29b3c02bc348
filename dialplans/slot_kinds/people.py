"""How many come, where they are counted in groups: "two adults and two children", 两大一小. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from dialplans.slot_kinds.calendar_words_en import NUMBER, value
from dialplans.slot_kinds.numerals_zh import value_of
from dialplans.slot_kinds.sentence import even

KIN_EN = (
    "(?:wife|husband|partner|friend|boyfriend|girlfriend|son|daughter|mother|father|mum|mom|dad|brother|sister|boss"
    "|colleague)"
)
KIN_ZH = (
    "(?:老婆|太太|爱人|妻子|老公|丈夫|先生|对象|男朋友|女朋友|朋友|儿子|女儿|孩子|妈妈?|爸爸?|母亲|父亲|哥哥?|姐姐?"
    "|弟弟?|妹妹?|同事|老板)"
)
_SORT_EN = (
    r"(?:adults?|grown[- ]?ups?|child(?:ren)?|kids?|bab(?:y|ies)|infants?|toddlers?|teen(?:ager)?s?|seniors?"
    r"|pensioners?|m[ae]n|wom[ae]n|lad(?:y|ies)|gentlem[ae]n|boys?|girls?|sons?|daughters?|friends?|colleagues?"
    r"|little ones?)\b"
)
_SORT_ZH = (
    "(?:大人|成年?人|小孩子?|孩子|小朋友|儿童|婴儿|小?宝宝|小?宝贝|老人|男[生孩]|女[生孩]|朋友|同事|客人|大(?!概)|小(?!时)"
    "|男|女)"
)
_SIGNS = r"[一两二三四五六七八九十\d]"
_MEMBERS: Mapping[str, str] = {
    "en": rf"(?:(?:(?:our|the|my)\s+)?(?P<n>{NUMBER}|an?|another)\s+(?P<sort>{_SORT_EN})"
    rf"(?:\s+(?:tickets?|seats?|places?))?|(?P<all>{NUMBER}|both)\s+(?:people|persons?|of us)\b"
    rf"|my\s+(?P<kin>{KIN_EN})\b|(?P<me>i|me|myself)\b)",
    "zh": rf"(?:(?P<n>{_SIGNS}{{1,3}})\s*[个位名张]?(?P<sort>{_SORT_ZH})票?"
    rf"|(?:我们|咱们?)?(?P<all>{_SIGNS}{{1,3}}|俩|仨)(?:个?人|位(?![大小儿老客])|口)"
    rf"|(?:我们|咱们?)(?P<pair>[俩仨])|我?(?:的)?(?P<kin>{KIN_ZH})|(?P<me>我)(?:自己)?(?!们))",
}
_PLUS = {
    "en": re.compile(r"\W*\b(?:and|plus|with|along with)\s+(?:also\s+)?"),
    "zh": re.compile(r"\W*(?:和|跟|与|加上?|带[着上]?|还有|还带|外加|再加|另外|以及)\W*"),
}
_BESIDE = re.compile(r"[\s,，、]*")
_MEMBER = {language: re.compile(pattern) for language, pattern in _MEMBERS.items()}
_OTHERS = {
    "en": re.compile(r"\W*\b(?:and|plus|with)\s+(?:(?:the|our|my|some|their|his|her)\b|kids\b|children\b|friends\b)"),
    "zh": re.compile(f"\\W*(?:和|跟|带[着上]?|还有|还带|外加)\\W*(?:{KIN_ZH}|小孩|几个|一些|其他)"),
}
"""Who is named behind them without a number."""
_SAYS = re.compile(r"'|\s+(?:would|want|need|prefer|think|am|have|can|could|will|do)\b|[想要就们说觉希可能喜还是]")
"""Behind an "I" that is no further one, but says more: "four people, and I'd rather come at nine"."""
_BEHIND_ZH = re.compile(
    rf"(?<![个位名])大人({_SIGNS}{{1,2}})[个位名]?[\s,，、和]*(?:小?孩子?|儿童|小朋友)({_SIGNS}{{1,2}})"
)
"""大人两个，小孩一个."""


@dataclass(frozen=True)
class Party:
    """People who come together."""

    count: int | None
    """None: more are named than counted, so nobody can tell how many."""
    start: int
    end: int


def party(text: str, language: str) -> Party | None:
    """Return the people whom `text` counts in two groups and more, None where it doesn't."""
    plain, place = even(text), 0
    if language == "zh" and (behind := _BEHIND_ZH.search(plain)):
        return Party(sum(int(value_of(said) or 0) for said in behind.groups()), *behind.span())
    while member := _MEMBER[language].search(plain, place):
        found = _row(plain, member, language)
        if len(found) > 1 and any(one["n"] or one["all"] for one in found):
            end = found[-1].end()
            # Whether "my wife and two kids" come with who calls nobody knows; "the two of us and my mother" do.
            kin = any(one["kin"] for one in found) and not any(one["me"] or one["all"] for one in found)
            known = not kin and not _OTHERS[language].match(plain, end)
            return Party(sum(map(_count, found)) if known else None, member.start(), end)
        place = found[-1].end()
    return None


def _row(plain: str, first: re.Match[str], language: str) -> list[re.Match[str]]:
    """Return `first` and the groups that go on with it, each of another sort."""
    row, pattern = [first], _MEMBER[language]
    while True:
        last = row[-1]
        joined = _PLUS[language].match(plain, last.end())
        # "Four people, two adults and two children" are four: only groups with a sort of their own stand side by side.
        beside = _BESIDE.match(plain, last.end()) if last["n"] else None
        link = joined or beside
        found = pattern.match(plain, link.end()) if link else None
        if found and last["all"] and found["me"] and _SAYS.match(plain, found.end()):
            return row
        if not found or (not joined and not found["n"]) or found["sort"] in {one["sort"] for one in row if one["sort"]}:
            return row
        row.append(found)


def _count(member: re.Match[str]) -> int:
    said = member["n"] or member["all"] or member.groupdict().get("pair")
    if not said:
        return 1
    known = {"a": 1, "an": 1, "another": 1, "both": 2, "俩": 2, "仨": 3}.get(said)
    return known or int(value(said) or value_of(said) or 0)
