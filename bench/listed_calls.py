"""A database with as many calls as a large contact centre has in a year, for the figure of their list.

A year of calls by office hours, 300 agents in 12 teams, 8 queues, 6 flows, 24 campaigns for a quarter of the calls, 20
rules, some broken once in a thousand calls; English and Chinese in halves, eighty to ninety words or pairs of signs a
call. All of it by chance from a seed. Tokens are made by the code in use; only rows go in by the thousand, and the
inverted index is made in the end.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate, islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, insert, select

from models.call import Call
from models.call_entry import CallEntry, CallEntryAgent, CallToken
from models.database import migrate, open_engine, table_of
from models.inspection import Inspection
from models.migrations.versions.call_entries import ON_SQLITE
from quality.call_entries import key_from
from quality.call_facets import facets_of
from quality.call_words import BREAK, tokens_of

Row = dict[str, Any]
Written = tuple[Row, dict[str, str], str, Row]
"""An entry, who talked, its tokens, its call."""
NOW = datetime(2026, 11, 21, 17, 0, tzinfo=UTC)
YEAR_S = 365 * 86_400
AT_ONCE = 20_000
AGENTS = {str(2000 + n): f"team {n % 12}" for n in range(300)}
QUEUES = ("billing", "service", "sales", "support", "returns", "complaints", "vip", "客服")
FLOWS = ("reception", "order_status", "appointment", "payment_reminder", "survey", "out_of_hours")
CAUSES = (
    "caller-hung-up",
    "robot-hung-up",
    "agent-hung-up",
    "no-answer",
    "busy",
    "cancelled",
    "rtp-silent",
    "too-long",
)
RULES = {
    f"rule-{n}": share for n, share in enumerate((0.08, 0.05, 0.03, 0.02, *[0.01] * 8, *[0.002] * 5, *[0.001] * 3))
}
SAID = {
    "en": (
        "Thank you for calling, how can I help you today?", "I want to ask about my order, it hasn't come yet.",
        "Could you give me your order number, please?", "One moment, please, I am looking for it.",
        "I am still waiting for my refund.", "It was delivered on Monday.", "I would like to make an appointment.",
        "That is not what I ordered.", "The invoice is wrong again.", "I am sorry about that.",
        "Is there anything else that I can do for you?", "No, thank you, that was all.", "Can I talk to a person?",
        "I will connect you with a colleague.", "My internet doesn't work since yesterday.",
        "Please turn it off and on.",
        "It takes three to five working days.", "I was charged twice this month.", "I want to cancel my contract.",
        "Please hold the line.", "You will get a message.", "What are your opening hours?", "Goodbye.", "Yes, please.",
    ),
    "zh": (
        "您好，很高兴为您服务，请问有什么可以帮您？", "我想问一下我的订单，还没有到。", "请提供一下您的订单号。",
        "请稍等，我帮您查询一下。", "我的退款还没有到账。", "您的包裹星期一已经送达。", "我想预约一个时间。",
        "这不是我买的东西。", "发票又开错了。", "非常抱歉给您带来不便。", "请问还有其他问题吗？", "没有了，谢谢您。",
        "我要转人工。", "马上为您转接人工客服。", "我家的网络从昨天开始不能用了。", "请您重启一下路由器。",
        "大概需要三到五个工作日。", "这个月多扣了一次钱。", "我要取消合同。", "请不要挂机。", "您会收到一条短信。",
        "请问营业时间是几点？", "再见。", "好的，可以。",
    ),
}  # fmt: skip
"""Most calls have the same sentences, as in life; each is about one of many products besides."""
PRODUCTS = tuple(
    f"{a}{b}{c}" for a in ("zor", "mel", "kan", "tiv", "pra", "lum", "dex", "fol")
    for b in ("va", "ri", "no", "ta", "ki")
    for c in ("x", "nd", "ster", "lo", "mic", "ra", "bel", "tu", "van", "ge")
)  # fmt: skip
PRODUCT_SHARE = tuple(accumulate(1 / (place + 1) ** 1.3 for place in range(len(PRODUCTS))))
"""The last are named in one call of ten thousand."""


def made(file: Path, count: int, seed: int = 1) -> Engine:
    """Return the database in `file`, made where it isn't there."""
    there = file.exists()
    engine = open_engine(f"sqlite:///{file}")
    if there:
        return engine
    migrate(engine)
    with engine.connect() as connection:
        for pragma in ("synchronous=OFF", "foreign_keys=OFF", "cache_size=-400000"):
            connection.exec_driver_sql(f"PRAGMA {pragma}")
        for trigger in ("written", "gone", "changed"):
            connection.exec_driver_sql(f"DROP TRIGGER call_token_{trigger}")
        rows = rows_of(count, seed)
        while some := list(islice(rows, AT_ONCE)):
            _write(connection, some)
            connection.commit()
        connection.exec_driver_sql("INSERT INTO call_search(call_search) VALUES ('rebuild')")
        for statement in ON_SQLITE[1:]:
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql("ANALYZE")
        connection.commit()
    engine.dispose()
    return engine


