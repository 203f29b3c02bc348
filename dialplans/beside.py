"""What was given before and is said anew beside an answer: "Saturday at three" where only the hour is asked. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from dialplans.answers import Answer, is_bare, without
from dialplans.corrections import ASKED, CLEAR, CLEAR_MOMENT, NO, counted
from dialplans.slot_kinds.correction import corrected
from dialplans.slot_kinds.guess import Guess
from dialplans.slot_kinds.moment_change import changed
from dialplans.slots import SlotKind, Value, Wanted
from dialplans.state import Taken
from dialplans.talk import Talk
from dialplans.verbs.ask import AskStep
from dialplans.verbs.question import QuestionStep
from knowledge.wording import plain, units

DIGITS = ("digits", "identifier", "phone")
"""Types whose values are told by how long they are."""
PERSONS = frozenset((*units("people persons guests adults", "en"), *units("人位名口", "zh")))
"""Words for the same that is counted."""
GUESTS = PERSONS | frozenset(units("friends children kids colleagues", "en"))
"""And for those who come, where nights are said beside them."""
NEVER = ("free_text", "agreement")
"""Types that any words may be."""
_CLAUSE = re.compile(r"[,.;!?，。；！？]+")
_TOLD = {
    "en": re.compile(
        r"\b(?:until|till|since|because|except|(?:birthday|anniversary|flight) is"
        r"|is (?:my|our|his|her) (?:\w+ )?(?:birthday|anniversary))\b"
    ),
    "zh": re.compile("才|以前|之前|以后|之后|因为|除了|(?:生日|纪念日|航班)[是在]|是.{0,4}(?:生日|纪念日)"),
}
"""Words of what is told besides, and not wished."""
_END = {
    "en": re.compile(r"(?:until|till)\b|from\b.*\b(?:to|until|till)\b"),
    "zh": re.compile(".*(?<![改挪换推迟延后前提调移变约订定排])[到至]"),
}
"""How the words of an hour begin, or what stands before them, where it is the end of what is wished; not 改到."""
_SOME = {
    "en": re.compile(r"of (?:us|them) (?:are|is|have|has|need|eat)\b(?! (?:coming|joining|there|now)\b)"),
    "zh": re.compile(".*(?:其中|当中|里面)[的有]*"),
}
"""What tells of some of the people, and not how many there are: behind the number; in Chinese before it."""
THINGS = frozenset(
    units(
        "hours minutes days nights weeks years rooms tables beds cots cars bags suitcases dogs cats pets chairs"
        " highchairs wheelchairs strollers babies vegetarians vegans",
        "en",
    )
)
"""Things that are counted besides; stems."""
THINGS_ZH = {
    "小时": "hour", "钟头": "hour", "分钟": "minut", "天": "day", "晚": "night", "夜": "night", "周": "week",
    "岁": "year", "间": "room", "张": "tabl", "辆": "car", "条": "dog", "只": "dog", "把": "chair",
}  # fmt: skip
"""Chinese words behind a number, by what they count; the values are of `THINGS`."""
Filled = Mapping[str, tuple[SlotKind, Taken]]


@dataclass(frozen=True)
class Beside:
    """What a sentence says besides, or in place of, an answer to what is asked."""

    changed: Mapping[str, Value]
    """Values that were given before, as they are now."""
    answer: Answer
    """What is left for the question."""
    sure: bool
    """Whether it is surely a change; else it is to be confirmed."""

    @property
    def correction(self) -> Answer:
        """The change alone, as an answer."""
        sure = min((value.confidence for value in self.changed.values()), default=0.0)
        return Answer("correction", sure, fits=True, values=self.changed)

    @property
    def doubted(self) -> Answer:
        """The change and the answer, to be confirmed together."""
        whole = self.answer if self.answer.fits else self.correction
        return replace(whole, values={**self.changed, **self.answer.values})


def beside(talk: Talk, question: QuestionStep, answer: Answer, text: str) -> Beside | None:
    """Return what `text` says anew of what was given before, None where it does not.

    A day, an entry of a list, a number of people are told apart from what is asked by their sort; of two of one sort a
    form's slots have theirs in their order. "No, Monday afternoon" changes the day alone: the hour that an afternoon is
    taken for was not said. What is told besides ("I am abroad until Wednesday") is no value.
    """
    filled = _filled(talk, question)
    if both := _in_order(talk, question, answer, filled, text):
        return both
    reader, language = talk.reader(""), talk.state.language
    open_ = tuple(one for one in question.wants(reader) if one.name in answer.values or not answer.values)
    others = tuple(
        Wanted(name, kind)
        for name, (kind, _) in reversed(filled.items())
        if name not in answer.values
        and kind.type not in NEVER
        and not any(kind.is_like(one.kind) for one in question.wants(reader))
    )
    if not open_ or not others or not (answer.values or _is_form(question)):
        return None
    found = reader.found((*others, *open_), corrected(text, language) or text)
    rest = without(corrected(text, language) or text, found.values())
    new = {
        one.name: value for one in others if (value := _new(talk, filled[one.name], found.get(one.name), text, rest))
    }
    # No two of what was found stand on the same words, though these may read alike: 周六，六个人.
    apart = replace(answer, values={name: value for name, value in answer.values.items() if name not in found})
    new = {
        name: value
        for name, value in new.items()
        if not _is_of(value, filled[name][0], apart, open_)
        and not _is_besides(talk, name, filled[name], value, _apart(text, value, found.values()))
    }
    sure = bool(NO[language].match(plain(text)))
    if not sure:
        new = {name: value for name, value in new.items() if not _is_end(text, value, language)}
    sure = sure or all(_is_bare_there(text, one, (*found.values(), *new.values()), language) for one in new.values())
    if not sure:
        new = {name: value for name, value in new.items() if not _is_told(text, value, language)}
    if not new:
        return None
    own = {name: found.get(name, value) for name, value in answer.values.items()}
    left = {name: value for name, value in own.items() if Guess.HOUR not in value.guesses}
    if not sure and (answer.intent in talk.flow.intents or not (left or _is_form(question))):
        return None
    return Beside(new, replace(answer, values=left), sure)


def _is_form(question: QuestionStep) -> bool:
    return isinstance(question, AskStep) and question.is_form


def _filled(talk: Talk, question: QuestionStep) -> dict[str, tuple[SlotKind, Taken]]:
    """Return what the caller gave, and what the slots of a form hold besides: from a system, or from the call."""
    filled = {}
    if isinstance(question, AskStep) and question.is_form:
        for one in talk.reader("").wanted(question.slots):
            if (value := talk.value(one.name)) not in (None, ""):
                filled[one.name] = (one.kind, Taken(value, "", "", talk.state.language, 1.0, question.name))
    return filled | talk.correctable()


def _new(talk: Talk, before: tuple[SlotKind, Taken], found: Value | None, text: str, rest: str) -> Value | None:
    """Return the value that is said instead of the one `before`, None where none is, or none clearly.

    `rest` is what no value was read from: of a whole moment a day alone may be said.
    """
    kind, old = before
    if kind.type == "moment":
        unclear = found is not None and (found.confidence < CLEAR_MOMENT or bool(found.guesses))
        if kind.part != "date":
            # What isn't said of it stays as it was; that an afternoon is three o'clock wasn't said either.
            unclear = found is not None and not set(found.guesses) <= {Guess.DAY, Guess.MORNING, Guess.AFTERNOON}
            now = talk.reader("").wall.replace(tzinfo=None)
            said = text if found else rest
            found = None if unclear else changed(kind, str(old.value), found, said, talk.state.language, now)
    else:
        unclear = found is not None and found.confidence < CLEAR
    if found is None or unclear or found.value == old.value:
        return None
    return found if kind.type not in DIGITS or len(str(found.value)) == len(str(old.value)) else None


def _is_of(value: Value, kind: SlotKind, answer: Answer, open_: tuple[Wanted, ...]) -> bool:
    """Tell whether `value` was read from words that are the answer; a day and its hour stand among each other's."""
    kinds = {one.name: one.kind.type for one in open_}
    return any(
        value.text in own.text or own.text in value.text
        for name, own in answer.values.items()
        if not kind.type == kinds.get(name) == "moment"
    )


