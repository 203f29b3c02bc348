"""Agreement: how far the machine's findings are people's too, rule by rule, and reviewers agree with one another."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from nicegui import ui
from sqlalchemy import Connection

from console.access import Right
from console.data_table import DataTable, Row
from console.frame import Frame, told
from console.pages.reviews_tabs import choices, tabs
from console.visit import Visit
from models.errors import HotlineError
from quality.agreement import Confusion, Pairs, ReviewerAgreement, RuleAgreement, Share, of_reviewers, of_rules
from quality.publishing import in_force
from quality.scope import Scope

PERIODS = (28, 90, 365)
"""Days."""
LINE, GRID = "#1f8fa5", {"lineStyle": {"color": "#8a97a155"}}
Titles = Mapping[str, Mapping[str, str]]


def register(frame: Frame) -> None:
    """Add the page."""

    @frame.page("/reviews/agreement", right=Right.QUALITY, title="reviews.agreement", icon="balance")
    async def show(visit: Visit) -> None:
        tabs(visit, "/reviews/agreement")
        days = next((one for one in PERIODS if str(one) == visit.query.get("days")), PERIODS[1])
        random = visit.query.get("from") == "random"
        _choices(visit, days, random=random)
        rules, people, titles = await visit.ask(_read, visit, days, visit.viewer.scope(), random)
        if not rules:
            told(visit.say("reviews.no_agreement"), kind="empty")
            return
        ui.label(visit.say("reviews.explain")).classes("dim q-mb-md")
        own = "&from=random" if random else ""
        _rules(visit, rules, titles, f"/reviews/agreement?days={days}{own}")
        chosen = [one for one in rules if _key(one) == visit.query.get("rule")]
        _trend(visit, chosen or rules, _title(visit, chosen[0], titles) if chosen else "")
        _people(visit, people)


def _read(
    connection: Connection, visit: Visit, days: int, scope: Scope, random: bool
) -> tuple[list[RuleAgreement], ReviewerAgreement, Titles]:
    since = visit.now() - timedelta(days=days)
    try:
        titles = {f"{card.name}/{rule.name}": dict(rule.called) for card in in_force(connection) for rule in card.rules}
    except HotlineError:
        # A scorecard of another version that can't be read here: its rules go by their names.
        titles = {}
    rules = of_rules(connection, since, scope, only_random=random)
    return rules, of_reviewers(connection, since, scope), titles


def _choices(visit: Visit, days: int, *, random: bool) -> None:
    own = "&from=random" if random else ""
    periods = {f"/reviews/agreement?days={one}{own}": visit.say("reviews.days", count=one) for one in PERIODS}
    choices(visit.say("reviews.period"), periods, f"/reviews/agreement?days={days}{own}")
    every = f"/reviews/agreement?days={days}"
    sources = {every: visit.say("reviews.from_all"), f"{every}&from=random": visit.say("reviews.from_random")}
    choices(visit.say("reviews.from"), sources, f"{every}{own}")


def _key(one: RuleAgreement) -> str:
    return f"{one.scorecard}/{one.rule}"


def _title(visit: Visit, one: RuleAgreement, titles: Titles) -> str:
    return titles.get(_key(one), {}).get(visit.language) or one.rule


def _rules(visit: Visit, rules: Sequence[RuleAgreement], titles: Titles, here: str) -> None:
    names = ("rule", "scorecard", "judged", "right", "wrong", "missed", "precision", "recall", "kappa")
    columns = {name: visit.say(f"reviews.{name}") for name in names}
    rows = [
        {
            "key": _key(one),
            "cells": {
                "rule": _title(visit, one, titles),
                "scorecard": one.scorecard,
                **_cells(visit, one.confusion),
            },
            "links": {"rule": f"{here}&{urlencode({'rule': _key(one)})}#trend"},
        }
        for one in rules
    ]
    with ui.element("section").classes("q-mb-md"):
        DataTable(visit.say("reviews.rules"), columns, rows, numbers=names[2:])


def _cells(visit: Visit, found: Confusion) -> dict[str, str]:
    return {
        "judged": f"{found.count:,}", "right": f"{found.tp:,}", "wrong": f"{found.fp:,}", "missed": f"{found.fn:,}",
        "precision": _share(visit, found.precision), "recall": _share(visit, found.recall),
        "kappa": _kappa(found.kappa),
    }  # fmt: skip


def _share(visit: Visit, share: Share) -> str:
    if share.value is None:
        return "–"
    low, high = share.interval
    return visit.say("reviews.share_of", value=f"{share.value:.0%}", low=f"{low:.0%}", high=f"{high:.0%}")


def _kappa(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _trend(visit: Visit, rules: Sequence[RuleAgreement], title: str) -> None:
    weeks: dict[str, Confusion] = {}
    for one in rules:
        for week, found in one.weeks.items():
            weeks[week] = weeks.get(week, Confusion()) + found
    alike = {week: Share(found.tp + found.tn, found.count) for week, found in sorted(weeks.items())}
    words = visit.say("reviews.trend_of", rule=title) if title else visit.say("reviews.trend")
    columns = {
        "week": visit.say("reviews.week_of"), "judged": visit.say("reviews.judged"),
        "alike": visit.say("reviews.alike"),
    }  # fmt: skip
    rows: list[Row] = [
        {"key": week, "cells": {"week": week, "judged": f"{share.of:,}", "alike": _share(visit, share)}}
        for week, share in alike.items()
    ]
    with ui.element("section").classes("card q-mb-md").props('id="trend"'):
        with ui.element("h2"):
            ui.label(words)
        if len(alike) > 1:
            options = _chart(alike, visit.say("reviews.alike"))
            chart = ui.echart(options, renderer="svg").classes("chart").props('role="img"')
            chart.props["aria-label"] = words
        DataTable(words, columns, rows, numbers=("judged", "alike"), hidden_caption=True)


def _chart(alike: Mapping[str, Share], name: str) -> dict[str, Any]:
    data = [None if share.value is None else round(100 * share.value, 1) for share in alike.values()]
    return {
        "animation": False,
        "grid": {"left": 8, "right": 34, "top": 20, "bottom": 8, "containLabel": True},
        "tooltip": {"trigger": "axis", "renderMode": "richText", "confine": True},
        "xAxis": {"type": "category", "data": list(alike)},
        "yAxis": {"type": "value", "min": 0, "max": 100, "splitLine": GRID},
        "series": [{"name": name, "type": "line", "data": data, "color": LINE, "lineStyle": {"width": 3},
                    "symbolSize": 7}],
    }  # fmt: skip


def _people(visit: Visit, found: ReviewerAgreement) -> None:
    with ui.element("section"):
        with ui.element("h2"):
            ui.label(visit.say("reviews.between"))
        if not found.calls:
            told(visit.say("reviews.between_none"), kind="empty")
            return
        whole = found.whole
        words = visit.say(
            "reviews.between_words", calls=found.calls, same=whole.same, count=whole.count, kappa=_kappa(whole.kappa)
        )  # fmt: skip
        ui.label(words).classes("q-mb-sm")
        columns = {
            name: visit.say(f"reviews.{phrase}")
            for name, phrase in {"pair": "pair", "count": "findings", "same": "same", "kappa": "kappa"}.items()
        }
        rows = [_pair(f"{one} · {other}", pairs) for (one, other), pairs in found.people.items()]
        DataTable(visit.say("reviews.between"), columns, rows, numbers=("count", "same", "kappa"), hidden_caption=True)


def _pair(name: str, pairs: Pairs) -> Row:
    cells = {"pair": name, "count": f"{pairs.count:,}", "same": f"{pairs.same:,}", "kappa": _kappa(pairs.kappa)}
    return {"key": name, "cells": cells}