def transcript(entry: Row) -> list[Row]:
    """Return what is said in the call of an entry, as its inspection keeps it: with the times of words."""
    turns, at = [], 0.0
    for number, sentence in enumerate(_sentences(random.Random(entry["call_id"]), entry["language"]), 1):
        words, begin = [], at
        for token in tokens_of(sentence):
            word = sentence[token.begin : token.end] if entry["language"] == "en" else sentence[token.begin]
            words.append({"text": word, "start": round(at, 2), "end": round(at + 0.3, 2), "confidence": 0.9})
            at += 0.35
        speaker = "caller" if number % 2 else "robot"
        turn = {"number": number, "speaker": speaker, "text": sentence, "start": begin, "end": at, "words": words}
        rest = {"language": entry["language"], "confidence": 0.9, "intent": "", "interrupted": False, "agent": ""}
        turns.append({**turn, **rest, "anger": 0.0})
        at += 0.8
    return turns


def rows_of(count: int, seed: int = 1) -> Iterator[Written]:
    """Yield entries with who talked, their tokens and their calls, the oldest first; the same ones each time."""
    for entry, talks, tokens in _rows(random.Random(seed), count):
        yield entry, talks, tokens, _call(entry)


def _write(connection: Connection, rows: list[Written]) -> None:
    entries = [entry for entry, *_ in rows]
    connection.execute(insert(table_of(Call)), [call for *_, call in rows])
    connection.execute(insert(table_of(CallEntry)), entries)
    talks = [{"key": one["key"], "agent": agent, "team": team} for one, of, *_ in rows for agent, team in of.items()]
    connection.execute(insert(table_of(CallEntryAgent)), talks)
    tokens = [{"key": entry["key"], "tokens": found} for entry, _, found, _ in rows]
    connection.execute(insert(table_of(CallToken)), tokens)


def _call(entry: Row) -> Row:
    ended = entry["started_at"] + timedelta(seconds=entry["seconds"] or 0)
    columns = ("state", "direction", "caller", "called", "language", "flow", "started_at", "seconds", "cause")
    kept = {name: entry[name] for name in columns}
    more = {
        "node": "bench",
        "origin": "",
        "flow_version": "",
        "answered_at": entry["started_at"],
        "code": 200,
        "words": "",
    }
    return {"id": entry["call_id"], "ended_at": ended, **kept, **more}


