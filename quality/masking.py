"""Personal data in what was said: where it stands, and the text without it. Pure.

Card numbers are known by their check digit (ISO/IEC 7812-1), Chinese identity numbers by theirs (GB 11643), telephone
numbers by the numbering plan. A recogniser errs and a caller pauses, so a long row of digits is masked whatever it is,
also where it is said in several turns.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from asr_tts.check_digits import id_card, luhn
from asr_tts.spoken_digits import digits_of
from dialplans.slot_kinds.phone import e164
from quality.conversation import Conversation, Stretch, Turn, joined
from quality.names_said import goes_on_in, named_first, names_here, names_in, said_again

Kind = Literal["card", "id", "phone", "number", "code", "email", "name"]
COUNTRIES = {"en": ("US", "GB"), "zh": ("CN",)}
"""Where a number without a country code may be, by language."""
LONG = 12
"""From so many digits on, a row is masked whatever it is; order numbers are shorter."""
PHONE = 10
"""From so many digits on, what was said in several turns is a telephone number where the numbering plan has it."""
MOST_BETWEEN_S = 6.0
"""From one group of a dictated number to the next."""
MARGIN_S = 0.15
"""Beeped before and after: times of words are estimates."""

_TOKEN = re.compile(r"\d+|[A-Za-z']+|[\u3400-\u9fff]")
_GAP = re.compile(r"[\s,.，。、·\-–]*")
_COUNTS = frozenset({"double", "triple", "treble", "to", "too", "for", "o", "won", "ate"})
"""Words that belong to a row of digits only among digits."""
_EMAIL = re.compile(
    r"[a-z0-9_.+-]{1,64}\s?@\s?[a-z0-9_-]{1,63}(?:\s?\.\s?[a-z0-9_-]{1,63}){1,5}"
    r"|\b[a-z0-9]+(?:\s(?:dot|underscore|dash)\s[a-z0-9]+){0,5}\sat\s[a-z0-9]+(?:\s[a-z0-9]+){0,2}\sdot"
    r"\s(?:com|net|org|cn|co\suk|de)\b"
    r"|[a-z0-9]{1,64}(?:艾特|圈a)[a-z0-9]+点(?:com|cn|net)",
    re.IGNORECASE,
)
_CODE = re.compile(
    r"(?i:security code|cvv|cvc|pin(?: code| number)?|password|passcode|verification code|安全码|密码|验证码)"
)
_AFTER_CODE = 24
"""Characters behind such a word in which the code itself stands."""
_ID = re.compile(
    r"(?i:social security|national insurance|passport|driv(?:er'?s?|ing) licen[cs]e"
    r"|identity(?= (?:card|number|no\b))|\bid card|\bmy id\b)(?i:(?: card)? (?:number|no\b\.?),?)?"
    r"|(?:身份证|护照|通行证|驾驶证|驾照|社保)(?:号码?，?)?"
)
"""Whatever country's it is, and if only its last digits are said."""
_ELSE = re.compile(
    r"[,.;!?，。；！？]|订单|单号|有效期|\border\b|\b(?:on|since|until|till|before|after)\s*$", re.IGNORECASE
)
"""Between such words and digits: the digits are something else's, or a date."""
_IN = re.compile(r"(?<!end )(?<!ends )(?<!ending )\bin\s*$", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d")
_COUNTED = re.compile(r"\s?(?:[块元年天]|(?:days?|weeks?|months?|years?|dollars?|pounds?|euros?)\b)", re.IGNORECASE)
"""Behind digits that are an amount or a year."""
_LETTERS_BEFORE, _LETTER_BEHIND = re.compile(r"(?<![A-Za-z])(?:[A-Z]{1,2}[\s-]?|[a-z])$"), re.compile(r"[\s-]?[A-Z]\b")
_PHONE = re.compile(
    r"(?i:\bmy number|(?:phone|mobile|cell) number|\b(?:call|ring|reach|phone) me\b|电话|手机|联系方式)"
)
_AFTER_PHONE = 16
"""Characters behind such words in which a number is somebody's, whatever country's it is."""


@dataclass(frozen=True)
class Personal:
    """One piece of personal data in a turn."""

    turn: int
    kind: Kind
    begin: int
    end: int
    """Characters of the turn's text."""
    when: Stretch


@dataclass(frozen=True)
class _Row:
    """A row of digits in a text."""

    begin: int
    end: int
    digits: str


def personal_in(conversation: Conversation) -> list[Personal]:
    """Return the personal data in the caller's and the agents' words, in their order; the robot's own count too."""
    found = [_made(turn, kind, begin, end) for turn in conversation.turns for kind, begin, end in _spans(turn)]
    found += _dictated(conversation.turns)
    found += _names_told_late(conversation.turns)
    found += _names_again(conversation.turns, found)
    return sorted(_apart(list(dict.fromkeys(found))), key=lambda one: (one.turn, one.begin))


def masked(conversation: Conversation) -> Conversation:
    """Return the conversation with every piece of personal data as [kind]; words with times are dropped there."""
    by_turn: dict[int, list[Personal]] = {}
    for one in personal_in(conversation):
        by_turn.setdefault(one.turn, []).append(one)
    turns = tuple(_without(turn, by_turn.get(turn.number, [])) for turn in conversation.turns)
    return replace(conversation, turns=turns)


def masked_words(text: str, language: str) -> str:
    """Return words that stand alone with every piece of personal data as [kind]."""
    (turn,) = masked(Conversation("", 0.0, (Turn(1, "caller", text, 0.0, 0.0, language),))).turns
    return turn.text


def to_beep(personal: Sequence[Personal], conversation: Conversation) -> dict[Literal["caller", "ours"], list[Stretch]]:
    """Return when each channel has personal data in it, with a margin, in order and apart."""
    by_number = {turn.number: turn for turn in conversation.turns}
    found: dict[Literal["caller", "ours"], list[Stretch]] = {"caller": [], "ours": []}
    for one in personal:
        side: Literal["caller", "ours"] = "caller" if by_number[one.turn].speaker == "caller" else "ours"
        found[side].append(Stretch(max(one.when.start - MARGIN_S, 0.0), one.when.end + MARGIN_S))
    return {side: list(joined(stretches)) for side, stretches in found.items()}


def _spans(turn: Turn) -> Iterator[tuple[Kind, int, int]]:
    for email in _EMAIL.finditer(turn.text):
        yield "email", *email.span()
    for begin, end in names_in(turn.text, turn.language):
        yield "name", begin, end
    # The robot's "this is" tells whose line it is.
    for begin, end in names_here(turn.text, turn.language) if turn.speaker != "robot" else ():
        yield "name", begin, end
    for row in _rows(turn.text):
        kind = _kind(row, turn)
        if kind == "id":
            before = _LETTERS_BEFORE.search(turn.text, 0, row.begin)
            behind = _LETTER_BEHIND.match(turn.text, row.end)
            yield kind, before.start() if before else row.begin, behind.end() if behind else row.end
        elif kind:
            yield kind, row.begin, row.end


def _rows(text: str) -> Iterator[_Row]:
    """Yield the rows of digits, written or said."""
    tokens = list(_TOKEN.finditer(text))
    run: list[re.Match[str]] = []
    for token in [*tokens, None]:
        goes_on = token is not None and _is_digits(token.group())
        if goes_on and token is not None and (not run or _GAP.fullmatch(text, run[-1].end(), token.start())):
            run.append(token)
            continue
        yield from _row(text, run)
        run = [token] if goes_on and token is not None else []


def _row(text: str, run: list[re.Match[str]]) -> Iterator[_Row]:
    while run and run[0].group().lower() in _COUNTS - {"double", "triple", "treble", "o"}:
        run = run[1:]
    while run and not digits_of(run[-1].group()):
        run = run[:-1]
    if not run:
        return
    begin, end = run[0].start(), run[-1].end()
    digits = digits_of(text[begin:end])
    last = re.compile(r"\s?[Xx]\b").match(text, end)
    if len(digits) == 17 and last:
        yield _Row(begin, last.end(), f"{digits}X")
    elif digits:
        yield _Row(begin, end, digits)


def _is_digits(token: str) -> bool:
    return (token.isascii() and token.isdecimal()) or _says_digits(token.lower())


@lru_cache(maxsize=4096)
def _says_digits(word: str) -> bool:
    return bool(digits_of(word)) or word in _COUNTS


def _kind(row: _Row, turn: Turn) -> Kind | None:
    digits = row.digits
    if len(digits) == 18 and id_card(digits):
        return "id"
    if 13 <= len(digits) <= 19 and luhn(digits):
        return "card"
    if len(digits) >= 4 and _is_id(row, turn):
        return "id"
    if 7 <= len(digits) <= 15 and _is_phone(digits, turn.language):
        return "phone"
    if len(digits) >= LONG:
        return "number"
    if len(digits) >= 7 and _led(row, turn, _PHONE, _AFTER_PHONE):
        return "phone"
    return "code" if 3 <= len(digits) <= 8 and _led(row, turn, _CODE, _AFTER_CODE) else None


def _is_phone(digits: str, language: str) -> bool:
    return any(e164(digits, country) for country in COUNTRIES.get(language, ("US",)))


def _is_id(row: _Row, turn: Turn) -> bool:
    if _COUNTED.match(turn.text, row.end):
        return False
    between = [turn.text[found.end() : row.begin] for found in _ID.finditer(turn.text, 0, row.begin)]
    year = _YEAR.fullmatch(row.digits)
    return any(
        len(words) <= _AFTER_CODE and not _ELSE.search(words) and not (year and _IN.search(words)) for words in between
    )


def _led(row: _Row, turn: Turn, words: re.Pattern[str], within: int) -> bool:
    return any(row.begin - found.end() <= within for found in words.finditer(turn.text, 0, row.begin))


def _dictated(turns: Sequence[Turn]) -> Iterator[Personal]:
    """Yield the groups of a long number that was said in several turns, whatever the other side put in between."""
    for speaker in ("caller", "agent", "robot"):
        group: list[tuple[Turn, _Row]] = []
        for turn in [turn for turn in turns if turn.speaker == speaker]:
            row = _whole(turn)
            if row is None or (group and turn.start - group[-1][0].end > MOST_BETWEEN_S):
                yield from _long(group)
                group = []
            if row is not None:
                group.append((turn, row))
        yield from _long(group)


def _whole(turn: Turn) -> _Row | None:
    """The row of digits that a turn is, or ends in; None where it is none."""
    rows = list(_rows(turn.text))
    return (
        rows[-1] if rows and not turn.text[rows[-1].end :].strip(" .,。，!?？") and len(rows[-1].digits) > 1 else None
    )


def _long(group: Sequence[tuple[Turn, _Row]]) -> Iterator[Personal]:
    digits = "".join(row.digits for _, row in group)
    if len(group) < 2:
        return
    phone = PHONE <= len(digits) < LONG and _is_phone(digits, group[0][0].language)
    if len(digits) < LONG and not phone:
        return
    kind: Kind = "phone" if phone else "id" if id_card(digits) else "card" if luhn(digits) else "number"
    for turn, row in group:
        yield _made(turn, kind, row.begin, row.end)


def _names_told_late(turns: Sequence[Turn]) -> Iterator[Personal]:
    """Yield names whose introduction ended the same person's turn before: "My name is" … "Peter Smith"."""
    before: dict[str, Turn] = {}
    for turn in turns:
        introduced, before[turn.speaker] = before.get(turn.speaker), turn
        near = introduced is not None and turn.start - introduced.end <= MOST_BETWEEN_S
        if introduced is not None and near and goes_on_in(introduced.text, introduced.language):
            for begin, end in named_first(turn.text, turn.language):
                yield _made(turn, "name", begin, end)


def _names_again(turns: Sequence[Turn], found: Sequence[Personal]) -> list[Personal]:
    """Return where whoever speaks says a name again that somebody introduced himself by: "thank you, Mr Smith".

    Not what only stood behind "this is": where that was no name, it would be masked in the whole call.
    """
    by_number = {turn.number: turn for turn in turns}
    here = {(turn.number, *span) for turn in turns for span in names_here(turn.text, turn.language)}
    sure = [one for one in found if one.kind == "name" and (one.turn, one.begin, one.end) not in here]
    names = {by_number[one.turn].text[one.begin : one.end] for one in sure}
    return [
        _made(turn, "name", begin, end) for turn in turns for begin, end in said_again(turn.text, names, turn.language)
    ]


def _made(turn: Turn, kind: Kind, begin: int, end: int) -> Personal:
    return Personal(turn.number, kind, begin, end, turn.when(begin, end))


def _apart(found: Sequence[Personal]) -> Iterator[Personal]:
    """Yield what isn't within another one."""
    for one in found:
        others = [other for other in found if other is not one and other.turn == one.turn]
        if not any(_covers(other, one, found) for other in others):
            yield one


def _covers(other: Personal, one: Personal, found: Sequence[Personal]) -> bool:
    if (other.begin, other.end) == (one.begin, one.end):
        return found.index(other) < found.index(one)
    return other.begin <= one.begin and one.end <= other.end


def without(text: str, spans: Sequence[tuple[int, int, str]]) -> str:
    """Return `text` with what stands from `begin` to `end` as [kind], for each of the spans (in order)."""
    pieces, at = [], 0
    for begin, end, kind in spans:
        pieces += [text[at : max(begin, at)], f"[{kind}]"]
        at = max(end, at)
    return "".join([*pieces, text[at:]])


def _without(turn: Turn, personal: Sequence[Personal]) -> Turn:
    if not personal:
        return turn
    text = without(turn.text, [(one.begin, one.end, one.kind) for one in personal])
    # Words can't be told any more which of them may be shown; the text may.
    return replace(turn, text=text, words=())
