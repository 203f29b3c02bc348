"""Reads one queue of a plan. Pure."""

import re
from typing import cast

from queues.plan import (
    HIGHEST_LEVEL,
    OVERFLOW_TO,
    OVERFLOW_WHEN,
    STRATEGIES,
    Need,
    Overflow,
    OverflowWhen,
    Priority,
    Queue,
    Relax,
    ServiceLevel,
    Strategy,
    StrategyName,
)
from queues.plan_entry import Entry, a_name, one_of, shown

NAME = re.compile(r"[^\W_][\w.-]{0,63}")
NUMBER = re.compile(r"\+?[0-9*#]{2,32}")
DAY_S = 86_400.0
KEYS = (
    "name", "title", "needs", "match_language", "any_language_after_s", "hours", "size", "longest_wait_s", "strategy",
    "priority", "ring_s", "pause_after_missed", "wrap_up_s", "accept_by_key", "whisper", "music", "announce_position",
    "announce_wait", "announce_every_s", "way_out_key", "callback_after_s", "callback_tries", "callback_again_s",
    "overflow", "service_level", "credit_s",
)  # fmt: skip


def read_queue(entry: Entry) -> Queue:
    """Return one queue; what is wrong is complained about, and stands as if it weren't written."""
    entry.only(KEYS)
    way_out = entry.text("way_out_key")
    if way_out not in tuple("0123456789*#") and way_out:
        entry.complain(f"has the way_out_key '{way_out}'; write one of 0-9, * and #.", "way_out_key")
    return Queue(
        name=a_name(entry, "name", NAME, "letters, digits, dots and hyphens, like billing"),
        title=_title(entry),
        needs=_needs(entry),
        match_language=entry.flag("match_language", Queue.match_language),
        any_language_after_s=_seconds(entry, "any_language_after_s"),
        hours=entry.text("hours"),
        size=entry.whole("size", Queue.size),
        longest_wait_s=_seconds(entry, "longest_wait_s"),
        strategy=_strategy(entry),
        priority=_priority(entry),
        ring_s=entry.number("ring_s", Queue.ring_s, 3, 300),
        pause_after_missed=entry.whole("pause_after_missed", Queue.pause_after_missed, 0, 100),
        wrap_up_s=_seconds(entry, "wrap_up_s"),
        accept_by_key=entry.flag("accept_by_key", Queue.accept_by_key),
        whisper=entry.text("whisper"),
        music=entry.text("music"),
        announce_position=entry.flag("announce_position", Queue.announce_position),
        announce_wait=entry.flag("announce_wait", Queue.announce_wait),
        announce_every_s=_seconds(entry, "announce_every_s"),
        way_out_key=way_out,
        callback_after_s=_seconds(entry, "callback_after_s"),
        callback_tries=entry.whole("callback_tries", Queue.callback_tries, 1, 100),
        callback_again_s=entry.number("callback_again_s", Queue.callback_again_s, 10, 7 * DAY_S),
        overflow=tuple(found for one in entry.tables("overflow") if (found := _overflow(one))),
        service_level=_service_level(entry),
        credit_s=_seconds(entry, "credit_s"),
    )


def _seconds(entry: Entry, key: str) -> float:
    return entry.number(key, getattr(Queue, key), 0, DAY_S)


def _title(entry: Entry) -> dict[str, str]:
    if isinstance(entry.value.get("title"), str):
        return {"en": entry.text("title"), "zh": entry.text("title")}
    table = entry.table("title")
    return {language: table.text(language) for language in table.value}


def _needs(entry: Entry) -> tuple[Need, ...]:
    """Read a list of tables, or {skill = level} in short."""
    if isinstance(entry.value.get("needs"), dict):
        table = entry.table("needs")
        return tuple(Need(skill, _level(table, skill, skill)) for skill in table.value)
    needs = []
    for one in entry.tables("needs"):
        one.only(("skill", "level", "relax"))
        skill = one.text("skill")
        if not skill:
            one.complain("names no skill; write skill and level.")
        needs.append(Need(skill, _level(one, "level", skill), _relax(one)))
    skills = [need.skill for need in needs]
    for skill in sorted({skill for skill in skills if skills.count(skill) > 1}):
        entry.complain(
            f"needs '{skill}' twice; write it once, with `relax` where a lower level will do later.", "needs"
        )
    return tuple(needs)