def _clause(text: str, value: Value) -> str:
    """Return the part of `text` between commas that says `value`; all of it where that is in several."""
    return next((clause for clause in _CLAUSE.split(text) if value.text in clause), text)


def _is_bare_there(text: str, value: Value, words: Iterable[Value], language: str) -> bool:
    """Tell whether the clause with `value` says nothing but values, or asks for them."""
    return is_bare(_clause(text, value), words, language, ASKED[language])


def _is_told(text: str, value: Value, language: str) -> bool:
    """Tell whether `value` is said of something else: "I am abroad until Wednesday", 我周三才回来."""
    return bool(_TOLD[language].search(plain(_clause(text, value))))


def _is_end(text: str, value: Value, language: str) -> bool:
    """Tell whether `value` is when something ends: "until five", "from three to five", 到五点."""
    if language == "zh":
        return bool(_END["zh"].fullmatch(_clause(text, value).partition(value.text)[0].strip()))
    return bool(_END["en"].match(plain(value.text)))


def _is_besides(talk: Talk, name: str, before: tuple[SlotKind, Taken], number: Value, text: str) -> bool:
    """Tell whether `number` counts what surely isn't asked with `name`: "for two hours", "two of us are ..."."""
    (kind, old), language = before, talk.state.language
    if kind.type != "number":
        return False
    if _is_of_another(thing := _thing(talk, old), number, text, language):
        return True
    around = [(text[: at.start()], text[at.end() :]) for at in re.finditer(re.escape(number.text), text)]
    if around and all(_is_some(*one, language) for one in around):
        return True
    asked = {word for who, line in talk.state.transcript if who == "robot" for word in _things(line, language)}
    things = [_counts(behind, language) for _, behind in around]
    return bool(things and not thing) and all(one and one not in {*asked, *_words(name)} for one in things)


