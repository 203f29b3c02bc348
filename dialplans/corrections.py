"""Whether an answer corrects what was given before, and which values it gives instead. Pure."""

import re
from collections.abc import Mapping

from dialplans.answers import Answer, Reader, is_bare
from dialplans.slot_kinds.correction import corrected
from dialplans.slot_kinds.moment_change import changed
from dialplans.slot_kinds.taken_back import turn
from dialplans.slots import SlotKind, Value, Wanted, corrections_in, found_in
from dialplans.state import Taken
from dialplans.talk import Talk
from dialplans.understanding import SURE
from dialplans.verbs.question import QuestionStep
from knowledge.wording import EMPTY, plain, units

CLEAR, CLEAR_MOMENT = 0.7, 0.5
"""Confidence from which a value that stands alone is what a yes or no question's caller wants instead; of moments it
is only the morning or the afternoon that is a guess."""
ASKED = {
    "en": frozenset(units("could can do does did we you i is are am it possible hm hmm uh um actually instead free how"
                          " about what would work works have let see any", "en")),
    "zh": frozenset(units("能不能可以行不行吗有空时间方便一下换那还是呢没", "zh")),
}  # fmt: skip
"""Words that ask for another value: "could we make it ten instead", 周六行不行."""
ALONE = ("moment", "number", "money")
"""Types of values that a bare number is, so that it has to be told which."""
NO = {
    "en": re.compile(r"(?:no|nope|sorry|wait|oh)\b"),
    "zh": re.compile("[哦啊呃]?(?:不|错了|说错了|等等|等一下)"),
}
"""How a sentence begins that takes something back."""
EXPLICIT = {
    "en": ("said", "meant", "mean", "should be", "change"),
    "zh": ("我说的", "我是说", "意思是", "改成", "应该是"),
}
"""Words by which a correction is one whatever else the sentence may answer."""
CHOICES = ("one", "two", "1", "2", "一", "二")
"""What may stand for yes and no, as on the keypad."""
TWO_NUMBERS = tuple(Wanted(name, SlotKind("number")) for name in ("one", "other"))


def correction_of(talk: Talk, question: QuestionStep, answer: Answer, text: str) -> Answer | None:
    """Return the values that were given before and are said anew, where the sentence corrects any.

    `answer` is what `text` is to the open `question`.
    """
    taken, language, reader = talk.correctable(), talk.state.language, talk.reader("")
    again = _said_again(talk, answer, text)
    if not taken or (not again and answer.fits and answer.confidence >= SURE and question.kind != "yes_no"):
        return None
    if answer.values and not again and not any(word in plain(text) for word in EXPLICIT.get(language, ())):
        return None
    wanted = tuple(Wanted(name, kind) for name, (kind, _) in reversed(taken.items()))[: 1 if again else None]
    values, rest = corrections_in(wanted, text, language, reader.wall)
    values = values or _alone(reader, wanted, corrected(text, language) or "")
    values = _moments(reader, taken, values, rest, language)
    if not values and (question.kind == "yes_no" or not answer.fits):
        if question.kind != "yes_no":
            # Where something else is asked, a day alone is still the day: no number, and no hour, is that sure.
            wanted = tuple(one for one in wanted if (one.kind.type, one.kind.part) == ("moment", "date"))
        values = _moments(reader, taken, _bare(reader, wanted, text, language), "", language)
    new = {name: value for name, value in values.items() if value.value != taken[name][1].value}
    if len(new) > 1:
        # What only sounds like an entry of a list isn't meant beside what was said.
        new = {name: value for name, value in new.items() if taken[name][0].type != "list" or value.confidence >= CLEAR}
    if not new:
        return None
    sure = min(value.confidence for value in new.values())
    return Answer(next(iter(new)), sure, fits=True, values=new)


def _said_again(talk: Talk, answer: Answer, text: str) -> bool:
    """Tell whether a "no, three days" says anew what was given last ("two days"), and not what is asked for.

    Both are numbers; that it is the same thing that is counted, the word right behind them, tells.
    """
    taken, language = talk.correctable(), talk.state.language
    part = corrected(text, language)
    if not taken or not part or not answer.values or not NO[language].match(plain(text)):
        return False
    (kind, before) = list(taken.values())[-1]
    said = [words for who, words in talk.state.transcript if who == "caller"][:-1]
    wall = talk.reader("").wall
    value = found_in((Wanted("", kind),), part, language, wall).get("")
    # Of two numbers ("three people for two days") nobody knows which one the no is for.
    if value is None or len(found_in(TWO_NUMBERS, part, language, wall)) > 1 or not said or before.text not in said[-1]:
        return False
    thing = counted(part, value.text, language)
    return thing == counted(said[-1], before.text, language) != ()


def counted(words: str, number: str, language: str) -> tuple[str, ...]:
    """Return the unit right behind the first `number` in `words`; none for one that tells nothing: 三个, "three of"."""
    behind = words.partition(number)[2].strip().removeprefix("个")
    return tuple(unit for unit in units(behind, language)[:1] if unit not in EMPTY)


def _moments(
    reader: Reader, taken: Mapping[str, tuple[SlotKind, Taken]], values: Mapping[str, Value], rest: str, language: str
) -> Mapping[str, Value]:
    """Return `values` with moments whose unsaid half is as it was; what no value took may change a day alone.

    `rest` is that: "no, the 5th of us" is a number of people, and no day as well.
    """
    found = dict(values)
    moments = [name for name, (kind, _) in taken.items() if kind.type == "moment"]
    # A day alone is of the moment that was said last: arrival and departure don't both move.
    whole = [name for name in moments if "T" in str(taken[name][1].value)]
    latest = whole[-1:] if rest and not any(name in values for name in moments) else []
    for name in moments:
        kind, before = taken[name]
        if name in values or name in latest:
            new = changed(kind, str(before.value), values.get(name), rest, language, reader.wall)
            found |= {name: new} if new else {}
    return found


def _bare(reader: Reader, wanted: tuple[Wanted, ...], text: str, language: str) -> Mapping[str, Value]:
    """Return the values that are all that was said where yes or no was expected: what is meant instead."""
    values = reader.found(wanted, text) or _alone(reader, wanted, text)
    moments = {one.name for one in wanted if one.kind.type == "moment"}
    # One and two stand for yes and no, and what only sounds like a value is none here.
    if not values or any(
        one.confidence < (CLEAR_MOMENT if name in moments else CLEAR) or one.value in (1, 2) or one.text in CHOICES
        for name, one in values.items()
    ):
        return {}
    # Of "at eleven, no, at twelve" both are values and nothing else, though only the second counts.
    said = {
        part: reader.found(wanted, part) or _alone(reader, wanted, part) for part in turn(text, language) or (text,)
    }
    return values if all(is_bare(part, own.values(), language, ASKED[language]) for part, own in said.items()) else {}


def _alone(reader: Reader, wanted: tuple[Wanted, ...], text: str) -> Mapping[str, Value]:
    """Return the value that a bare number is, where it can be one of `wanted` only and `text` says nothing else."""
    found = {one.name: value for one in wanted if one.kind.type in ALONE and (value := reader.value_in(one.kind, text))}
    return found if len(found) == 1 and is_bare(text, found.values(), reader.language, ASKED[reader.language]) else {}