def _rows(chance: random.Random, count: int) -> Iterator[tuple[Row, dict[str, str], str]]:
    """Yield entries with who talked and their tokens, the oldest first."""
    tokens = {sentence: _tokens(sentence) for sentences in SAID.values() for sentence in sentences}
    at = NOW - timedelta(seconds=YEAR_S)
    shares = tuple(accumulate(1 / (place + 1) for place in range(len(AGENTS))))
    extensions = chance.sample(list(AGENTS), len(AGENTS))
    for number in range(count):
        at += timedelta(seconds=chance.expovariate(count / YEAR_S))
        entry = _entry(chance, number, at, chance.choices(extensions, cum_weights=shares)[0])
        talks = {agent: AGENTS[agent] for agent in entry["agents"]}
        kept = [rule for rule in RULES if entry["score"] is not None and rule not in entry["broken"]]
        said = _sentences(random.Random(entry["call_id"]), entry["language"]) if entry["inspected"] else []
        words = (tokens.get(sentence) or _tokens(sentence) for sentence in said)
        yield entry, talks, " ".join((*words, *facets_of(entry, kept)))


def _tokens(sentence: str) -> str:
    return " ".join((*(token.text for token in tokens_of(sentence)), BREAK))


def _sentences(chance: random.Random, language: str) -> list[str]:
    said = chance.choices(SAID[language], k=chance.randint(6, 14))
    product = chance.choices(PRODUCTS, cum_weights=PRODUCT_SHARE)[0]
    about = f"It is about the {product}." if language == "en" else f"关于{product}的问题。"
    return [SAID[language][0], about, *said]


def _entry(chance: random.Random, number: int, at: datetime, agent: str) -> Row:
    outbound = chance.random() < 0.25
    answered = chance.random() < (0.4 if outbound else 0.95)
    talked = answered and chance.random() < 0.5
    scored = answered and chance.random() < 0.97
    broken = [rule for rule, share in RULES.items() if scored and chance.random() < share]
    score = round(max(100 - chance.expovariate(1 / 12), 0.0), 1) if scored else None
    number_of_theirs = f"+86{chance.choice(('138', '139', '150', '186'))}{chance.randrange(10**8):08}"
    ours = "+864001234567"
    return {
        "key": key_from(at) + number % 256, "call_id": f"{number:016}", "started_at": at,
        "state": "ended", "settled": True,
        "direction": "outbound" if outbound else "inbound",
        "caller": ours if outbound else number_of_theirs, "called": number_of_theirs if outbound else ours,
        "language": chance.choice(("en", "zh")), "flow": FLOWS[min(int(chance.expovariate(0.7)), 5)],
        "queue": QUEUES[min(int(chance.expovariate(0.5)), 7)] if talked else "",
        "campaign": f"campaign {chance.randrange(24)}" if outbound else "",
        "agents": [agent] if talked else [], "teams": [AGENTS[agent]] if talked else [],
        "seconds": round(chance.lognormvariate(4.5, 0.9), 1) if answered else None,
        "cause": CAUSES[min(int(chance.expovariate(0.9)), 7)],
        "score": score, "scorecard": "service" if scored else "",
        "good": score >= 80 if score is not None else None, "fatal": chance.random() < 0.01 if scored else None,
        "broken": broken, "inspected": scored,
        "review": chance.choice(("open", "done", "done", "appealed")) if scored and chance.random() < 0.02 else "",
    }  # fmt: skip


def listen(connection: Connection, calls: list[str]) -> None:
    """Give these calls what their inspection keeps, where they haven't it: a page of hits quotes it."""
    done = select(Inspection.call_id).where(Inspection.call_id.in_(calls))
    query = select(CallEntry.call_id, CallEntry.language).where(
        CallEntry.call_id.in_(calls), CallEntry.inspected, CallEntry.call_id.not_in(done)
    )
    rows = connection.execute(query).all()
    inspections = [
        {
            "call_id": row.call_id, "state": "done", "tries": 1, "taken_by": "", "queued_at": NOW, "done_at": NOW,
            "words": "", "listened": True, "transcript": transcript(row._asdict()), "personal": [], "facts": {},
        }
        for row in rows
    ]  # fmt: skip
    if inspections:
        connection.execute(insert(table_of(Inspection)), inspections)
        connection.commit()