def _level(entry: Entry, key: str, skill: str) -> int:
    level = entry.value.get(key, 1)
    if isinstance(level, int) and not isinstance(level, bool) and 1 <= level <= HIGHEST_LEVEL:
        return level
    entry.complain(f"has level {shown(level)} for the skill '{skill}'; levels go from 1 to {HIGHEST_LEVEL}, best.", key)
    return 1


def _relax(entry: Entry) -> tuple[Relax, ...]:
    steps: list[Relax] = []
    for one in entry.tables("relax"):
        one.only(("after_s", "level"))
        if "after_s" not in one.value or "level" not in one.value:
            one.complain("is not whole; write after_s and level.")
        steps.append(Relax(one.number("after_s", 0, 0, DAY_S), one.whole("level", 0, 0, HIGHEST_LEVEL)))
    level = entry.value.get("level", 1)
    first = Relax(0, level if isinstance(level, int) else HIGHEST_LEVEL)
    for before, after in zip([first, *steps], steps, strict=False):
        if after.level >= before.level or after.after_s < before.after_s:
            entry.complain("is relaxed upwards; write later times with lower levels, in their order.", "relax")
            break
    return tuple(steps)


def _strategy(entry: Entry) -> Strategy:
    written = entry.value.get("strategy", Queue.strategy)
    if not isinstance(written, dict):
        return cast(StrategyName, entry.word("strategy", STRATEGIES, "longest-idle"))
    table = entry.table("strategy")
    mixed = tuple(name for name in STRATEGIES if name != "ring-all")
    table.only(mixed)
    weights = {name: table.number(name, 1) for name in table.value}
    if not any(weights.values()):
        entry.complain("mixes no strategy; give at least one of them a weight above 0.", "strategy")
    return weights


def _priority(entry: Entry) -> Priority:
    table = entry.table("priority")
    table.only(("waiting", "tags", "failed_today", "calls_today"))
    tags = table.table("tags")
    return Priority(
        waiting=table.number("waiting", Priority.waiting, 0, 1e6),
        tags={tag: tags.number(tag, 0, -1e6, 1e6) for tag in tags.value},
        failed_today=table.number("failed_today", Priority.failed_today, -1e6, 1e6),
        calls_today=table.number("calls_today", Priority.calls_today, -1e6, 1e6),
    )


def _overflow(entry: Entry) -> Overflow | None:
    entry.only(("when", "to", "after_s"))
    when, to = entry.text("when"), entry.text("to")
    if when not in OVERFLOW_WHEN:
        entry.complain(f"has '{when}' as when; write {one_of(OVERFLOW_WHEN)}.", "when")
        return None
    kind, _, name = to.partition(":")
    if not (to in OVERFLOW_TO or (kind == "queue" and name) or (kind == "number" and NUMBER.fullmatch(name))):
        known = one_of(("queue:NAME", "number:DIGITS", *OVERFLOW_TO))
        entry.complain(f"leads to '{to}'; write {known}.", "to")
        return None
    return Overflow(cast(OverflowWhen, when), to, entry.number("after_s", 0, 0, DAY_S))


def _service_level(entry: Entry) -> ServiceLevel:
    """Read {within_s, share}, or [20, 0.8] in short."""
    written = entry.value.get("service_level", {})
    if isinstance(written, list | tuple):
        if len(written) != 2:
            entry.complain(f"has {shown(written)} as service_level; write seconds and share, like [20, 0.8].")
            return ServiceLevel()
        written = {"within_s": written[0], "share": written[1]}
    table = Entry.of(f"{entry.what}, service_level,", written, (*entry.at, "service_level"), entry.reading)
    table.only(("within_s", "share"))
    return ServiceLevel(
        table.number("within_s", ServiceLevel.within_s, 1, DAY_S), table.number("share", ServiceLevel.share, 0, 1)
    )