def _is_some(before: str, behind: str, language: str) -> bool:
    """Tell whether the number between counts some of the people only."""
    return bool(_SOME["zh"].fullmatch(before) if language == "zh" else _SOME["en"].match(plain(behind)))


def _apart(text: str, number: Value, values: Iterable[Value]) -> str:
    """Return `text` without the words of other `values` than `number`: its digits may stand in these as well."""
    for value in values:
        if value is not number:
            text = text.replace(value.text, ",", 1)
    return text


def _counts(behind: str, language: str) -> str:
    """Return which of `THINGS` the words right `behind` a number say that it counts, "" for none."""
    if language == "zh":
        behind = behind.strip().removeprefix("个")
        return next((thing for word, thing in THINGS_ZH.items() if behind.startswith(word)), "")
    words = units(_CLAUSE.split(behind)[0], language)[:2]
    return next((word for word in words if word in THINGS), "")


def _things(line: str, language: str) -> set[str]:
    """Return which of `THINGS` a sentence names."""
    if language == "zh":
        return {thing for word, thing in THINGS_ZH.items() if word in line}
    return set(units(line, language)) & THINGS


def _words(name: str) -> tuple[str, ...]:
    """Return the stems of a slot's name."""
    return units(name.replace("_", " "), "en")


def _in_order(talk: Talk, question: QuestionStep, answer: Answer, filled: Filled, text: str) -> Beside | None:
    """Return what a form's slots of one sort have where the sentence says a value for a filled one and for an open one.

    "Four people for three nights" fills both, whichever was asked; the things that are counted tell which is which.
    """
    reader, language = talk.reader(""), talk.state.language
    slots = reader.wanted(question.slots) if isinstance(question, AskStep) and question.is_form else ()
    for name in answer.values:
        kind = next((one.kind for one in slots if one.name == name), None)
        group = tuple(one for one in slots if kind and one.kind.is_like(kind) and one.kind.type not in NEVER)
        found = dict(reader.found(group, text)) if len(group) > 1 else {}
        old = [one for one in found if one in filled]
        if not old or name not in found or len(found) != 2:
            continue
        (other,) = old
        if _is_swapped(talk, filled[other], found[other], found[name], text):
            found = {other: found[name], name: found[other]}
        thing = _thing(talk, filled[other][1]) if filled[other][0].type == "number" else ()
        counts = {one: _counts(text.partition(value.text)[2], language) for one, value in found.items()}
        if counts[other] and _is_of_another(thing, found[other], text, language):
            # Neither is said of what is filled: "one room for three nights".
            own = next((value for one, value in found.items() if counts[one] in _words(name)), None)
            if own is None:
                return None
            # But for "four friends for three nights": the friends are people.
            left = found[name] if own is found[other] else found[other]
            are_guests = {*thing, *counted(text, left.text, language)} <= GUESTS
            changes = {other: left} if are_guests and left.value != filled[other][1].value else {}
            return Beside(changes, replace(answer, values={**answer.values, name: own}), True)
        changes = {} if found[other].value == filled[other][1].value else {other: found[other]}
        return Beside(changes, replace(answer, values={**answer.values, name: found[name]}), True)
    return None


def _is_swapped(talk: Talk, before: tuple[SlotKind, Taken], first: Value, second: Value, text: str) -> bool:
    """Tell whether `second` is said of what was given `before`, and `first` isn't."""
    kind, old = before
    if first.value != old.value == second.value:
        return True
    thing = _thing(talk, old) if kind.type == "number" else ()
    language = talk.state.language
    return bool(thing) and counted(text, second.text, language) == thing != counted(text, first.text, language)


def _thing(talk: Talk, old: Taken) -> tuple[str, ...]:
    """Return what the number `old` counted, () where it wasn't said."""
    lines = reversed(talk.state.transcript[:-1])
    said = next((words for who, words in lines if who == "caller" and old.text and old.text in words), "")
    return counted(said, old.text, talk.state.language) if said else ()


def _is_of_another(thing: tuple[str, ...], number: Value, text: str, language: str) -> bool:
    """Tell whether `number` surely counts no `thing`, wherever it stands: nights are no people, guests are."""
    starts = [at.start() for at in re.finditer(re.escape(number.text), text)]
    others = [counted(text[start:], number.text, language) for start in starts]
    return bool(thing and others) and all(one and one != thing and not {*one, *thing} <= PERSONS for one in others)
