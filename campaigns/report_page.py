"""A campaign's report as one HTML page: no script, nothing fetched, readable on paper and in the dark. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from campaigns.report_drawing import COLOURS, NARROW, bars, columns
from campaigns.report_words import code_in, words_of

STYLE = """
:root { color-scheme: light dark; --ink: #1a202c; --soft: #5a6475; --paper: #ffffff; --card: #f6f8fa; --rule: #d9dee5;
  --bad: #c53030; --good: #2f855a }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --soft: #9aa5b5; --paper: #14181f; --card: #1d232d;
  --rule: #39424f; --bad: #fc8181; --good: #68d391 } }
* { box-sizing: border-box }
body { font: 15px/1.5 'Noto Sans', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', 'Segoe UI', sans-serif;
  color: var(--ink); background: var(--paper); max-width: 1160px; margin: 0 auto; padding: 24px 20px 60px }
h1 { margin: 0; font-size: 26px } h2 { font-size: 17px; margin: 0 0 12px }
p.under { color: var(--soft); margin: 2px 0 22px }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin-bottom: 18px }
.card, section { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: 14px 16px }
.card b { display: block; font-size: 23px; line-height: 1.3 } .card span { color: var(--soft); font-size: 13px }
.two { display: grid; grid-template-columns: repeat(auto-fit, minmax(440px, 1fr)); gap: 18px }
section { margin-bottom: 18px; overflow-x: auto; break-inside: avoid }
table { border-collapse: collapse; width: 100%; font-size: 14px; font-variant-numeric: tabular-nums }
th, td { text-align: right; padding: 5px 9px; border-bottom: 1px solid var(--rule); white-space: nowrap }
th { color: var(--soft); font-weight: 600; white-space: normal; vertical-align: bottom }
th:first-child, td:first-child { text-align: left }
svg text { fill: var(--ink) } svg .soft { fill: var(--soft) } svg .grid { stroke: var(--rule); stroke-width: 1 }
.good { color: var(--good); font-weight: 600 } .bad { color: var(--bad); font-weight: 700 }
.legal td { text-align: left; white-space: normal } .legal td:last-child { white-space: nowrap }
"""
COLUMNS = (
    "attempts", "answer_rate", "person_rate", "talked", "warm", "warm_rate", "minutes", "cost", "cost_per_person",
    "cost_per_warm",
)  # fmt: skip
RATES = frozenset({"answer_rate", "person_rate", "warm_rate"})
MONEY = frozenset({"cost", "cost_per_person", "cost_per_warm"})


def page(report: Mapping[str, Any], language: str) -> str:
    """Return the page of a `campaigns.report.report` in "en" or "zh"."""
    words = words_of(language)
    title = words["title"].format(name=report["campaign"])
    under = " · ".join(
        [
            f"{words['state']}: {code_in(language, _state(report['state'], language))}",
            f"{words['mode']}: {code_in(language, report['mode'])}",
            f"{words['started']}: {_moment(report['started_at']) or words['none']}",
            words["at"].format(at=_moment(report["at"])),
        ]
    )
    body = "\n".join(_parts(report, words, language))
    return (
        f'<!doctype html>\n<html lang="{"zh-CN" if language == "zh" else "en"}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width">\n<title>{escape(title)}</title>\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n<h1>{escape(title)}</h1>\n"
        f'<p class="under">{escape(under)}</p>\n{body}\n</body>\n</html>\n'
    )


def _state(state: str, language: str) -> str:
    # An attempt that was stopped is something else than a campaign.
    return "stopped-campaign" if language == "zh" and state == "stopped" else state


def _moment(iso: str | None) -> str:
    return iso[:16].replace("T", " ") + " UTC" if iso else ""


def _parts(report: Mapping[str, Any], words: Mapping[str, str], language: str) -> Iterator[str]:
    total, currency = report["total"], report["currency"]
    yield _cards(report, words)
    yield f'<div class="two">{_funnel(report["funnel"], words)}{legal_table(report["legal"], words)}</div>'
    yield _over_time("by_hour", "hour", report["by_hour"], words)
    if len(report["by_day"]) > 1:
        yield _over_time("by_day", "day", report["by_day"], words)
    yield _compared("by_line", "line", report["by_line"], words, currency)
    yield _compared("by_version", "version", report["by_version"], words, currency)
    yield '<div class="two">'
    for nth, name in enumerate(("dispositions", "grades", "answered_by")):
        counts = report[name]
        rows = [
            (code_in(language, code), float(count), f"{count:,} · {_percent(count / total['attempts'])}")
            for code, count in counts.items()
        ]
        if rows:
            yield _section(words[name], bars(rows, COLOURS[nth % len(COLOURS)], NARROW))
    yield "</div>"


def _cards(report: Mapping[str, Any], words: Mapping[str, str]) -> str:
    total, currency = report["total"], report["currency"]
    told = [
        (words["attempts"], f"{total['attempts']:,}"),
        (words["answer_rate"], _percent(total["answer_rate"])),
        (words["person_rate"], _percent(total["person_rate"])),
        (words["warm"], f"{total['warm']:,}"),
        (words["cost"], _money(total["cost"], currency)),
        (words["cost_per_warm"], _money(total["cost_per_warm"], currency)),
    ]
    if report["under_way"]:
        told.append((words["under_way"], str(report["under_way"])))
    cards = "".join(
        f'<div class="card"><b>{escape(value)}</b><span>{escape(name)}</span></div>' for name, value in told
    )
    return f'<div class="cards">{cards}</div>'


def _funnel(funnel: Sequence[Mapping[str, Any]], words: Mapping[str, str]) -> str:
    whole = funnel[0]["leads"] or 1
    rows = [(words[one["stage"]], float(one["leads"]), f"{one['leads']:,} · {_percent(one['leads'] / whole)}")
            for one in funnel]  # fmt: skip
    return _section(words["funnel"], bars(rows, COLOURS[1], NARROW))


def _over_time(heading: str, key: str, rows: Sequence[Mapping[str, Any]], words: Mapping[str, str]) -> str:
    labels = [f"{row[key]:02d}" if isinstance(row[key], int) else str(row[key])[5:] for row in rows]
    series = [(words[name], [float(row[name]) for row in rows]) for name in ("attempts", "answered", "persons")]
    return _section(words[heading], columns(labels, series)) if rows else ""


def _compared(
    heading: str, key: str, rows: Sequence[Mapping[str, Any]], words: Mapping[str, str], currency: str
) -> str:
    if not rows:
        return ""
    drawn = bars(
        [(str(row[key]) or words["none"], row["person_rate"] or 0.0, _percent(row["person_rate"])) for row in rows]
    )
    head = "".join(f"<th>{escape(words[name])}</th>" for name in (key, *COLUMNS))
    lines = "".join(
        f"<tr><td>{escape(str(row[key]) or words['none'])}</td>"
        + "".join(f"<td>{escape(_cell(name, row[name], currency))}</td>" for name in COLUMNS)
        + "</tr>"
        for row in rows
    )
    caption = f'<p class="under">{escape(words["person_rate"])}</p>'
    return _section(words[heading], f"{caption}{drawn}<table><tr>{head}</tr>{lines}</table>")


def legal_rows(legal: Mapping[str, Any], words: Mapping[str, str]) -> list[tuple[str, str, bool | None]]:
    """Return what is asked, how it is, and whether it is kept (None: nothing is asked of it)."""
    required = legal["consent_required"]
    return [
        (
            words["abandonment"].format(days=legal["window_days"]),
            words["abandonment_is"].format(
                abandoned=legal["window_abandoned"], persons=legal["window_persons"],
                percent=legal["abandoned_percent"], cap=legal["abandon_cap_percent"],
            ),
            legal["abandonment_kept"],
        ),
        (words["outside"], str(legal["outside_hours"]), legal["outside_hours"] == 0),
        (words["opt_outs"], str(legal["opt_outs"]), None),
        (words["after_opt_out"], str(legal["calls_after_opt_out"]), legal["calls_after_opt_out"] == 0),
        (
            words["consent"],
            words["consent_is"].format(
                proven=legal["with_consent"], called=legal["called_leads"],
                required=words["required"] if required else "",
            ),
            legal["with_consent"] == legal["called_leads"] if required else None,
        ),
    ]  # fmt: skip


def legal_table(legal: Mapping[str, Any], words: Mapping[str, str]) -> str:
    """Return the legal figures as a section."""
    lines = []
    for asked, told, kept in legal_rows(legal, words):
        mark = "" if kept is None else _mark(kept, words)
        lines.append(f"<tr><td>{escape(asked)}</td><td>{escape(told)}</td><td>{mark}</td></tr>")
    return _section(words["legal"], f'<table class="legal">{"".join(lines)}</table>')


def _mark(kept: bool, words: Mapping[str, str]) -> str:
    return f'<span class="{"good" if kept else "bad"}">{escape(words["kept" if kept else "broken"])}</span>'


def _section(title: str, content: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{content}</section>"


def _cell(name: str, value: float | None, currency: str) -> str:
    if name in RATES:
        return _percent(value)
    if name in MONEY:
        return _money(value, currency)
    return f"{value:,.1f}" if name == "minutes" else f"{value:,}"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %"


def _money(amount: float | None, currency: str) -> str:
    return "–" if amount is None else f"{amount:,.2f} {currency}".strip()
